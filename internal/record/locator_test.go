package record

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// code answers for each repository, and knows what it was asked.
type code struct {
	answers map[string]freightdiff.Located
	asked   []string
}

func (c *code) Commit(_ context.Context, project, service, repo string, refs []kargoapi.FreightReference) freightdiff.Located {
	c.asked = append(c.asked, project+"/"+service+" "+refs[0].Images[0].Tag+" in "+repo)
	return c.answers[repo]
}

// locator finds commits in the worlds of these tests; home is where red's code is said to be.
func (w *world) locator(c *code, home string) *Locator {
	return &Locator{client: w.cached(), LocatorOptions: LocatorOptions{
		Catalogue: catalogue(), Code: c, Home: func(string, string) string { return home }, Web: "https://github.com",
		Now: func() time.Time { return w.clock },
	}}
}

// located has a record of the Promotion of that Freight, made at noon.
func located(t *testing.T, f *kargoapi.Freight) *world {
	t.Helper()
	r := &v1alpha1.PromotionRecord{Spec: v1alpha1.PromotionRecordSpec{Service: "red", Environment: "production", Stage: theStage, Freight: f.Name}}
	r.Namespace, r.Name, r.CreationTimestamp = "microsvcs", name(1, f.Name), *at(0)
	w := newWorld(t, f, r)
	return w
}

func TestTheCommitIsFound(t *testing.T) {
	says := newFreight("abcdef0123", "3.4.0")
	says.Images[0].Annotations = map[string]string{annotationSource: "https://github.com/acme/red.git"}
	says.Commits = []kargoapi.GitCommit{{RepoURL: "https://github.com/acme/config", ID: "77"}}
	sure, unknown := freightdiff.Located{Commit: "8d2f6b2"}, freightdiff.Located{Unknown: "no tag"}
	for name, test := range map[string]struct {
		home    string
		answers map[string]freightdiff.Located
		want    v1alpha1.PromotionRecordStatus
		asked   []string
	}{
		"where it is said to be": {
			"acme/mono", map[string]freightdiff.Located{"acme/mono": sure},
			v1alpha1.PromotionRecordStatus{Repo: "acme/mono", Commit: "8d2f6b2"}, []string{"microsvcs/red 3.4.0 in acme/mono"},
		},
		"where the image says": {
			"", map[string]freightdiff.Located{"acme/red": sure},
			v1alpha1.PromotionRecordStatus{Repo: "acme/red", Commit: "8d2f6b2"}, []string{"microsvcs/red 3.4.0 in acme/red"},
		},
		"nowhere": {
			"acme/red", map[string]freightdiff.Located{"acme/red": unknown},
			v1alpha1.PromotionRecordStatus{UnknownCommit: true}, []string{"microsvcs/red 3.4.0 in acme/red", "microsvcs/red 3.4.0 in acme/config"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, c := located(t, says.DeepCopy()), &code{answers: test.answers}
			for range 2 {
				if _, err := w.locator(c, test.home).Reconcile(t.Context(), request(nameOf(says))); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.want, w.record(t, nameOf(says)).Status); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !slices.Equal(test.asked, c.asked) {
				t.Errorf("asked %q", c.asked)
			}
		})
	}
}

func nameOf(f *kargoapi.Freight) string { return name(1, f.Name) }

func TestACommitThatCannotBeToldNowIsAskedForAgain(t *testing.T) {
	f := newFreight("abcdef0123", "3.4.0")
	w, c := located(t, f), &code{answers: map[string]freightdiff.Located{"acme/red": {Transient: true}}}
	l := w.locator(c, "acme/red")
	result, err := l.Reconcile(t.Context(), request(nameOf(f)))
	if err != nil || result.RequeueAfter != locateAgain || w.record(t, nameOf(f)).Status.UnknownCommit {
		t.Fatalf("again in %s, error %v", result.RequeueAfter, err)
	}
	w.passes(locateFor)
	if _, err := l.Reconcile(t.Context(), request(nameOf(f))); err != nil {
		t.Fatal(err)
	}
	if !w.record(t, nameOf(f)).Status.UnknownCommit {
		t.Error("it is asked for ever")
	}
}

func TestTheCommitOfWhatIsGoneIsNotKnown(t *testing.T) {
	f := newFreight("abcdef0123", "3.4.0")
	w, c := located(t, f), &code{}
	w.remove(t, newFreight(f.Name, ""))
	if _, err := w.locator(c, "acme/red").Reconcile(t.Context(), request(nameOf(f))); err != nil {
		t.Fatal(err)
	}
	if !w.record(t, nameOf(f)).Status.UnknownCommit || len(c.asked) > 0 {
		t.Errorf("asked %q", c.asked)
	}
}

// The Locator and the Controller write beside one another.
func TestTheCommitAndTheProgressDoNotOverwriteOneAnother(t *testing.T) {
	w, code := newWorld(t), &code{answers: map[string]freightdiff.Located{"acme/red": {Commit: "8d2f6b2"}}}
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	w.stale = w.record(t, p.Name)
	if _, err := w.locator(code, "acme/red").Reconcile(t.Context(), request(p.Name)); err != nil {
		t.Fatal(err)
	}
	p.Status.StepExecutionMetadata = []kargoapi.StepExecutionMetadata{{Status: kargoapi.PromotionStepStatusRunning}}
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	if r := w.want(t, p.Name, v1alpha1.PhasePromoting, "Started"); r.Status.Commit != "8d2f6b2" || r.Status.CurrentStep != 1 {
		t.Errorf("commit %q, step %d", r.Status.Commit, r.Status.CurrentStep)
	}
}
