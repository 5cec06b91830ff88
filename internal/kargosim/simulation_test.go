package kargosim_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

const project = "microsvcs"

// simulation is a Kargo in memory with the guide's world in it.
type simulation struct {
	*kargosim.Simulator

	cluster *memory.Cluster
	admin   client.WithWatch
	spec    world.Spec
	stop    func() // stops the controllers and waits for them
}

// start starts a simulation of two services; adjust changes Stages before they are made.
func start(t *testing.T, options kargosim.Options, adjust func(service, environment string, stage *kargo.Stage)) *simulation {
	t.Helper()
	s := prepare(t, options, adjust)
	s.run(t)
	return s
}

// prepare makes a simulation whose controllers do not run yet.
func prepare(t *testing.T, options kargosim.Options, adjust func(service, environment string, stage *kargo.Stage)) *simulation {
	t.Helper()
	options.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	s := &simulation{Simulator: kargosim.New(options), spec: world.Guide(time.Now())}
	s.spec.Services = s.spec.Services[:2]
	s.spec.Adjust = adjust
	var err error
	if s.cluster, err = s.NewCluster(); err != nil {
		t.Fatal(err)
	}
	s.admin = s.client(t, "system:admin", "system:masters")
	if err := world.Build(t.Context(), s.client(t, kargosim.ControllerUser, "system:masters"), s.spec); err != nil {
		t.Fatal(err)
	}
	s.spec.PushTo(s.Registry)
	return s
}

// run runs the controllers until the test ends, or until stop is called.
func (s *simulation) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx, s.cluster.Config(kargosim.ControllerUser, "system:masters")); err != nil {
			t.Errorf("the controllers ended with %v", err)
		}
	}()
	s.stop = func() { cancel(); <-done }
	t.Cleanup(func() { s.stop() })
}

// client returns a client of that user.
func (s *simulation) client(t *testing.T, user string, groups ...string) client.WithWatch {
	t.Helper()
	scheme, err := kargosim.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.cluster.Client(s.cluster.Config(user, groups...), scheme)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: project, Name: name}
}

// allow lets the user do what rules say in the project.
func (s *simulation) allow(t *testing.T, user string, rules ...rbacv1.PolicyRule) {
	t.Helper()
	name := "allow-" + user
	for _, object := range []client.Object{
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: name}, Rules: rules},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: name},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, Name: user}},
		},
	} {
		if err := s.admin.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
}

func rule(resource string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{resource}, Verbs: verbs}
}

// release returns the Freight of a service's release, counted from the end: 0 is the newest.
func (s *simulation) release(t *testing.T, service string, fromEnd int) *kargo.Freight {
	t.Helper()
	for _, described := range s.spec.Services {
		if described.Name == service {
			return s.freightOf(t, service, described.Releases[len(described.Releases)-1-fromEnd].Tag)
		}
	}
	t.Fatalf("no service %s", service)
	return nil
}

// freightOf returns the Freight of a service with that tag.
func (s *simulation) freightOf(t *testing.T, service, tag string) *kargo.Freight {
	t.Helper()
	if found := s.findFreight(t, service, tag); found != nil {
		return found
	}
	t.Fatalf("no Freight of %s:%s", service, tag)
	return nil
}

func (s *simulation) findFreight(t *testing.T, service, tag string) *kargo.Freight {
	t.Helper()
	var list kargo.FreightList
	if err := s.admin.List(t.Context(), &list, client.InNamespace(project)); err != nil {
		t.Fatal(err)
	}
	for i := range list.Items {
		if list.Items[i].Images[0].RepoURL == s.spec.Repository(service) && list.Items[i].Images[0].Tag == tag {
			return &list.Items[i]
		}
	}
	return nil
}

// promote makes a Promotion as c's user.
func promote(t *testing.T, c client.Client, stage, freight string) *kargo.Promotion {
	t.Helper()
	promotion := newPromotion(stage, freight)
	if err := c.Create(t.Context(), promotion); err != nil {
		t.Fatalf("promoting %s to %s: %v", freight, stage, err)
	}
	return promotion
}

func newPromotion(stage, freight string) *kargo.Promotion {
	return &kargo.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: project, GenerateName: "promote-"},
		Spec:       kargo.PromotionSpec{Stage: stage, Freight: freight},
	}
}

func (s *simulation) stage(t *testing.T, name string) *kargo.Stage {
	t.Helper()
	var found kargo.Stage
	if err := s.admin.Get(t.Context(), key(name), &found); err != nil {
		t.Fatal(err)
	}
	return &found
}

func (s *simulation) promotion(t *testing.T, name string) *kargo.Promotion {
	t.Helper()
	var found kargo.Promotion
	if err := s.admin.Get(t.Context(), key(name), &found); err != nil {
		t.Fatal(err)
	}
	return &found
}

// ends waits until the Promotion is over and returns it.
func (s *simulation) ends(t *testing.T, promotion *kargo.Promotion) *kargo.Promotion {
	t.Helper()
	var found *kargo.Promotion
	eventually(t, "Promotion "+promotion.Name+" ends", func() bool {
		found = s.promotion(t, promotion.Name)
		return found.Status.Phase.IsTerminal()
	})
	return found
}

// annotate sets an annotation as a client would, by a merge patch.
func annotate(t *testing.T, c client.Client, object client.Object, annotation, value string) {
	t.Helper()
	before := object.DeepCopyObject().(client.Object)
	annotations := map[string]string{annotation: value}
	for k, v := range object.GetAnnotations() {
		if k != annotation {
			annotations[k] = v
		}
	}
	object.SetAnnotations(annotations)
	if err := c.Patch(t.Context(), object, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until done reports true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("did not happen in time: %s", what)
		}
	}
}
