package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestAFailingStepIsNamed(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Fail("build", "the build is on fire"), harness.Pass("push"))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
	w.Shipments.Await(t, "both Shipments to fail", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseFailed) == 2 })

	const title = "Promotion of red to production failed at fail (step 3 of 4)"
	mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, title)), "the build is on fire")
	mustSay(t, w.Slack.PlainText(awaitResult(t, w, harness.Deploys)), title, "@octocat", "the build is on fire")
	mustSay(t, awaitComment(t, w, harness.Issue, title).Body, "the build is on fire")
	awaitReactions(t, w, w.GitHub.Comments(harness.Repo, harness.Issue)[0].ID, "eyes", "-1")
}

func TestAStepThatCannotBeCarriedOutIsNamed(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Err("notify"))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	awaitPhase(t, w.Project, v1alpha1.PhaseErrored)
	mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, "failed at http (step 3 of 3)")), "error sending HTTP request")
}

func TestAPromotionThatIsAbortedInKargo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	promotion := hanging(t, w)
	w.Annotate(t, promotion.Name, kargoapi.AnnotationKeyAbort, kargoapi.AbortActionTerminate)
	awaitPhase(t, w.Project, v1alpha1.PhaseAborted)
	mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, "Promotion of red to production was aborted")), "Promotion terminated by kubernetes:")
	mustSay(t, w.Slack.PlainText(awaitResult(t, w, harness.Deploys)), "aborted", "@octocat")
}

func TestAPromotionThatIsDeletedInKargo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	promotion := hanging(t, w)
	if err := cluster.Client.Delete(t.Context(), promotion); err != nil {
		t.Fatal(err)
	}
	awaitPhase(t, w.Project, v1alpha1.PhaseAborted)
	awaitCard(t, w, harness.Deploys, "The Promotion was deleted from Kargo before it ended.")
	once := listPromotions(t, w.Project)
	if len(once) != 0 {
		t.Errorf("a Promotion that somebody deleted was made again: %s", once[0].Name)
	}
}

func TestAVerificationThatDoesNotEndWell(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Warehouse(t, "red")
	w.NewFreight(t, "red", "red", "3.2.0")
	w.NewStage(t, harness.Stage{
		Name: "red-production", Warehouses: []string{"red"}, Steps: harness.Passes("clone", "push"), VerificationFails: true,
	})
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseFailed)
	mustSay(t, s.Status.Message, "It was promoted, but its verification ended: ")
	mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, "Promotion of red to production failed")), "its verification ended", "Kargo says")
}

// TestAQueuedPromotionSaysSo: Kargo runs one Promotion of a Stage at a time.
func TestAQueuedPromotionSaysSo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	awaitCard(t, w, harness.Deploys, "▸ http")
	w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
	awaitComment(t, w, harness.Issue, "waiting in the Stage's queue")
	gate.Open(t)
	w.Shipments.Await(t, "both to succeed", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseSucceeded) == 2 })
	awaitComment(t, w, harness.Issue, "is live in production")
}

// hanging asks for a promotion and returns it when it waits at its third step.
func hanging(t *testing.T, w *harness.World) promotion {
	t.Helper()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", w.NewGate()))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	awaitCard(t, w, harness.Deploys, "▸ http")
	return w.Promotions.AwaitOne(t, "the Promotion to run", patience, func(p promotion) bool {
		return p.Labels[v1alpha1.LabelShipmentUID] != "" && p.Status.Phase == kargoapi.PromotionPhaseRunning
	})
}

func count(all []shipment, phase v1alpha1.ShipmentPhase) int {
	n := 0
	for _, s := range all {
		if s.Status.Phase == phase {
			n++
		}
	}
	return n
}
