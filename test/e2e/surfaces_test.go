package e2e_test

import (
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// surface is a place where people ask and are answered.
type surface struct {
	name string
	// ask is Octocat asking for something.
	ask func(t *testing.T, w *harness.World, line string)
	// await returns what the bot says where Octocat asks, as soon as one message says all of the words.
	// It leaves out what was there when seen was taken.
	await func(t *testing.T, w *harness.World, seen map[string]bool, words ...string) string
	// seen returns what is there now.
	seen func(w *harness.World) map[string]bool
}

// surfaces returns all places, for tests of what is the same on each.
func surfaces() []surface { return []surface{inSlack(), onGitHub()} }

func inSlack() surface { return surface{"Slack", askInSlack, awaitInSlack, seenInSlack} }

func onGitHub() surface { return surface{"GitHub", askOnGitHub, awaitOnGitHub, seenOnGitHub} }

// onEachSurface runs a test in a place at a time, each with a world of its own.
func onEachSurface(t *testing.T, test func(t *testing.T, on surface)) {
	t.Helper()
	for _, on := range surfaces() {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			test(t, on)
		})
	}
}

// tell asks for something and returns the answer that says all of the words, at once or later on.
func (s surface) tell(t *testing.T, w *harness.World, line string, words ...string) string {
	t.Helper()
	seen := s.seen(w)
	s.ask(t, w, line)
	return s.await(t, w, seen, words...)
}

// both asks a question on both surfaces, whose answers have to say all of the words.
func both(t *testing.T, w *harness.World, line string, words ...string) {
	t.Helper()
	for _, s := range surfaces() {
		s.tell(t, w, line, words...)
	}
}

func askInSlack(t *testing.T, w *harness.World, line string) {
	t.Helper()
	if reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/kargo", line); reply.Status != http.StatusOK {
		t.Fatalf("/kargo %s was answered %d", line, reply.Status)
	}
}

func awaitInSlack(t *testing.T, w *harness.World, seen map[string]bool, words ...string) string {
	t.Helper()
	var text string
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(messages []slackfake.Message) bool {
		for _, m := range messages {
			mine := m.User == w.Slack.Config().App.BotUserID && (m.EphemeralTo == "" || m.EphemeralTo == harness.Octocat)
			// A card that was there may say more by now.
			text = w.Slack.PlainText(m)
			if mine && !seen[m.TS] && saysAll(text, words) {
				return true
			}
		}
		return false
	})
	return text
}

func seenInSlack(w *harness.World) map[string]bool {
	seen := map[string]bool{}
	for _, m := range w.Slack.Messages(harness.Deploys) {
		seen[m.TS] = true
	}
	return seen
}

func askOnGitHub(t *testing.T, w *harness.World, line string) {
	t.Helper()
	if _, delivery := w.GitHub.Write(t, "octocat", harness.Issue, "/"+line); !delivery.OK() {
		t.Fatalf("the webhook of /%s was answered %s: %s", line, delivery.Status, delivery.ResponseBody)
	}
}

func awaitOnGitHub(t *testing.T, w *harness.World, seen map[string]bool, words ...string) string {
	t.Helper()
	var text string
	w.GitHub.AwaitComments(t, harness.Issue, "a comment that says "+strings.Join(words, ", "), patience, func(own []githubfake.Comment) bool {
		for _, c := range own {
			text = plainMarkdown(c.Body)
			if !seen[strconv.FormatInt(c.ID, 10)] && saysAll(text, words) {
				return true
			}
		}
		return false
	})
	return text
}

func seenOnGitHub(w *harness.World) map[string]bool {
	seen := map[string]bool{}
	for _, c := range w.GitHub.BotComments(harness.Issue) {
		seen[strconv.FormatInt(c.ID, 10)] = true
	}
	return seen
}

// plainMarkdown shows Markdown as a person reads it, as far as the tests look at it.
func plainMarkdown(body string) string {
	const apart = "&#8203;" // keeps names from being mentions
	shown := strings.NewReplacer(`\`, "", "**", "", "`", "", "<strong>", "", "</strong>", "", "<code>", "", "</code>", "", apart, "").Replace(body)
	return html.UnescapeString(shown)
}

func saysAll(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
