package kargo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// indexes adds indexes to a client that is being built.
type indexes struct{ builder *fake.ClientBuilder }

func (i *indexes) IndexField(_ context.Context, o client.Object, field string, value client.IndexerFunc) error {
	i.builder = i.builder.WithIndex(o, field, value)
	return nil
}

// lines returns a Catalogue of the objects, with all indexes, of a project whose services are named or found.
func lines(t *testing.T, services []string, objects ...client.Object) *kargo.Catalogue {
	t.Helper()
	i := &indexes{builder: newClientBuilder(t, objects...)}
	for _, index := range []func(context.Context, client.FieldIndexer) error{kargo.IndexPromotions, kargo.IndexLines} {
		if err := index(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	return kargo.NewCatalogue(i.builder.Build(), []kargo.Pipeline{{
		Project: namespace, Namespace: namespace, Services: services, Environments: []kargo.Environment{{Name: "staging"}, {Name: "production"}},
	}})
}

func TestLine(t *testing.T) {
	direct := kargoapi.FreightSources{Direct: true}
	passing := newStage("red-production", direct)
	passing.Spec.PromotionTemplate = nil
	promotion := func(name string) *kargoapi.Promotion {
		return &kargoapi.Promotion{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: kargoapi.PromotionSpec{Stage: "red-staging"}}
	}
	objects := []client.Object{
		newStage("red-staging", direct), passing, newStage("other", direct), promotion("red-staging.2"), promotion("red-staging.1"),
		newFreight("old", "3.1.0", time.Hour), newFreight("new", "3.2.0", time.Minute), newFreight("elsewhere", "1.0.0", 0, from("blue")),
	}
	line, ok, err := lines(t, nil, objects...).Line(t.Context(), namespace, "red")
	if err != nil || !ok {
		t.Fatalf("%t, %v", ok, err)
	}
	if len(line.Stages) != 1 || line.Stages[0].Environment != "staging" || line.Word() != "red" || strings.Join(line.Warehouses(), " ") != "red" {
		t.Errorf("Stages %+v of Warehouses %q", line.Stages, line.Warehouses())
	}
	if p := line.Stages[0].Promotions; len(p) != 2 || p[0].Name != "red-staging.1" {
		t.Errorf("Promotions %+v", p)
	}
	if len(line.Freight) != 2 || line.Freight[0].Name != "new" {
		t.Errorf("Freight %+v", line.Freight)
	}
	for name, test := range map[string]struct {
		services           []string
		namespace, service string
	}{
		"of another namespace": {nil, "other", "red"},
		"that nobody has":      {nil, namespace, "green"},
		"that is not named":    {[]string{"blue"}, namespace, "red"},
	} {
		if _, ok, err := lines(t, test.services, objects...).Line(t.Context(), test.namespace, test.service); ok || err != nil {
			t.Errorf("a service %s: %t, %v", name, ok, err)
		}
	}
}

func TestServicesOfAWarehouse(t *testing.T) {
	direct := kargoapi.FreightSources{Direct: true}
	objects := []client.Object{newStage("red-staging", direct), newStage("red-production", direct), newStage("blue-staging", direct), newStage("other", direct)}
	for name, test := range map[string]struct {
		services  []string
		warehouse string
		want      string
	}{
		"all that take from it":    {nil, "red", "blue red"},
		"those that are named":     {[]string{"red"}, "red", "red"},
		"one that nobody takes of": {nil, "green", ""},
	} {
		got, err := lines(t, test.services, objects...).ServicesOf(t.Context(), namespace, test.warehouse)
		if err != nil || strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestWhatKargoPromotesByItself(t *testing.T) {
	f := newFreight("new", "3.2.0", time.Minute)
	stage := newStage("red-production", kargoapi.FreightSources{Stages: []string{"red-staging"}})
	expect := func(what string, want bool) {
		t.Helper()
		if got := kargo.AutoPromotes(stage, f); got != want {
			t.Errorf("%s: %t", what, got)
		}
	}
	expect("without auto-promotion", false)
	stage.Status.AutoPromotionEnabled = true
	expect("with it", true)
	stage.Spec.RequestedFreight[0].Sources.AutoPromotionOptions = &kargoapi.AutoPromotionOptions{SelectionPolicy: kargoapi.AutoPromotionSelectionPolicyMatchUpstream}
	expect("what is not upstream", false)
	f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-staging": {}}
	expect("what is upstream", true)
	stage.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{"Warehouse/red": {}}
	expect("on hold", false)
	stage.Status.EffectiveAutoPromotionHolds = nil
	f.Origin = warehouse("blue")
	expect("of another Warehouse", false)
}
