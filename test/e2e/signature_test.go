package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestRequestsThatSlackDidNotMakeAreRefused: what is refused here is refused before anything else is
// looked at, so there is nothing to promote.
func TestRequestsThatSlackDidNotMakeAreRefused(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	bot := w.Start(t)
	for name, test := range map[string]struct {
		option slackfake.Option
		reason string
		status int
	}{
		"wrong secret":      {slackfake.WithSecret("guessed"), "signature", http.StatusUnauthorized},
		"stale":             {slackfake.WithTimestamp(time.Now().Add(-6 * time.Minute)), "stale", http.StatusUnauthorized},
		"from the future":   {slackfake.WithTimestamp(time.Now().Add(6 * time.Minute)), "future", http.StatusUnauthorized},
		"of another team":   {slackfake.WithTeam("T99"), "team", http.StatusForbidden},
		"meant for another": {slackfake.WithApp("A99"), "app", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production", test.option)
			if reply.Status != test.status {
				t.Errorf("answered %d; want %d", reply.Status, test.status)
			}
			if n := bot.Metric(t, "kargobot_slack_requests_total", map[string]string{"outcome": test.reason}); n != 1 {
				t.Errorf("counted %v times as %q; want once", n, test.reason)
			}
		})
	}
	nothingHappened(t, w)
	if log := bot.Log.String(); !strings.Contains(log, "slack request refused") || strings.Contains(log, "red production") {
		t.Errorf("refusals must be logged, and without what was sent:\n%s", log)
	}
}

func TestDeliveriesThatGitHubDidNotMakeAreRefused(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	bot := w.Start(t)
	hook := w.Ingress.URL + "/github/webhook"
	w.GitHub.SetWebhook(githubfake.Webhook{URL: hook, Secret: "guessed"})
	if _, delivery := w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production"); delivery.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong signature was answered %s", delivery.Status)
	}
	w.GitHub.SetWebhook(githubfake.Webhook{URL: hook})
	if _, delivery := w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production"); delivery.StatusCode != http.StatusUnauthorized {
		t.Errorf("no signature was answered %s", delivery.Status)
	}
	nothingHappened(t, w)
	if log := bot.Log.String(); !strings.Contains(log, "webhook of GitHub refused") || strings.Contains(log, "red production") {
		t.Errorf("refusals must be logged, and without what was sent:\n%s", log)
	}
}

func TestBothOfTwoWebhookSecretsAreGood(t *testing.T) {
	t.Parallel()
	const newer = harness.Sentinel + "-the-next-webhook-secret"
	w := cluster.NewWorld(t, harness.WorldOptions{
		Secrets: map[string]string{"github-webhook-secret-next": newer},
		Config: func(config map[string]any) {
			hub := config["github"].(map[string]any)
			hub["webhookSecrets"] = append(hub["webhookSecrets"].([]any), map[string]any{"file": "github-webhook-secret-next"})
		},
	})
	w.Start(t)
	for _, secret := range []string{harness.GitHubWebhookSecret, newer} {
		w.GitHub.SetWebhook(githubfake.Webhook{URL: w.Ingress.URL + "/github/webhook", Secret: secret})
		if delivery := w.GitHub.Ping(t.Context()); !delivery.OK() {
			t.Errorf("answered %s", delivery.Status)
		}
	}
}

func TestWithoutAWebhookSecretTheBotDoesNotStart(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{Config: func(config map[string]any) {
		delete(config["github"].(map[string]any), "webhookSecrets")
	}})
	bot := w.Installation.Launch(t)
	if code := bot.AwaitExit(t, patience); code == 0 {
		t.Error("it ended as if all was well")
	}
	mustSay(t, bot.Log.String(), "webhookSecrets", "config.yaml:")
}

// nothingHappened fails the test if anything was made, or said to others than who asked.
func nothingHappened(t *testing.T, w *harness.World) {
	t.Helper()
	if n := len(listShipments(t, w.Project)); n != 0 {
		t.Errorf("%d Shipments were made", n)
	}
	if n := len(listPromotions(t, w.Project)); n != 0 {
		t.Errorf("%d Promotions were made", n)
	}
	for _, channel := range []string{harness.Deploys, harness.Random} {
		if cards := cardsOf(w, channel); len(cards) != 0 {
			t.Errorf("others were told:\n%s", w.Slack.Transcript(cards))
		}
	}
}

// soon is a context that ends before the test does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
