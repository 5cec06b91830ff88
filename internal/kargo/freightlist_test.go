package kargo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// freightWorld has three versions of red: one in production, one verified in staging, one just found.
func freightWorld(t *testing.T) *kargo.Catalogue {
	t.Helper()
	old := newFreight(walrus, "3.1.0", days(6), verifiedIn("red-staging"), in("red-production", 60*24*5))
	next := newFreight(starfish, "3.2.0", time.Hour, verifiedIn("red-staging"), in("red-staging", 50), named("rafting-starfish"))
	next.Status.ApprovedFor = map[string]kargoapi.ApprovedStage{"infra": {ApprovedAt: ago(0)}}
	newest := newFreight(otter, "3.3.0", minutes(5))
	stage := running(newStage("red-production", kargoapi.FreightSources{Stages: []string{"red-staging"}}), old)
	return newLibrary(t, []client.Object{
		old, next, newest, newFreight("f00d", "9.9.9", minutes(1), from("blue")),
		stage, running(newStage("red-staging", direct), next),
	})
}

func TestFreightList(t *testing.T) {
	library := freightWorld(t)
	staging := answers.FreightPlace{Environment: "staging", Stage: "red-staging", Since: noon.Add(-time.Hour)}
	want := []answers.ListedFreight{{
		Freight: answers.Freight{Name: otter, Version: "3.3.0", Origin: "Warehouse/red"}, DiscoveredAt: noon.Add(-minutes(5)),
	}, {
		Freight: starfish320, DiscoveredAt: noon.Add(-time.Hour), VerifiedIn: []answers.FreightPlace{staging},
		In:          []answers.FreightPlace{{Environment: "staging", Stage: "red-staging", Since: noon.Add(-minutes(50))}},
		ApprovedFor: []answers.FreightPlace{{Stage: "infra", Since: noon}},
	}, {
		Freight: walrus310, DiscoveredAt: noon.Add(-days(6)), VerifiedIn: []answers.FreightPlace{staging},
		In: []answers.FreightPlace{{Environment: "production", Stage: "red-production", Since: noon.Add(-days(5))}},
	}}
	list, err := library.FreightList(t.Context(), "red", "", noon)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, list.Freight); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	want[0].Going = &answers.Going{Why: "3.3.0 is not verified in red-staging."}
	want[1].Going = &answers.Going{Available: true}
	want[2].Going = &answers.Going{There: true, Available: true}
	list, err = library.FreightList(t.Context(), "red", "prod", noon)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, list.Freight); diff != "" {
		t.Errorf("for production: -want +got\n%s", diff)
	}
	if list.Environment != "production" || list.Stage != "red-production" {
		t.Errorf("%+v", list)
	}
}

func TestFreightListRefuses(t *testing.T) {
	library := freightWorld(t)
	for _, test := range []struct {
		service, environment string
		code                 chatops.ProblemCode
	}{
		{"rde", "", chatops.CodeUnknownService}, {"red", "moon", chatops.CodeUnknownEnvironment},
		{"red", "development", chatops.CodeNoStage}, {"blue", "", chatops.CodeNoStage},
	} {
		_, err := library.FreightList(t.Context(), test.service, test.environment, noon)
		wantProblem(t, err, test.code)
	}
}

func TestLookupFindsWhatCannotGo(t *testing.T) {
	library := freightWorld(t)
	target, err := library.Find(t.Context(), "red", "production")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]answers.Going{
		"3.3.0":            {Why: "3.3.0 is not verified in red-staging."},
		"rafting-starfish": {Available: true},
		"2873e6b":          {There: true, Available: true},
	} {
		f, err := library.Lookup(t.Context(), target, word, noon)
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		if diff := cmp.Diff(want, kargo.Going(target, f, noon)); diff != "" {
			t.Errorf("%s: %s", word, diff)
		}
	}
	_, err = library.Lookup(t.Context(), target, "9.9.9", noon)
	wantProblem(t, err, chatops.CodeUnknownFreight)
}

func TestNextIsWhatKargoWouldChooseElseWhatIsToCome(t *testing.T) {
	upstream := kargoapi.FreightSources{Stages: []string{"red-staging"}}
	old := newFreight(walrus, "3.1.0", time.Hour, verifiedIn("red-staging"))
	verified := newFreight(starfish, "3.2.0", minutes(30), verifiedIn("red-staging"))
	unverified := newFreight(otter, "3.3.0", minutes(5))
	for _, test := range []struct {
		name    string
		freight []client.Object
		runs    *kargoapi.Freight
		want    string
	}{
		{"what Kargo would choose", []client.Object{old, verified, unverified}, old, starfish},
		{"what is not verified yet", []client.Object{old, unverified}, old, otter},
		{"the first ever, not verified yet", []client.Object{unverified}, nil, otter},
		{"nothing: the newest runs", []client.Object{old, verified}, verified, ""},
	} {
		stage := newStage("red-production", upstream)
		if test.runs != nil {
			running(stage, test.runs)
		}
		library := newLibrary(t, append([]client.Object{stage}, test.freight...))
		target, err := library.Find(t.Context(), "red", "production")
		if err != nil {
			t.Fatal(err)
		}
		f, err := library.Next(t.Context(), target, noon)
		switch {
		case test.want == "":
			wantProblem(t, err, chatops.CodeAlreadyThere)
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case f.Name != test.want:
			t.Errorf("%s: %s", test.name, f.Name)
		}
	}
}
