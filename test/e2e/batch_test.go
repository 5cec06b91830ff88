package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestOneCommandPromotesSeveralServices(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"promote all production", "promote red,blue production"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			onEachSurface(t, func(t *testing.T, on surface) {
				w := cluster.NewWorld(t, harness.WorldOptions{})
				w.Service(t, "red")
				w.Service(t, "blue")
				w.Start(t)
				on.tell(t, w, line, "2 services are live in production", "red", "blue", "3.1.0 → 3.2.0", "2/2")
				s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
				if all := listShipments(t, w.Project); len(all) != 1 || len(all[0].Spec.Items) != 2 {
					t.Errorf("the Shipments are %v; want one, of two services", summaries(all))
				}
				if got := phases(s); got != "red: Succeeded; blue: Succeeded" && got != "blue: Succeeded; red: Succeeded" {
					t.Errorf("its services ended: %s", got)
				}
				runs(t, w, "red-production", "3.2.0")
				runs(t, w, "blue-production", "3.2.0")
			})
		})
	}
}

// TestABatchIsOneMessage that is edited as the services get on, each in its own line.
func TestABatchIsOneMessage(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red")
	w.Service(t, "blue", harness.Pass("clone"), harness.Wait("sync", gate))
	w.Start(t)
	askInSlack(t, w, "promote all production --reason \"weekly release\"")
	awaitInSlack(t, w, nil, "1/2", "red", "done", "blue", "weekly release")
	gate.Open(t)
	awaitInSlack(t, w, nil, "2 services are live in production")
	mustSay(t, w.Slack.PlainText(awaitResult(t, w, harness.Deploys)), "2 services are live in production", "@octocat")
	if n := len(cardsOf(w, harness.Deploys)); n != 1 {
		t.Errorf("there are %d cards; want one that is edited", n)
	}
}

// TestABatchThatCanGoOnlyInPartAsksFirst: nothing is done until somebody says yes to what is left.
func TestABatchThatCanGoOnlyInPartAsksFirst(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	refusalWorld(t, w)
	w.Start(t)
	const line = "promote red,fresh production"
	text := onGitHub().tell(t, w, line, "red", "3.2.0", "fresh", "1.0.0 is not verified in fresh-staging")
	mustSay(t, text, "/"+line+" --partial")
	askInSlack(t, w, line)
	question := w.Slack.AwaitTold(t, harness.Octocat, harness.Deploys, "fresh", patience)
	mustSay(t, w.Slack.PlainText(question), "1 of 2", "red", "1.0.0 is not verified in fresh-staging")
	nothingHappened(t, w)

	w.Slack.Press(t, harness.Octocat, question, "--partial")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if got := phases(s); got != "red: Succeeded" {
		t.Errorf("what went was %s; want red alone", got)
	}
	awaitCard(t, w, harness.Deploys, "red 3.2.0 is live in production")
	for _, m := range w.Slack.Messages(harness.Deploys) {
		if m.TS == question.TS && len(w.Slack.Buttons(m)) > 0 {
			t.Errorf("what was said yes to can be said yes to again:\n%s", w.Slack.PlainText(m))
		}
	}
	once(t, w)
}

// TestAPlanThatHasChangedIsAskedAgain: what is said yes to is what was shown, or nothing.
func TestAPlanThatHasChangedIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	refusalWorld(t, w)
	w.Start(t)
	askInSlack(t, w, "promote red,fresh production")
	question := w.Slack.AwaitTold(t, harness.Octocat, harness.Deploys, "1 of 2", patience)
	w.Promote(t, "red-staging", w.NewFreight(t, "red", "red", "3.4.0"))
	awaitFreight(t, w, "red production", "3.4.0")
	w.Slack.Press(t, harness.Octocat, question, "--partial")
	again := w.Slack.AwaitTold(t, harness.Octocat, harness.Deploys, "has changed", patience)
	mustSay(t, w.Slack.PlainText(again), "3.4.0")
	nothingHappened(t, w)
	w.Slack.Press(t, harness.Octocat, again, "--partial")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	runs(t, w, "red-production", "3.4.0")
}

func TestOfABatchOneServiceFails(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		w.Service(t, "blue", harness.Pass("clone"), harness.Fail("build", "the build is on fire"))
		w.Start(t)
		on.tell(t, w, "promote red,blue production", "failed in part", "red", "blue", "the build is on fire", "1/2 done, 1 failed")
		s := awaitPhase(t, w.Project, v1alpha1.PhaseFailed)
		if got := phases(s); got != "red: Succeeded; blue: Failed" {
			t.Errorf("its services ended: %s", got)
		}
		runs(t, w, "red-production", "3.2.0")
		runs(t, w, "blue-production", "3.1.0")
	})
}

// TestNothingOfABatchCanGo: then it is refused, service by service.
func TestNothingOfABatchCanGo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Permit(t, harness.HubotEmail, "red-staging")
	refusalWorld(t, w)
	w.Start(t)
	both(t, w, "promote fresh,empty production", "fresh", "1.0.0 is not verified in fresh-staging", "empty", "No Freight")
	mustSay(t, w.Slack.Ask(t, harness.Hubot, harness.Deploys, "promote red,sick production"), "red", "You can't promote to production")
	mustSay(t, w.Slack.Ask(t, harness.Octocat, harness.Deploys, "promote red,all production"), "all")
	mustSay(t, w.Slack.Ask(t, harness.Octocat, harness.Deploys, "promote red,bleu production"), `No service "bleu"`)
	nothingHappened(t, w)
}
