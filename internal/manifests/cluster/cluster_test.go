package cluster_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/cluster"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

const (
	file = `project: p
gitRepo: https://github.com/acme/p.git
dockerRegistry: quay.io/acme
kustomizeBasePath: overlays
services: [red, blue]
environments:
- {name: dev, autoPromote: true, warehouse: {}}
- {name: prod}
`
	argocd = "argocd: {}\n"
)

func generated(t *testing.T, file string) []*generate.Manifest {
	t.Helper()
	p, err := manifests.ParseComplete("config.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return generate.Manifests(p)
}

// world is a cluster in memory. Its Project is ready as soon as it is there, unless that is up to the test.
type world struct {
	memory *memory.Cluster
	admin  client.WithWatch
}

func newWorld(t *testing.T) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), kargo.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	resources := memory.ResourcesOf(scheme, kargo.GroupVersion, "Project")
	for kind, plural := range map[string]string{"AppProject": "appprojects", "ApplicationSet": "applicationsets", "Application": "applications"} {
		resources = append(resources, memory.Resource{GroupVersionKind: argo(kind), Plural: plural, Namespaced: true})
	}
	m, err := memory.New(memory.Options{Resources: resources})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{memory: m}
	if w.admin, err = m.Client(m.AdminConfig(), scheme); err != nil {
		t.Fatal(err)
	}
	w.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "argocd"}})
	return w
}

func argo(kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: kind}
}

func (w *world) create(t *testing.T, o client.Object) {
	t.Helper()
	if err := w.admin.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// ready has a Project that Kargo says this of.
func (w *world) ready(t *testing.T, status metav1.ConditionStatus, message string) {
	t.Helper()
	w.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "p", Labels: map[string]string{"kargo.akuity.io/project": "true"}}})
	project := &kargo.Project{ObjectMeta: metav1.ObjectMeta{Name: "p"}}
	w.create(t, project)
	project.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: status, Message: message, Reason: "Test", LastTransitionTime: metav1.Now()}}
	if err := w.admin.Status().Update(t.Context(), project); err != nil {
		t.Fatal(err)
	}
}

// as returns the Cluster of a user.
func (w *world) as(t *testing.T, user string, groups ...string) *cluster.Cluster {
	t.Helper()
	c, err := w.memory.Client(w.memory.Config(user, groups...), runtime.NewScheme())
	if err != nil {
		t.Fatal(err)
	}
	return &cluster.Cluster{Client: c, Timeout: 10 * time.Second, Workers: 4}
}

// apply plans and applies, and returns what was done.
func (w *world) apply(t *testing.T, all []*generate.Manifest) ([]string, *cluster.Plan) {
	t.Helper()
	c := w.as(t, "system:admin", "system:masters")
	plan, err := c.Plan(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	var done []string
	if err := c.Apply(t.Context(), plan, time.Second, func(s cluster.Step) { done = append(done, string(s.Verb)+" "+s.String()) }); err != nil {
		t.Fatal(err)
	}
	return done, plan
}

func TestApplyingTwiceDoesNothingTheSecondTime(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	done, _ := w.apply(t, generated(t, file+argocd))
	if len(done) != 2+2+4+2 || done[0] != "change project/p" || !slices.Contains(done, "create applicationset/p") {
		t.Errorf("did %q", done)
	}
	if done, plan := w.apply(t, generated(t, file+argocd)); len(done) != 0 || plan.Unchanged != 10 {
		t.Errorf("did %q the second time, %d unchanged", done, plan.Unchanged)
	}
}

func TestArgoCDsObjectsAndAProjectAreNeverDeleted(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	w.apply(t, generated(t, file+argocd))
	// The set of another project, made in the same way.
	other := &unstructured.Unstructured{}
	other.SetGroupVersionKind(argo("ApplicationSet"))
	other.SetNamespace("argocd")
	other.SetName("other")
	other.SetLabels(map[string]string{generate.LabelManagedBy: generate.Manager, generate.LabelProject: "other"})
	w.create(t, other)

	done, plan := w.apply(t, generated(t, strings.Replace(file, "[red, blue]", "[red]", 1)))
	slices.Sort(done)
	want := []string{"delete stage/blue-dev", "delete stage/blue-prod", "delete warehouse/blue-releases"}
	if !slices.Equal(done, want) {
		t.Errorf("did %q; want %q", done, want)
	}
	var left []string
	for _, s := range plan.Left {
		left = append(left, s.String())
	}
	slices.Sort(left)
	if !slices.Equal(left, []string{"applicationset/p", "appproject/p"}) {
		t.Errorf("left %q", left)
	}
	if err := w.admin.Get(t.Context(), client.ObjectKeyFromObject(other), other); err != nil {
		t.Errorf("another project's: %v", err)
	}
}

func TestNothingIsMadeInAProjectThatIsNotReady(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"quota exceeded", "Kargo is not ready for Project p after 300ms, and says: quota exceeded. Nothing was made in it; run this again to go on"},
		{"", "and says nothing of it: check that Kargo's management controller runs"},
	} {
		w := newWorld(t)
		w.ready(t, metav1.ConditionFalse, test.message)
		c := w.as(t, "system:admin", "system:masters")
		plan, err := c.Plan(t.Context(), generated(t, file))
		if err != nil {
			t.Fatal(err)
		}
		err = c.Apply(t.Context(), plan, 300*time.Millisecond, func(cluster.Step) {})
		if problem, ok := errors.AsType[*cluster.Problem](err); !ok || !strings.Contains(problem.Text, test.want) {
			t.Errorf("%v", err)
		}
		var stages kargo.StageList
		if err := w.admin.List(t.Context(), &stages); err != nil || len(stages.Items) > 0 {
			t.Errorf("%d Stages were made, %v", len(stages.Items), err)
		}
	}
}

func TestWhatSomebodyMayNotDoIsSaidWithoutAGoError(t *testing.T) {
	w := newWorld(t)
	_, err := w.as(t, "octocat").Plan(t.Context(), generated(t, file))
	problem, ok := errors.AsType[*cluster.Problem](err)
	if !ok || !strings.HasPrefix(problem.Text, "you may not get namespace/p: ask an administrator for that permission") {
		t.Errorf("%v", err)
	}
}

func TestApplyingCanBeBrokenOff(t *testing.T) {
	w := newWorld(t)
	w.ready(t, metav1.ConditionTrue, "")
	c := w.as(t, "system:admin", "system:masters")
	plan, err := c.Plan(t.Context(), generated(t, file))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	err = c.Apply(ctx, plan, time.Second, func(cluster.Step) { once.Do(cancel) })
	if err == nil || strings.Contains(err.Error(), "context canceled") {
		t.Errorf("said: %v", err)
	}
	if _, plan := w.apply(t, generated(t, file)); plan.Unchanged == 0 {
		t.Error("nothing had been done before")
	}
}
