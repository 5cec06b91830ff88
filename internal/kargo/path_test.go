package kargo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func after(stages ...string) kargoapi.FreightSources { return kargoapi.FreightSources{Stages: stages} }

func afterAll(stages ...string) kargoapi.FreightSources {
	return kargoapi.FreightSources{Stages: stages, AvailabilityStrategy: kargoapi.FreightAvailabilityStrategyAll}
}

// controlFlow takes the steps away from a Stage.
func controlFlow(stage *kargoapi.Stage) *kargoapi.Stage {
	stage.Spec.PromotionTemplate = nil
	return stage
}

// The names of these Stages tell nothing about their order: only what they request does.
func TestAWalkFollowsWhatTheStagesRequest(t *testing.T) {
	for name, test := range map[string]struct {
		stages  []*kargoapi.Stage
		freight *kargoapi.Freight
		want    string
	}{
		"directly from the Warehouse": {
			stages: []*kargoapi.Stage{newStage("red-production", direct)}, want: "red-production",
		},
		"three in a row": {
			stages: []*kargoapi.Stage{newStage("red-production", after("aaa")), newStage("aaa", after("zzz")), newStage("zzz", direct)},
			want:   "zzz aaa red-production",
		},
		"all of two": {
			stages: []*kargoapi.Stage{
				newStage("red-production", afterAll("load", "qa")), newStage("load", after("int")), newStage("qa", after("int")), newStage("int", direct),
			},
			want: "int load qa red-production",
		},
		"one of two, the shorter way": {
			stages: []*kargoapi.Stage{
				newStage("red-production", after("long", "short")), newStage("long", after("int")), newStage("int", direct), newStage("short", direct),
			},
			want: "short red-production",
		},
		"one of two, where it is verified": {
			stages: []*kargoapi.Stage{
				newStage("red-production", after("long", "short")), newStage("long", after("int")), newStage("int", direct), newStage("short", direct),
			},
			freight: newFreight("f320", "3.2.0", time.Hour, verifiedIn("long")),
			want:    "int long red-production",
		},
		"one of two, of which one is a dead end": {
			stages: []*kargoapi.Stage{newStage("red-production", after("gone", "short")), newStage("short", direct)},
			want:   "short red-production",
		},
		"past a control-flow Stage": {
			stages: []*kargoapi.Stage{newStage("red-production", after("gate")), controlFlow(newStage("gate", after("staging"))), newStage("staging", direct)},
			want:   "staging red-production",
		},
	} {
		objects := []client.Object{test.freight}
		if test.freight == nil {
			objects[0] = newFreight("f320", "3.2.0", time.Hour)
		}
		for _, s := range test.stages {
			objects = append(objects, s)
		}
		catalogue := kargo.NewCatalogue(newClient(t, objects...), []kargo.Pipeline{guide()})
		walk, err := catalogue.Through(t.Context(), redProduction(test.stages[0]), "", noon)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, strings.Join(walk.Path, " ")); diff != "" || walk.Freight.Name != "f320" {
			t.Errorf("%s: Freight %s, -want +got\n%s", name, walk.Freight.Name, diff)
		}
	}
}

func redProduction(stage *kargoapi.Stage) kargo.Target {
	return kargo.Target{Project: "microsvcs", Namespace: namespace, Service: "red", Environment: "production", Stage: stage}
}

func TestAWalkThatLeadsNowhereIsRefused(t *testing.T) {
	long := []*kargoapi.Stage{newStage("red-production", after("s0"))}
	for i := range kargo.MaxPath {
		long = append(long, newStage("s"+string(rune('0'+i)), after("s"+string(rune('0'+i+1)))))
	}
	long = append(long, newStage("s"+string(rune('0'+kargo.MaxPath)), direct))
	foreign := newStage("staging", direct)
	foreign.Spec.RequestedFreight[0].Origin = warehouse("other")
	for name, test := range map[string]struct {
		stages []*kargoapi.Stage
		code   chatops.ProblemCode
		says   string
	}{
		"in a circle": {
			[]*kargoapi.Stage{newStage("red-production", after("a")), newStage("a", after("red-production"))},
			chatops.CodeFreightUnavailable, "It takes Freight from itself, by way of red-production, a.",
		},
		"to a Stage that is not there": {
			[]*kargoapi.Stage{newStage("red-production", after("gone"))},
			chatops.CodeFreightUnavailable, "no way for this Freight through Stage gone",
		},
		"through a Stage that takes other Freight": {
			[]*kargoapi.Stage{newStage("red-production", after("staging")), foreign},
			chatops.CodeFreightUnavailable, "It takes no Freight from the Warehouse red.",
		},
		"too long": {long, chatops.CodeTooMany, "has 22 Stages"},
		"already there": {
			[]*kargoapi.Stage{running(newStage("red-production", direct), newFreight("f320", "3.2.0", time.Hour))},
			chatops.CodeAlreadyThere, "production already runs red 3.2.0",
		},
	} {
		objects := []client.Object{newFreight("f320", "3.2.0", time.Hour)}
		for _, s := range test.stages {
			objects = append(objects, s)
		}
		catalogue := kargo.NewCatalogue(newClient(t, objects...), []kargo.Pipeline{guide()})
		_, err := catalogue.Through(t.Context(), redProduction(test.stages[0]), "", noon)
		if says := wantProblem(t, err, test.code); !strings.Contains(says, test.says) {
			t.Errorf("%s: says %q, want %q", name, says, test.says)
		}
	}
}

// Each of two Stages in each of many layers takes from both before: there are very many ways through.
func TestAWalkThroughAMeshIsFoundAtOnce(t *testing.T) {
	const layers = 40
	objects := []client.Object{newFreight("f320", "3.2.0", time.Hour), newStage("0a", direct), newStage("0b", direct)}
	for i := 1; i < layers; i++ {
		before := []string{fmt.Sprint(i-1, "a"), fmt.Sprint(i-1, "b")}
		objects = append(objects, newStage(fmt.Sprint(i, "a"), afterAll(before...)), newStage(fmt.Sprint(i, "b"), afterAll(before...)))
	}
	production := newStage("red-production", afterAll(fmt.Sprint(layers-1, "a"), fmt.Sprint(layers-1, "b")))
	catalogue := kargo.NewCatalogue(newClient(t, append(objects, production)...), []kargo.Pipeline{guide()})
	_, err := catalogue.Through(t.Context(), redProduction(production), "", noon)
	if says := wantProblem(t, err, chatops.CodeTooMany); !strings.Contains(says, fmt.Sprint("has ", 2*layers+1, " Stages")) {
		t.Errorf("says %q", says)
	}
}

func TestAWalkTakesTheNewestOrTheOneThatIsNamed(t *testing.T) {
	stage := newStage("red-production", after("red-staging"))
	catalogue := kargo.NewCatalogue(newClient(t, stage, newStage("red-staging", direct),
		newFreight("f320", "3.2.0", time.Hour), newFreight("f330", "3.3.0", time.Minute)), []kargo.Pipeline{guide()})
	for wanted, want := range map[string]string{"": "f330", "3.2.0": "f320"} {
		walk, err := catalogue.Through(t.Context(), redProduction(stage), wanted, noon)
		if err != nil || walk.Freight.Name != want {
			t.Errorf("%q is %v, %v; want %s", wanted, walk.Freight, err, want)
		}
	}
	_, err := catalogue.Through(t.Context(), redProduction(stage), "4.0.0", noon)
	wantProblem(t, err, chatops.CodeUnknownFreight)
}
