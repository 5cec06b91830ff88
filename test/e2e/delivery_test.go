package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestWhateverSlackDoesThereIsOneMessage: it is slow to take one, takes it and does not say so, or
// fails; in the end there is one card and one reply, and both are right.
func TestWhateverSlackDoesThereIsOneMessage(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slackfake.Fault{
		"429 with Retry-After": slackfake.RateLimited(2 * time.Second),
		"503":                  slackfake.ServerError(http.StatusServiceUnavailable),
		"a lost answer":        slackfake.LoseAnswer(),
		"a cut connection":     slackfake.CutConnection(),
		"internal_error":       slackfake.APIError("internal_error"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := cluster.NewWorld(t, harness.WorldOptions{})
			w.Service(t, "red")
			bot := w.Start(t)
			const posted, updated = "chat.postMessage", "chat.update"
			w.Slack.FailNext(posted, 2, fault)
			w.Slack.FailNext(updated, 2, fault)
			asked := time.Now()
			w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
			awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
			awaitResult(t, w, harness.Deploys)
			took := time.Since(asked)
			awaitCard(t, w, harness.Deploys, "red 3.2.0 is live in production")
			toldOnce(t, w, harness.Deploys)
			if strings.HasPrefix(name, "429") && took < 4*time.Second {
				t.Errorf("it took %s: Retry-After was not honoured", took)
			}
			if n := bot.Metric(t, "kargobot_messages_total", map[string]string{"sink": "slack", "outcome": "undeliverable"}); n != 0 {
				t.Errorf("%v messages were given up", n)
			}
		})
	}
}

func TestWhateverGitHubDoesThereIsOneComment(t *testing.T) {
	t.Parallel()
	const create, update, react = "issues/create-comment", "issues/update-comment", "reactions/create-for-issue-comment"
	for name, fault := range map[string]githubfake.Fault{
		"a secondary limit": githubfake.Limited(http.StatusForbidden, 2*time.Second),
		"502":               githubfake.Fail(http.StatusBadGateway),
		"a lost answer":     githubfake.LoseAnswer(),
		"a cut connection":  githubfake.Cut(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := cluster.NewWorld(t, harness.WorldOptions{})
			w.Service(t, "red")
			w.Start(t)
			for _, operation := range []string{create, update, react} {
				w.GitHub.Inject(operation, 1, fault)
			}
			comment, _ := w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
			awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
			awaitComment(t, w, harness.Issue, "red 3.2.0 is live in production")
			// A reaction that had to wait says how things stand by then.
			w.GitHub.AwaitComments(t, harness.Issue, "the rocket", patience, func([]githubfake.Comment) bool {
				return slices.Contains(w.GitHub.Reactions(t, comment.ID), "rocket")
			})
			if n := len(w.GitHub.BotComments(harness.Issue)); n != 1 {
				t.Errorf("there are %d comments:\n%s", n, w.GitHub.Text(harness.Issue))
			}
		})
	}
}

func TestWhenSlackCannotSayWhoSomebodyIsNothingIsDone(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	w.Slack.FailNext("users.info", 10, slackfake.ServerError(http.StatusServiceUnavailable))
	reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	mustSay(t, said(w, reply), "I can't find out who you are right now, so I did nothing")
	nothingHappened(t, w)
}

// toldOnce fails the test if any message of the bot in a channel is there twice.
func toldOnce(t *testing.T, w *harness.World, channel string) {
	t.Helper()
	markers := map[string]int{}
	for _, m := range w.Slack.Messages(channel) {
		if m.Metadata == nil {
			continue
		}
		marker, _ := m.Metadata.EventPayload["marker"].(string)
		markers[marker]++
	}
	if len(markers) == 0 {
		t.Error("no message has a marker")
	}
	for marker, n := range markers {
		if n != 1 {
			t.Errorf("%d messages have the marker %s:\n%s", n, marker, w.Slack.Transcript(w.Slack.Messages(channel)))
		}
	}
}
