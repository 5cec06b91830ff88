package kargo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestChooseRefuses(t *testing.T) {
	upstream := kargoapi.FreightSources{Stages: []string{"red-staging"}}
	matching := kargoapi.FreightSources{Stages: []string{"red-staging"}, AutoPromotionOptions: &kargoapi.AutoPromotionOptions{
		SelectionPolicy: kargoapi.AutoPromotionSelectionPolicyMatchUpstream,
	}}
	two := newStage("red-production", direct)
	two.Spec.RequestedFreight = append(two.Spec.RequestedFreight, kargoapi.FreightRequest{Origin: warehouse("config"), Sources: direct})

	newest := newFreight(starfish, "3.2.0", time.Hour, named("rafting-starfish"))
	newestVerified := newFreight(starfish, "3.2.0", time.Hour, named("rafting-starfish"), verifiedIn("red-staging"))
	older := newFreight(walrus, "3.1.0", 26*time.Hour, verifiedIn("red-staging"))
	for _, test := range []struct {
		name    string
		stage   *kargoapi.Stage
		word    string
		freight []*kargoapi.Freight
		code    chatops.ProblemCode
		says    string
	}{
		{"no Freight at all", newStage("red-production", direct), "", nil, chatops.CodeNoFreight,
			"There is no Freight that red can go to production with.\nNo Freight of its Warehouses exists yet."},
		{"no Freight of the Warehouse", newStage("red-production", direct), "", []*kargoapi.Freight{newFreight("a", "1", 0, from("blue"))},
			chatops.CodeNoFreight, "There is no Freight that red can go to production with.\nNo Freight of its Warehouses exists yet."},
		{"none verified", newStage("red-production", upstream), "", []*kargoapi.Freight{newest}, chatops.CodeNoFreight,
			"There is no Freight that red can go to production with.\nThe newest: 3.2.0 is not verified in red-staging."},
		{"none that upstream runs", newStage("red-production", matching), "", []*kargoapi.Freight{newestVerified}, chatops.CodeNoFreight,
			"There is no Freight that red can go to production with.\nThe newest: 3.2.0 can go if you name it. By itself, Stage red-production follows what runs upstream."},

		{"the newest runs already", running(newStage("red-production", direct), newest), "", []*kargoapi.Freight{newest, older},
			chatops.CodeAlreadyThere, "production already runs red 3.2.0.\nNothing newer is available to it."},
		{"the newest that can go runs already", running(newStage("red-production", upstream), older), "", []*kargoapi.Freight{newest, older},
			chatops.CodeAlreadyThere, "production already runs red 3.1.0.\nThere is a newer one, but 3.2.0 is not verified in red-staging."},
		{"named, and runs already", running(newStage("red-production", direct), older), "3.1.0", []*kargoapi.Freight{newest, older},
			chatops.CodeAlreadyThere, "production already runs red 3.1.0.\n3.2.0 is newer, and can go there."},
		{"named, runs already, and could not go again", running(newStage("red-production", upstream), newest), "3.2.0", []*kargoapi.Freight{newest, older},
			chatops.CodeAlreadyThere, "production already runs red 3.2.0.\nNothing newer is available to it."},
		{"runs already, and another Warehouse has something newer", running(newStage("red-production", direct), older), "3.1.0",
			[]*kargoapi.Freight{older, newFreight("c", "7", 0, from("config"))}, chatops.CodeAlreadyThere,
			"production already runs red 3.1.0.\nNothing newer is available to it."},

		{"named, not verified", newStage("red-production", upstream), "3.2.0", []*kargoapi.Freight{newest, older}, chatops.CodeFreightUnavailable,
			"red 3.2.0 can't go to production yet.\n3.2.0 is not verified in red-staging."},
		{"named, of another Warehouse", newStage("red-production", direct), "7.0.0", []*kargoapi.Freight{newest, newFreight("b", "7.0.0", 0, from("blue"))},
			chatops.CodeUnknownFreight, "No Freight \"7.0.0\" for red in production.\nNewest: 3.2.0"},

		{"unknown, near a version", newStage("red-production", direct), "3.2.1", []*kargoapi.Freight{newest, older}, chatops.CodeUnknownFreight,
			"No Freight \"3.2.1\" for red in production. Did you mean 3.2.0?\nNewest: 3.2.0, 3.1.0"},
		{"unknown, near an alias", newStage("red-production", direct), "rafting-startfish", []*kargoapi.Freight{newest, older}, chatops.CodeUnknownFreight,
			"No Freight \"rafting-startfish\" for red in production. Did you mean rafting-starfish?\nNewest: 3.2.0, 3.1.0"},
		{"unknown, and there is none", newStage("red-production", direct), "3.2.0", nil, chatops.CodeUnknownFreight,
			"No Freight \"3.2.0\" for red in production.\nNewest: none"},
		{"a prefix that is too short", newStage("red-production", direct), "e72", []*kargoapi.Freight{newest}, chatops.CodeUnknownFreight,
			"No Freight \"e72\" for red in production.\nNewest: 3.2.0"},

		{"several have the prefix", newStage("red-production", direct), "e72f",
			[]*kargoapi.Freight{newest, newFreight("e72fffff00", "3.0.0", 50*time.Hour)}, chatops.CodeAmbiguousFreight,
			"\"e72f\" names several Freight.\ne72fb09 3.2.0 rafting-starfish from red, 2026-05-04 11:00 UTC\n" +
				"e72ffff 3.0.0 from red, 2026-05-02 10:00 UTC\nName one by its alias or its name."},
		{"several have the version and can go", newStage("red-production", direct), "3.2.0",
			[]*kargoapi.Freight{newest, newFreight(walrus, "3.2.0", 2*time.Hour)}, chatops.CodeAmbiguousFreight,
			"\"3.2.0\" names several Freight.\ne72fb09 3.2.0 rafting-starfish from red, 2026-05-04 11:00 UTC\n" +
				"2873e6b 3.2.0 from red, 2026-05-04 10:00 UTC\nName one by its alias or its name."},
		{"several Warehouses have something new", two, "",
			[]*kargoapi.Freight{newest, newFreight("c0ffee00", "7", 0, from("config"))}, chatops.CodeAmbiguousFreight,
			"red-production takes Freight from several Warehouses.\ne72fb09 3.2.0 rafting-starfish from red, 2026-05-04 11:00 UTC\n" +
				"c0ffee0 7 from config, 2026-05-04 12:00 UTC\nName one by its alias or its name."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := choose(t, test.stage, test.word, test.freight...)
			if err == nil {
				t.Fatalf("chose %s", got.Name)
			}
			if says := wantProblem(t, err, test.code); says != test.says {
				t.Errorf("says:\n%s\nwant:\n%s", says, test.says)
			}
		})
	}
}

func TestChooseNamesAHandfulOfVeryMany(t *testing.T) {
	var many []*kargoapi.Freight
	for i := range 30 {
		many = append(many, newFreight("abcd"+string(rune('a'+i)), "3.2.0", time.Duration(i)*time.Hour))
	}
	_, err := choose(t, newStage("s", direct), "abcd", many...)
	wantProblem(t, err, chatops.CodeAmbiguousFreight)
	var problem *chatops.Problem
	errors.As(err, &problem)
	if got := len(problem.Body); got != 7 {
		t.Errorf("%d lines, want 5 Freight, how many more, and how to go on", got)
	}
	if got, want := problem.Body[5].String(), "and 25 more"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
}

func TestChooseSaysWhenItCannotLook(t *testing.T) {
	broken := errors.New("connection refused")
	reader := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return broken },
	}).Build()
	target := kargo.Target{Project: namespace, Namespace: namespace, Service: "red", Environment: "production", Stage: newStage("s", direct)}
	_, err := kargo.NewCatalogue(reader, nil).Choose(t.Context(), target, "", noon)
	var problem *chatops.Problem
	if !errors.Is(err, broken) || errors.As(err, &problem) {
		t.Errorf("error: %v", err)
	}
}

// A build of the service that runs in development exists; production takes none of its Warehouse.
func TestFreightOfAnotherWarehouseOfTheServiceIsKnown(t *testing.T) {
	development, production := newStage("red-development", direct), newStage("red-production", direct)
	development.Spec.RequestedFreight[0].Origin = warehouse("red-dev")
	catalogue := kargo.NewCatalogue(newClient(t, development, production,
		newFreight("f320", "3.2.0", time.Hour), newFreight("d4f2c1a", "sha-4f2c1aa", time.Minute, from("red-dev"))), []kargo.Pipeline{guide()})
	target, err := catalogue.Find(t.Context(), "red", "production")
	if err != nil {
		t.Fatal(err)
	}
	_, err = catalogue.Choose(t.Context(), target, "sha-4f2c1aa", noon)
	const want = "\"sha-4f2c1aa\" is Freight of Warehouse red-dev, which red-production takes none from.\nNewest: 3.2.0"
	if says := wantProblem(t, err, chatops.CodeUnknownFreight); says != want {
		t.Errorf("says:\n%s\nwant:\n%s", says, want)
	}
}
