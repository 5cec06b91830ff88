package kargo_test

import (
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// noon is the time of all tests.
var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// namespace is the project of all tests, where it does not matter.
const namespace = "microsvcs"

func ago(d time.Duration) *metav1.Time {
	at := metav1.NewTime(noon.Add(-d))
	return &at
}

func duration(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }

func warehouse(name string) kargoapi.FreightOrigin {
	return kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: name}
}

// newStage returns a Stage that takes what the sources say from Warehouse red, and has a step.
func newStage(name string, sources kargoapi.FreightSources) *kargoapi.Stage {
	return &kargoapi.Stage{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: kargoapi.StageSpec{
			RequestedFreight: []kargoapi.FreightRequest{{Origin: warehouse("red"), Sources: sources}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{
				Steps: []kargoapi.PromotionStep{{Uses: "argocd-update"}},
			}},
		},
	}
}

// running makes the Stage run the Freight.
func running(stage *kargoapi.Stage, freight ...*kargoapi.Freight) *kargoapi.Stage {
	current := &kargoapi.FreightCollection{ID: "1", Freight: map[string]kargoapi.FreightReference{}}
	for _, f := range freight {
		current.Freight[f.Origin.String()] = kargoapi.FreightReference{Name: f.Name, Origin: f.Origin, Images: f.Images}
	}
	stage.Status.FreightHistory = append([]*kargoapi.FreightCollection{current}, stage.Status.FreightHistory...)
	return stage
}

// newFreight returns Freight of Warehouse red with an image of that tag, discovered so long ago.
func newFreight(name, tag string, age time.Duration, changes ...func(*kargoapi.Freight)) *kargoapi.Freight {
	f := &kargoapi.Freight{
		ObjectMeta:   metav1.ObjectMeta{Namespace: namespace, Name: name},
		Origin:       warehouse("red"),
		DiscoveredAt: ago(age),
		Images:       []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: tag}},
	}
	for _, change := range changes {
		change(f)
	}
	return f
}

// verifiedIn says that Freight was verified in the Stages.
func verifiedIn(stages ...string) func(*kargoapi.Freight) {
	return func(f *kargoapi.Freight) {
		f.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{}
		for _, stage := range stages {
			f.Status.VerifiedIn[stage] = kargoapi.VerifiedStage{VerifiedAt: ago(time.Hour)}
		}
	}
}

// from says that Freight came from another Warehouse.
func from(name string) func(*kargoapi.Freight) {
	return func(f *kargoapi.Freight) { f.Origin = warehouse(name) }
}

// named gives Freight an alias.
func named(alias string) func(*kargoapi.Freight) {
	return func(f *kargoapi.Freight) { f.Alias = alias }
}

// newClient returns a client of an API server with the objects.
func newClient(tb testing.TB, objects ...client.Object) client.WithWatch {
	tb.Helper()
	return newClientBuilder(tb, objects...).Build()
}

func newClientBuilder(tb testing.TB, objects ...client.Object) *fake.ClientBuilder {
	tb.Helper()
	scheme := runtime.NewScheme()
	if err := kargoapi.AddToScheme(scheme); err != nil {
		tb.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
}

// wantProblem expects an error that is a problem of that code, and returns what the person reads.
func wantProblem(t *testing.T, err error, code chatops.ProblemCode) string {
	t.Helper()
	var problem *chatops.Problem
	if !errors.As(err, &problem) {
		t.Fatalf("error is no problem for people: %v", err)
	}
	if problem.Code != code {
		t.Fatalf("problem is %s, want %s: %v", problem.Code, code, problem)
	}
	return words(problem)
}

// words is what a person reads of a problem, without the usage line.
func words(p *chatops.Problem) string {
	s := p.Title
	for _, line := range p.Body {
		s += "\n" + line.String()
	}
	return s
}
