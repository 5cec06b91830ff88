package shipment

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// code answers as it is told, and counts.
type code struct {
	asked   int
	changes []answers.ArtifactChange
	answer  answers.CodeChange
}

func (c *code) Changes(_ context.Context, _, _ string, changes []answers.ArtifactChange) []answers.CodeChange {
	c.asked++
	c.changes = changes
	if len(changes) == 0 {
		return nil
	}
	return []answers.CodeChange{c.answer}
}

func redFreight(name, tag string) *kargoapi.Freight {
	return &kargoapi.Freight{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
		Images:     []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: tag}},
	}
}

// described is a world with a Shipment from one Freight to another, and who finds out what ships with it.
func described(t *testing.T, change func(*v1alpha1.Shipment)) (*world, *Describer, *code) {
	t.Helper()
	s := newShipment()
	s.Spec.Items[0].From = "2873e6b6"
	if change != nil {
		change(s)
	}
	w := newWorld(t, s, redFreight("2873e6b6", "3.1.0"), redFreight("e72fb09c", "3.2.0"))
	c := &code{answer: answers.CodeChange{Artifacts: []string{"quay.io/acme/red"}, Relation: "ahead", URL: "https://github.com/acme/x/compare/a...b", Added: answers.Commits{
		Total: 2, PullRequests: 1, Breaking: 1, List: []answers.Commit{
			{SHA: "aa", Title: "retry", Type: "fix", Author: "octocat"},
			{SHA: "bb", Title: "drop /v1", Type: "feat", Scope: "red", Breaking: true, PullRequest: &answers.PullRequest{Number: 214, URL: "https://github.com/acme/x/pull/214"}},
		},
	}}}
	return w, &Describer{client: w.cached(), code: c, now: func() time.Time { return w.clock }}, c
}

func TestWhatShipsIsFoundOutOnce(t *testing.T) {
	w, d, c := described(t, nil)
	w.reconcile(t, d)
	s, _ := w.reconcile(t, d)
	if c.asked != 1 || len(c.changes) != 1 || c.changes[0].From.Version != "3.1.0" || c.changes[0].To.Version != "3.2.0" {
		t.Errorf("asked %d times, at last about %+v", c.asked, c.changes)
	}
	if len(s.Status.Contents) != 1 {
		t.Fatalf("contents: %+v", s.Status.Contents)
	}
	got := s.Status.Contents[0]
	if got.Added == nil || *got.Added != (v1alpha1.CommitCounts{Commits: 2, PullRequests: 1, Breaking: 1}) || got.Removed != nil {
		t.Errorf("counts: %+v %+v", got.Added, got.Removed)
	}
	// What breaks comes first.
	if len(got.Highlights) != 2 || got.Highlights[0].Title != "feat(red)!: drop /v1" || got.Highlights[0].PullRequest != 214 || got.Highlights[1].Title != "fix: retry" {
		t.Errorf("highlights: %+v", got.Highlights)
	}
}

// What can't be told now is said, and found out later.
func TestWhatShipsIsFoundOutLater(t *testing.T) {
	w, d, c := described(t, nil)
	good := c.answer
	c.answer = answers.CodeChange{Artifacts: good.Artifacts, URL: good.URL, Unknown: "GitHub's rate limit is reached.", Transient: true}
	s, _ := w.reconcile(t, d)
	if got := s.Status.Contents[0]; got.Unknown == "" || got.URL == "" {
		t.Errorf("contents: %+v", got)
	}
	if _, result := w.reconcile(t, d); result.RequeueAfter != time.Minute || c.asked != 1 {
		t.Errorf("asked %d times, next in %s", c.asked, result.RequeueAfter)
	}
	w.clock, c.answer = w.clock.Add(time.Minute), good
	s, result := w.reconcile(t, d)
	if got := s.Status.Contents[0]; got.Unknown != "" || got.Added == nil || result.RequeueAfter != 0 {
		t.Errorf("contents: %+v, next in %s", got, result.RequeueAfter)
	}
}

func TestWhatShipsIsNotFoundOut(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.Shipment){
		"of a request that promotes nothing": func(s *v1alpha1.Shipment) { s.Spec.Action = v1alpha1.ActionAbort },
		"of an old request":                  func(s *v1alpha1.Shipment) { s.CreationTimestamp = metav1.NewTime(noon.Add(-time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			w, d, c := described(t, change)
			if s, _ := w.reconcile(t, d); c.asked != 0 || s.Status.Contents != nil {
				t.Errorf("asked %d times: %+v", c.asked, s.Status.Contents)
			}
		})
	}
	for name, change := range map[string]func(*v1alpha1.Shipment){
		"the first Freight there":      func(s *v1alpha1.Shipment) { s.Spec.Items[0].From = "" },
		"Freight that is gone by then": func(s *v1alpha1.Shipment) { s.Spec.Items[0].From = "0000000" },
	} {
		t.Run(name, func(t *testing.T) {
			w, d, _ := described(t, change)
			s, _ := w.reconcile(t, d)
			if len(s.Status.Contents) != 1 || s.Status.Contents[0].Added != nil || s.Status.Contents[0].Unknown != "" {
				t.Errorf("contents: %+v", s.Status.Contents)
			}
		})
	}
}

func TestWhatShipsOfNothing(t *testing.T) {
	w, d, _ := described(t, nil)
	if err := w.server.Delete(t.Context(), w.shipment(t), client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reconcile(t.Context(), theRequest); err != nil {
		t.Error(err)
	}
}
