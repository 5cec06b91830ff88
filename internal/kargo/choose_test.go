package kargo_test

import (
	"slices"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Names of Freight, as long as Kargo's.
const (
	starfish = "e72fb09c1d4f6a8b0c2e4d6f8a0b1c3d5e7f9a1b"
	walrus   = "2873e6b6a1c3e5f7092b4d6f8a1c3e5f7092b4d6"
	otter    = "e72a000000000000000000000000000000000000"
)

var direct = kargoapi.FreightSources{Direct: true}

// choose asks for Freight for red in production, whose Stage is given.
func choose(t *testing.T, stage *kargoapi.Stage, wanted string, freight ...*kargoapi.Freight) (*kargoapi.Freight, error) {
	t.Helper()
	objects := make([]client.Object, len(freight))
	for i, f := range freight {
		objects[i] = f
	}
	target := kargo.Target{
		Project: namespace, Namespace: namespace, Service: "red", Environment: "production", Stage: stage,
	}
	return kargo.NewCatalogue(newClient(t, objects...), nil).Choose(t.Context(), target, wanted, noon)
}

func TestChooseWithoutAWordIsKargosChoice(t *testing.T) {
	upstream := kargoapi.FreightSources{Stages: []string{"red-staging"}}
	matching := kargoapi.FreightSources{Stages: []string{"red-staging"}, AutoPromotionOptions: &kargoapi.AutoPromotionOptions{
		SelectionPolicy: kargoapi.AutoPromotionSelectionPolicyMatchUpstream,
	}}
	in := func(stage string) func(*kargoapi.Freight) {
		return func(f *kargoapi.Freight) {
			verifiedIn(stage)(f)
			f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{stage: {Since: ago(0)}}
		}
	}
	undated := func(age time.Duration) func(*kargoapi.Freight) {
		return func(f *kargoapi.Freight) { f.DiscoveredAt, f.CreationTimestamp = nil, *ago(age) }
	}
	for _, test := range []struct {
		name    string
		stage   *kargoapi.Stage
		freight []*kargoapi.Freight
		want    string
	}{
		{"the newest", newStage("s", direct), []*kargoapi.Freight{
			newFreight("a", "1", 3*time.Hour), newFreight("b", "2", time.Hour), newFreight("c", "3", 2*time.Hour)}, "b"},
		{"as new as another: the greater name", newStage("s", direct), []*kargoapi.Freight{
			newFreight("b", "1", time.Hour), newFreight("c", "2", time.Hour), newFreight("a", "3", time.Hour)}, "c"},
		{"when it was discovered counts, not when it was made", newStage("s", direct), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour), newFreight("b", "2", 2*time.Hour, func(f *kargoapi.Freight) { f.CreationTimestamp = *ago(0) })}, "a"},
		{"an older Kargo does not say when it was discovered", newStage("s", direct), []*kargoapi.Freight{
			newFreight("a", "1", 0, undated(2*time.Hour)), newFreight("b", "2", 0, undated(time.Hour))}, "b"},
		{"the newest that is verified", newStage("s", upstream), []*kargoapi.Freight{
			newFreight("a", "1", 3*time.Hour, verifiedIn("red-staging")), newFreight("b", "2", 2*time.Hour, verifiedIn("red-staging")),
			newFreight("c", "3", time.Hour)}, "b"},
		{"of the Stage's Warehouse", newStage("s", direct), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour), newFreight("b", "2", 0, from("blue"))}, "a"},
		{"newer than what runs", running(newStage("s", direct), newFreight("a", "1", time.Hour)), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour), newFreight("b", "2", 0)}, "b"},
		{"older than what runs, if that can't go any more", running(newStage("s", upstream), newFreight("b", "2", 0)), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour, verifiedIn("red-staging")), newFreight("b", "2", 0)}, "a"},
		{"what upstream runs, though something newer is verified", newStage("s", matching), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour, in("red-staging")), newFreight("b", "2", 0, verifiedIn("red-staging"))}, "a"},
		{"what another Stage runs does not matter", newStage("s", matching), []*kargoapi.Freight{
			newFreight("a", "1", time.Hour, in("red-staging")), newFreight("b", "2", 0, verifiedIn("red-staging"), func(f *kargoapi.Freight) {
				f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-test": {Since: ago(0)}}
			})}, "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := choose(t, test.stage, "", test.freight...)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != test.want {
				t.Errorf("chose %s, want %s", got.Name, test.want)
			}
		})
	}
}

func TestChooseOfSeveralWarehousesTakesTheOneWithNews(t *testing.T) {
	stage := newStage("s", direct)
	stage.Spec.RequestedFreight = append(stage.Spec.RequestedFreight, kargoapi.FreightRequest{Origin: warehouse("config"), Sources: direct})
	red, config := newFreight("a", "1", time.Hour), newFreight("c", "2", time.Hour, from("config"))
	got, err := choose(t, running(stage, red, config), "", red, config, newFreight("b", "3", 0))
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "b" {
		t.Errorf("chose %s, want the one that does not run there", got.Name)
	}
}

func TestChooseByAWord(t *testing.T) {
	commit := "8d2f6b2a00000000000000000000000000000000"
	digest := "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"
	all := []*kargoapi.Freight{
		newFreight(starfish, "3.2.0", time.Hour, named("rafting-starfish")),
		newFreight(walrus, "v3.1.0", 2*time.Hour, func(f *kargoapi.Freight) {
			f.Labels = map[string]string{kargoapi.LabelKeyAlias: "waltzing-walrus"}
		}),
		newFreight(otter, "", 3*time.Hour, named("odd-otter"), func(f *kargoapi.Freight) {
			f.Images[0].Digest = digest
			f.Charts = []kargoapi.Chart{{Name: "red", Version: "0.9.1"}}
			f.Commits = []kargoapi.GitCommit{{ID: commit, Tag: "red/2.0.0"}}
			f.Artifacts = []kargoapi.ArtifactReference{{ArtifactType: "x", Version: "build-7"}}
		}),
	}
	for word, want := range map[string]string{
		starfish:           starfish,
		"rafting-starfish": starfish,
		"waltzing-walrus":  walrus,
		"3.2.0":            starfish,
		"v3.2.0":           starfish,
		"3.1.0":            walrus,
		"v3.1.0":           walrus,
		"2873":             walrus,
		"2873e6b":          walrus,
		"e72fb0":           starfish,
		"0.9.1":            otter,
		"red/2.0.0":        otter,
		"build-7":          otter,
		commit:             otter,
		digest:             otter,
		commit[:7]:         otter,
		digest[7:14]:       otter,
	} {
		got, err := choose(t, newStage("s", direct), word, all...)
		if err != nil {
			t.Errorf("%q: %v", word, err)
		} else if got.Name != want {
			t.Errorf("%q names %s, want %s", word, got.Name, want)
		}
	}
}

func TestChooseByAWordPrefersTheFreightItself(t *testing.T) {
	byName := newFreight("cafe", "1.0.0", 4*time.Hour)
	byAlias := newFreight("f2", "2.0.0", 3*time.Hour, named("cafe"))
	byVersion := newFreight("f3", "cafe", 2*time.Hour)
	byPrefix := newFreight("cafebabe", "3.0.0", time.Hour)
	all := []*kargoapi.Freight{byName, byAlias, byVersion, byPrefix}
	for len(all) > 0 {
		got, err := choose(t, newStage("s", direct), "cafe", all...)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != all[0].Name {
			t.Fatalf("chose %s, want %s", got.Name, all[0].Name)
		}
		all = slices.Delete(all, 0, 1)
	}
}

func TestChooseATagThatWasPushedTwiceTakesTheOneThatCanGo(t *testing.T) {
	upstream := kargoapi.FreightSources{Stages: []string{"red-staging"}}
	got, err := choose(t, newStage("s", upstream), "3.2.0",
		newFreight("a", "3.2.0", time.Hour, verifiedIn("red-staging")), newFreight("b", "3.2.0", 0))
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "a" {
		t.Errorf("chose %s", got.Name)
	}
}

func TestChosenFreightIsTheCallersOwn(t *testing.T) {
	first, err := choose(t, newStage("s", direct), "", newFreight("a", "1.0.0", 0))
	if err != nil {
		t.Fatal(err)
	}
	if first.Origin != warehouse("red") || first.Images[0].Tag != "1.0.0" {
		t.Errorf("incomplete: %+v", first)
	}
}

// Whatever a card calls a Freight by can be typed to name it.
func TestVersionsThatPeopleAreShownNameTheFreight(t *testing.T) {
	for name, change := range map[string]func(*kargoapi.Freight){
		"tag": func(*kargoapi.Freight) {},
		"digest": func(f *kargoapi.Freight) {
			f.Images = []kargoapi.Image{{RepoURL: "r/red", Digest: "sha256:4bcff63911fcb"}}
		},
		"commit": func(f *kargoapi.Freight) { f.Images, f.Commits = nil, []kargoapi.GitCommit{{ID: "8d2f6b2a0000"}} },
		"git tag": func(f *kargoapi.Freight) {
			f.Images, f.Commits = nil, []kargoapi.GitCommit{{ID: "8d2f6b2a0000", Tag: "v1"}}
		},
		"chart":        func(f *kargoapi.Freight) { f.Images, f.Charts = nil, []kargoapi.Chart{{Version: "1.2.3"}} },
		"artifact":     func(f *kargoapi.Freight) { f.Images, f.Artifacts = nil, []kargoapi.ArtifactReference{{Version: "7"}} },
		"nothing else": func(f *kargoapi.Freight) { f.Images = nil },
	} {
		t.Run(name, func(t *testing.T) {
			freight := newFreight(starfish, "3.2.0", 0, change)
			shown := kargo.Version(kargo.Reference(freight), "red")
			got, err := choose(t, newStage("s", direct), shown, freight, newFreight(walrus, "0.0.1", 0))
			if err != nil {
				t.Fatalf("shown as %q: %v", shown, err)
			}
			if got.Name != starfish {
				t.Errorf("shown as %q, which names %s", shown, got.Name)
			}
		})
	}
}
