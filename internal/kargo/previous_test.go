package kargo_test

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// ranInTurn returns a Stage that ran these Freight one after the other, the last of which it runs.
func ranInTurn(freight ...*kargoapi.Freight) *kargoapi.Stage {
	stage := newStage("red-production", direct)
	for _, f := range freight {
		running(stage, f)
	}
	return stage
}

func previous(t *testing.T, stage *kargoapi.Stage, wanted string, freight ...*kargoapi.Freight) (*kargoapi.Freight, error) {
	t.Helper()
	objects := []client.Object{stage}
	for _, f := range freight {
		objects = append(objects, f)
	}
	catalogue := kargo.NewCatalogue(newClient(t, objects...), []kargo.Pipeline{guide()})
	return catalogue.Previous(t.Context(), redProduction(stage), wanted, noon)
}

func TestPrevious(t *testing.T) {
	f300, f310, f320 := newFreight("f300", "3.0.0", 72*time.Hour), newFreight("f310", "3.1.0", 48*time.Hour), newFreight("f320", "3.2.0", 24*time.Hour)
	for name, test := range map[string]struct {
		ran    []*kargoapi.Freight
		wanted string
		want   string
	}{
		"the one before":                         {[]*kargoapi.Freight{f300, f310, f320}, "", "f310"},
		"promoted twice":                         {[]*kargoapi.Freight{f310, f320, f320, f320}, "", "f310"},
		"what was rolled back, when it is named": {[]*kargoapi.Freight{f310, f320, f310}, "3.2.0", "f320"},
		"named":                                  {[]*kargoapi.Freight{f300, f310, f320}, "3.0.0", "f300"},
		"named, older, though it never ran there":   {[]*kargoapi.Freight{f310, f320}, "3.0.0", "f300"},
		"named, newer, since it ran there once":     {[]*kargoapi.Freight{f310, f320, f300}, "3.2.0", "f320"},
		"named by what it is called when it is old": {[]*kargoapi.Freight{f300, f320}, "f300", "f300"},
	} {
		f, err := previous(t, ranInTurn(test.ran...), test.wanted, f300, f310, f320)
		if err != nil || f.Name != test.want {
			t.Errorf("%s: %v, %v; want %s", name, f, err, test.want)
		}
	}
}

func TestPreviousRefuses(t *testing.T) {
	f310, f320, f330 := newFreight("f310", "3.1.0", 48*time.Hour), newFreight("f320", "3.2.0", 24*time.Hour), newFreight("f330", "3.3.0", time.Hour)
	upstream := ranInTurn(f310, f320)
	upstream.Spec.RequestedFreight[0].Sources = kargoapi.FreightSources{Stages: []string{"red-staging"}}
	for name, test := range map[string]struct {
		stage   *kargoapi.Stage
		wanted  string
		freight []*kargoapi.Freight
		code    chatops.ProblemCode
		says    string
	}{
		"nothing ever ran": {newStage("red-production", direct), "", nil, chatops.CodeNoHistory, "nothing has run yet as red in production"},
		"nothing else ran": {ranInTurn(f320, f320), "", []*kargoapi.Freight{f320}, chatops.CodeNoHistory, "3.2.0 is all that has run as red in production"},
		"it was rolled back": {
			ranInTurn(newFreight("f300", "3.0.0", 72*time.Hour), f310, f320, f310), "", []*kargoapi.Freight{f310, f320}, chatops.CodeNoHistory,
			"red 3.2.0, which ran before, is newer than what runs as red in production.\n" +
				"It was rolled back, or replaced by something older. To bring it back: /rollback red production 3.2.0\n" +
				"To go back further, name the Freight; these ran here: 3.2.0, 3.0.0.",
		},
		"it is gone":        {ranInTurn(f310, f320), "", []*kargoapi.Freight{f320}, chatops.CodeNoHistory, "red 3.1.0 ran before, but its Freight no longer exists"},
		"it runs":           {ranInTurn(f310, f320), "3.2.0", []*kargoapi.Freight{f310, f320}, chatops.CodeAlreadyThere, "production already runs red 3.2.0"},
		"it is newer":       {ranInTurn(f310, f320), "3.3.0", []*kargoapi.Freight{f310, f320, f330}, chatops.CodeNoHistory, "/promote red production 3.3.0"},
		"unknown":           {ranInTurn(f310, f320), "9.9.9", []*kargoapi.Freight{f310, f320}, chatops.CodeUnknownFreight, `No Freight "9.9.9"`},
		"not available now": {upstream, "", []*kargoapi.Freight{f310, f320}, chatops.CodeFreightUnavailable, "3.1.0 is not verified in red-staging"},
	} {
		_, err := previous(t, test.stage, test.wanted, test.freight...)
		if says := wantProblem(t, err, test.code); !strings.Contains(says, test.says) {
			t.Errorf("%s: says %q, want %q", name, says, test.says)
		}
	}
}

// A Stage that takes Freight of two Warehouses goes back where it last changed.
func TestPreviousOfSeveralWarehouses(t *testing.T) {
	app1, app2 := newFreight("app1", "1.0.0", 48*time.Hour), newFreight("app2", "2.0.0", 24*time.Hour)
	config1, config2 := newFreight("config1", "c1", 48*time.Hour, from("config")), newFreight("config2", "c2", 24*time.Hour, from("config"))
	newOne := func() *kargoapi.Stage {
		stage := newStage("red-production", direct)
		stage.Spec.RequestedFreight = append(stage.Spec.RequestedFreight, kargoapi.FreightRequest{Origin: warehouse("config"), Sources: direct})
		return stage
	}
	stage := running(running(newOne(), app1, config1), app1, config2)
	f, err := previous(t, stage, "", app1, app2, config1, config2)
	if err != nil || f.Name != "config1" {
		t.Errorf("%v, %v; want config1", f, err)
	}
	stage = running(running(newOne(), app1, config1), app2, config2)
	_, err = previous(t, stage, "", app1, app2, config1, config2)
	if says := wantProblem(t, err, chatops.CodeAmbiguousFreight); !strings.Contains(says, "1.0.0 from red") || !strings.Contains(says, "/rollback red production <freight>") {
		t.Errorf("says %q", says)
	}
}
