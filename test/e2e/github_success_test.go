package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestGitHubCommentBecomesAPromotionAndIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate))
	w.Start(t)

	comment, delivery := w.GitHub.Write(t, "octocat", harness.PullRequest, "Ship it:\n\n/promote red production\n")
	if !delivery.OK() {
		t.Fatalf("the webhook was answered %s: %s", delivery.Status, delivery.ResponseBody)
	}
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Fatalf("when the webhook was answered, there were %d Shipments; want 1", n)
	}
	running := awaitComment(t, w, harness.PullRequest, "✓ set-image")
	mustSay(t, running.Body, "Promote red to production", "3.1.0", "3.2.0", "octocat", "▸ http")
	awaitReactions(t, w, comment.ID, "eyes")
	gate.Open(t)

	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	done := awaitComment(t, w, harness.PullRequest, "red 3.2.0 is live in production")
	mustSay(t, done.Body, "healthy", "octocat", "https://kargo.acme.dev/project/"+w.Name)
	awaitReactions(t, w, comment.ID, "eyes", "rocket")
	if own := w.GitHub.BotComments(harness.PullRequest); len(own) != 1 || own[0].ID != running.ID {
		t.Errorf("there must be one comment, which is kept up to date:\n%s", w.GitHub.Text(harness.PullRequest))
	}
}

func TestGitHubCommentWithSeveralCommands(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Service(t, "blue")
	w.Start(t)
	w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production\n/promote blue production\n/promote pink production")
	w.Shipments.Await(t, "two Shipments to succeed", patience, func(all []shipment) bool {
		return len(all) == 2 && !slices.ContainsFunc(all, func(s shipment) bool { return s.Status.Phase != v1alpha1.PhaseSucceeded })
	})
	w.GitHub.AwaitComments(t, harness.Issue, "two ends and a refusal", patience, func(own []githubfake.Comment) bool {
		text := w.GitHub.Text(harness.Issue)
		return len(own) == 3 && strings.Contains(text, "red 3.2.0 is live") && strings.Contains(text, "blue 3.2.0 is live") &&
			strings.Contains(text, `No service "pink"`)
	})
}

// awaitComment returns the bot's comment that says something.
func awaitComment(t *testing.T, w *harness.World, number int, says string) githubfake.Comment {
	t.Helper()
	var found githubfake.Comment
	w.GitHub.AwaitComments(t, number, "a comment that says "+says, patience, func(own []githubfake.Comment) bool {
		i := slices.IndexFunc(own, func(c githubfake.Comment) bool { return strings.Contains(c.Body, says) })
		if i >= 0 {
			found = own[i]
		}
		return i >= 0
	})
	return found
}

// awaitReactions returns when the bot has reacted to a comment so, and no otherwise.
func awaitReactions(t *testing.T, w *harness.World, comment int64, want ...string) {
	t.Helper()
	w.GitHub.AwaitComments(t, harness.Issue, "reactions "+strings.Join(want, ", "), patience, func([]githubfake.Comment) bool {
		return slices.Equal(w.GitHub.Reactions(t, comment), want)
	})
}
