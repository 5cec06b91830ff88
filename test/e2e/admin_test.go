package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestHealthReadinessAndMetrics(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	bot := w.Start(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, body := bot.Ask(t, path); status != http.StatusOK {
			t.Errorf("%s answers %d: %s", path, status, body)
		}
	}
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "pink production")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	awaitResult(t, w, harness.Deploys)
	for name, labels := range map[string]map[string]string{
		"kargobot_requests_total":           {"source": "slack", "command": "promote", "outcome": "accepted"},
		"kargobot_request_duration_seconds": {"source": "slack"},
		"kargobot_shipments_total":          {},
		"kargobot_messages_total":           {"sink": "slack", "outcome": "posted"},
		"kargobot_slack_requests_total":     {"outcome": "recorded"},
		"process_resident_memory_bytes":     {},
	} {
		if n := bot.Metric(t, name, labels); n == 0 {
			t.Errorf("metric %s %v is 0", name, labels)
		}
	}
	// What faces the internet has none of that.
	for _, path := range []string{"/metrics", "/healthz", "/debug/pprof/", "/"} {
		answer, err := http.Get(bot.Webhooks + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("the public port answers %s with %s", path, answer.Status)
		}
	}
}

// TestSecretsAreShownNowhere: every secret of these tests has a sentinel in it.
func TestSecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Service(t, "blue")
	bot := w.Start(t)
	w.Slack.FailNext("chat.postMessage", 1, slackfake.ServerError(http.StatusBadGateway))
	w.GitHub.Inject("issues/create-comment", 1, githubfake.Fail(http.StatusBadGateway))
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	w.Slack.Type(t, harness.Octocat, harness.Random, "/promote", "blue production")
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production", slackfake.WithSecret("guessed"))
	w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
	w.Shipments.Await(t, "all to end", patience, func(all []shipment) bool {
		return len(all) >= 2 && count(all, v1alpha1.PhaseSucceeded) == len(all)
	})
	awaitResult(t, w, harness.Deploys)

	_, metrics := bot.Ask(t, "/metrics")
	places := map[string]string{
		"log": bot.Log.String(), "metrics": metrics, "GitHub": w.GitHub.Text(harness.Issue),
		"Slack": w.Slack.Transcript(w.Slack.Messages("")),
	}
	for _, s := range listShipments(t, w.Project) {
		places["Shipment "+s.Name] = asJSON(t, s)
	}
	for _, p := range listPromotions(t, w.Project) {
		places["Promotion "+p.Name] = asJSON(t, p)
	}
	for place, text := range places {
		if strings.Contains(text, harness.Sentinel) || strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, w.Slack.APIURL()+"commands/") ||
			strings.Contains(text, "/commands/T01/") {
			t.Errorf("a secret is shown in the %s:\n%s", place, text)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
