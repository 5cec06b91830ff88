package memory_test

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

// project is the namespace that newCluster makes.
const project = "microsvcs"

func newScheme(t testing.TB) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, botv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return scheme
}

// newCluster returns a Cluster that serves Shipments, with one namespace, and its administrator.
func newCluster(t testing.TB) (*memory.Cluster, client.WithWatch) {
	t.Helper()
	return newClusterWith(t, memory.Options{})
}

func newClusterWith(t testing.TB, options memory.Options) (*memory.Cluster, client.WithWatch) {
	t.Helper()
	scheme := newScheme(t)
	options.Resources = memory.ResourcesOf(scheme, botv1.GroupVersion)
	cluster, err := memory.New(options)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := cluster.Client(cluster.AdminConfig(), scheme)
	if err != nil {
		t.Fatal(err)
	}
	create(t, admin, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: project}})
	return cluster, admin
}

func userClient(t testing.TB, cluster *memory.Cluster, user string, groups ...string) client.WithWatch {
	t.Helper()
	c, err := cluster.Client(cluster.Config(user, groups...), newScheme(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func create(t testing.TB, c client.Client, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatalf("creating %T %s: %v", object, object.GetName(), err)
		}
	}
}

func get(t testing.TB, c client.Reader, object client.Object) {
	t.Helper()
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
		t.Fatalf("getting %T %s: %v", object, object.GetName(), err)
	}
}

func shipment(name string) *botv1.Shipment {
	return &botv1.Shipment{
		ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: name},
		Spec:       botv1.ShipmentSpec{Action: botv1.ActionPromote, Summary: "red to production"},
	}
}

// eventually waits until done reports true.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("did not happen in time: %s", what)
		}
	}
}

// bind lets subject do what rules say in the project.
func bind(t testing.TB, admin client.Client, name string, subject rbacv1.Subject, rules ...rbacv1.PolicyRule) {
	t.Helper()
	create(t, admin,
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: name}, Rules: rules},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: name},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
			Subjects:   []rbacv1.Subject{subject},
		})
}

func mustSelector(t testing.TB, text string) labels.Selector {
	t.Helper()
	selector, err := labels.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return selector
}
