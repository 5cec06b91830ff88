package e2e_test

import (
	"net/http"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestARetryOfASlackCommandFindsTheFirstShipment(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	delivery, err := w.Slack.Driver.NewSlashCommand(slackfake.SlashCommand{User: harness.Octocat, Channel: harness.Deploys, Command: "/promote", Text: "red production"})
	if err != nil {
		t.Fatal(err)
	}
	send := func() string {
		reply, err := w.Slack.Driver.Send(t.Context(), delivery)
		if err != nil {
			t.Fatal(err)
		}
		return said(w, reply)
	}
	for range 3 {
		mustSay(t, send(), "red 3.1.0 → 3.2.0 to production")
	}
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	// Now that it is there, the first request's answer is still what a retry of it gets.
	mustSay(t, send(), "red")
	awaitResult(t, w, harness.Deploys)
	once(t, w)
	if n := len(cardsOf(w, harness.Deploys)); n != 1 {
		t.Errorf("there are %d cards", n)
	}
}

func TestTheSameCommentInAnyDeliveryIsOneShipment(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	comment, delivery := w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
	again := func() {
		t.Helper()
		redelivered, err := w.GitHub.Redeliver(t.Context(), delivery.ID)
		if err != nil || redelivered.StatusCode != http.StatusOK {
			t.Errorf("the redelivery was answered %s (%v)", redelivered.Status, err)
		}
		// The same comment in a delivery of its own.
		if other := w.GitHub.Deliver(t.Context(), "issue_comment", delivery.Payload); !other.OK() || other.GUID == delivery.GUID {
			t.Errorf("the other delivery was answered %s", other.Status)
		}
	}
	again()
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	again()
	awaitComment(t, w, harness.Issue, "red 3.2.0 is live in production")
	awaitReactions(t, w, comment.ID, "eyes", "rocket")
	once(t, w)
	if n := len(w.GitHub.BotComments(harness.Issue)); n != 1 {
		t.Errorf("there are %d comments:\n%s", n, w.GitHub.Text(harness.Issue))
	}
}

func TestARefusalIsSaidOnceOnGitHub(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Start(t)
	_, delivery := w.GitHub.Write(t, "octocat", harness.Issue, "/promote pink production")
	if _, err := w.GitHub.Redeliver(t.Context(), delivery.ID); err != nil {
		t.Fatal(err)
	}
	if n := len(w.GitHub.BotComments(harness.Issue)); n != 1 {
		t.Errorf("there are %d comments:\n%s", n, w.GitHub.Text(harness.Issue))
	}
}

// TestOnlyPeopleTrigger: of all that can be written on GitHub, only a person's own new line counts.
func TestOnlyPeopleTrigger(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{GitHub: func(c *githubfake.Config) {
		c.World.Apps = []githubfake.App{{Slug: "helper", Owner: "acme"}}
	}})
	w.Service(t, "red")
	w.Start(t)
	const command = "/promote red production"
	for _, body := range []string{
		"> " + command, "```\n" + command + "\n```", "    " + command, "`" + command + "`",
		"please " + command, "<!--\n" + command + "\n-->", "- " + command,
	} {
		if _, delivery := w.GitHub.Write(t, "octocat", harness.Issue, body); !delivery.OK() {
			t.Errorf("%q was answered %s", body, delivery.Status)
		}
	}
	harmless, _ := w.GitHub.Write(t, "octocat", harness.Issue, "shall we?")
	if delivery, err := w.GitHub.EditComment(t.Context(), harmless.ID, "octocat", command); err != nil || !delivery.OK() {
		t.Errorf("the edit was answered %s (%v)", delivery.Status, err)
	}
	w.GitHub.Write(t, "dependabot[bot]", harness.Issue, command)
	w.GitHub.Write(t, harness.BotLogin, harness.Issue, command)
	if _, _, err := w.GitHub.CommentVia(t.Context(), harness.Repo, harness.Issue, "octocat", "helper", command); err != nil {
		t.Fatal(err)
	}
	nothingHappened(t, w)
	for _, comment := range w.GitHub.Comments(harness.Repo, harness.Issue) {
		if len(comment.Reactions) > 0 {
			t.Errorf("the bot reacted to %q", comment.Body)
		}
	}
}

// once fails the test unless there is one Shipment with one Promotion, and never was another.
func once(t *testing.T, w *harness.World) {
	t.Helper()
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Errorf("there are %d Shipments; want 1", n)
	}
	if n := len(listPromotions(t, w.Project)); n != 1 {
		t.Errorf("there are %d Promotions by the bot; want 1", n)
	}
	if ever := w.Shipments.Ever(); len(ever) != 1 {
		t.Errorf("there were Shipments %v; want 1", ever)
	}
}
