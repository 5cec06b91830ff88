package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestAbortStopsWhatRuns(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		p := hanging(t, w)
		on.tell(t, w, `abort red production --reason "incident 42"`, "red", "production", "aborted", "incident 42")
		ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
		ofAction(t, w, v1alpha1.ActionPromote, v1alpha1.PhaseAborted)
		w.Promotions.AwaitOne(t, "the Promotion to be aborted", patience, func(o promotion) bool {
			return o.Name == p.Name && o.Status.Phase == kargoapi.PromotionPhaseAborted
		})
		// Where it was asked for, too.
		mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, "Promotion of red to production was aborted")), "octocat")
		runs(t, w, "red-production", "3.1.0")
	})
}

func TestTheButtonOfARunningPromotionAbortsIt(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	hanging(t, w)
	w.Slack.Press(t, harness.Octocat, awaitCard(t, w, harness.Deploys, "▸ http"), "/abort red production")
	ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
	card := awaitCard(t, w, harness.Deploys, "Promotion of red to production was aborted")
	for _, label := range w.Slack.Buttons(card) {
		if strings.HasPrefix(label, "Abort") {
			t.Errorf("what is over can still be aborted: %q", label)
		}
	}
}

// TestAbortStopsWhatWaitsToo: Kargo runs one Promotion of a Stage at a time.
func TestAbortStopsWhatWaitsToo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	hanging(t, w)
	w.GitHub.Write(t, "octocat", harness.PullRequest, "/promote red production")
	awaitComment(t, w, harness.PullRequest, "waiting in the Stage's queue")
	askInSlack(t, w, "abort red production")
	ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
	w.Shipments.Await(t, "both to be aborted", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseAborted) == 2 })
	for _, p := range listPromotions(t, w.Project) {
		if p.Status.Phase != kargoapi.PromotionPhaseAborted {
			t.Errorf("Promotion %s is %s", p.Name, p.Status.Phase)
		}
	}
	awaitComment(t, w, harness.PullRequest, "was aborted")
	awaitCard(t, w, harness.Deploys, "was aborted")
}

// TestAbortKeepsAWalkFromGoingOn: what waits has no Promotion yet that could be aborted.
func TestAbortKeepsAWalkFromGoingOn(t *testing.T) {
	t.Parallel()
	w := newWalk(t, func(_ *harness.World, p *pipeline) { p.production.Soak = time.Hour })
	w.Start(t)
	askInSlack(t, w, walkLine)
	awaitInSlack(t, w, nil, "soaking until")
	askInSlack(t, w, "abort red production")
	ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
	s := ofAction(t, w, v1alpha1.ActionPromote, v1alpha1.PhaseAborted)
	if got := way(s); got != "red-development: Succeeded, red-staging: Succeeded, red-production: Aborted" {
		t.Errorf("the way was %s", got)
	}
	if made := promotionsTo(t, w, "red-production"); len(made) != 0 {
		t.Errorf("production was promoted to")
	}
	awaitCard(t, w, harness.Deploys, "Promotion of red to production was aborted")
}

// TestAbortOfTheStageThatAWalkIsAt ends the walk: what comes after it is never reached.
func TestAbortOfTheStageThatAWalkIsAt(t *testing.T) {
	t.Parallel()
	w := newWalk(t, func(w *harness.World, p *pipeline) {
		p.staging.Steps = []harness.Step{harness.Pass("clone"), harness.Wait("sync", w.NewGate())}
	})
	w.Start(t)
	askInSlack(t, w, walkLine)
	w.Promotions.AwaitOne(t, "staging to be promoted to", patience, func(p promotion) bool {
		return p.Spec.Stage == "red-staging" && p.Status.Phase == kargoapi.PromotionPhaseRunning
	})
	askInSlack(t, w, "abort red staging")
	ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
	s := ofAction(t, w, v1alpha1.ActionPromote, v1alpha1.PhaseAborted)
	if got := way(s); !strings.HasPrefix(got, "red-development: Succeeded, red-staging: Aborted, ") {
		t.Errorf("the way was %s", got)
	}
	if made := promotionsTo(t, w, "red-production"); len(made) != 0 {
		t.Errorf("production was promoted to")
	}
}

// TestAbortStopsWhatTheBotDidNotBegin: somebody promoted with Kargo's own UI.
func TestAbortStopsWhatTheBotDidNotBegin(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red", harness.Pass("clone"), harness.Wait("sync", w.NewGate()))
	p := w.StartPromotion(t, "red-production", freightOf(t, w, "red", "3.2.0"))
	w.Promotions.AwaitOne(t, "the Promotion to run", patience, func(o promotion) bool {
		return o.Name == p.Name && o.Status.Phase == kargoapi.PromotionPhaseRunning
	})
	w.Start(t)
	askInSlack(t, w, "abort all production")
	ofAction(t, w, v1alpha1.ActionAbort, v1alpha1.PhaseSucceeded)
	w.Promotions.AwaitOne(t, "the Promotion to be aborted", patience, func(o promotion) bool {
		return o.Name == p.Name && o.Status.Phase == kargoapi.PromotionPhaseAborted
	})
}

func TestWhereNothingRunsThereIsNothingToAbort(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	both(t, w, "abort red production", "Nothing of red is being promoted to production")
	nothingHappened(t, w)
}
