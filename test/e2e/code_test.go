package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestDiffSaysWhatIsInAVersion(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithCode())
	w.Service(t, "red")
	w.Start(t)
	says := []string{
		"3.1.0", "3.2.0", "3 commits · 3 pull requests · 1 breaking", "compare", "feat(red)!: drop /v1", "hubot",
		"fix(red): retry on 429", "#9", "1 commit in between", "Release notes: 3.2.0", "Bug Fixes",
		"Manifests: 1 resource changed", "3.2.0",
	}
	untilTold(t, w, "diff red production", says[2])
	both(t, w, "diff red production", says...)
	both(t, w, "diff red staging production", "3 commits")
	both(t, w, "diff red 3.2.0 3.1.0", "Takes away", "3 commits", "1 breaking")
	for _, text := range []string{w.GitHub.Text(harness.Issue), w.Slack.Ask(t, harness.Octocat, harness.Deploys, "diff red production")} {
		if strings.Contains(text, "sentinel") || strings.Contains(text, "fix(blue)") || strings.Contains(text, "The first.") {
			t.Errorf("it says what it should not:\n%s", text)
		}
	}
	body := awaitComment(t, w, harness.Issue, "Release notes").Body
	mustSay(t, body, "<details>", "```diff", "+", "&#8203;hubot")
	nothingHappened(t, w)
}

func TestAPromotionSaysWhatShips(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WithCode())
		gate := w.NewGate()
		w.Service(t, "red", harness.Wait("sync", gate))
		w.Start(t)
		on.tell(t, w, "promote red production --dry-run", "Dry run")
		seen := on.seen(w)
		on.ask(t, w, "promote red production")
		on.await(t, w, seen, "Promote red to production", "3 commits · 3 pull requests · 1 breaking", "Breaking:", "feat(red)!: drop /v1", "compare")
		gate.Open(t)
		on.await(t, w, seen, "red 3.2.0 is live in production", "3 commits · 3 pull requests · 1 breaking")
		on.tell(t, w, "rollback red production", "3.1.0 is live again", "Takes away")
	})
}

func TestTheButtonOfAPromotionShowsAllOfIt(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithCode())
	w.Service(t, "red")
	w.Start(t)
	askInSlack(t, w, "promote red production")
	var card slackfake.Message
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(messages []slackfake.Message) bool {
		i := slices.IndexFunc(messages, func(m slackfake.Message) bool {
			return m.EphemeralTo == "" && saysAll(w.Slack.PlainText(m), []string{"red 3.2.0 is live", "3 commits"})
		})
		if i >= 0 {
			card = messages[i]
		}
		return i >= 0
	})
	w.Slack.Press(t, harness.Hubot, card, "diff red")
	told := w.Slack.AwaitTold(t, harness.Hubot, harness.Deploys, "Release notes", patience)
	mustSay(t, w.Slack.PlainText(told), "3.1.0 → 3.2.0", "drop /v1", "Release notes: 3.2.0")
}

// TestAPullRequestIsFollowedToProduction from before it is merged until it is rolled back: by one comment.
func TestAPullRequestIsFollowedToProduction(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithCode())
	w.Service(t, "red")
	bot := w.Start(t)
	preview := awaitComment(t, w, harness.OpenPull, "What merging this adds")
	mustSay(t, preview.Body, "| **red** | 1 commit |", "**3.1.0**, 3 commits · **1 breaking** behind", "announce the region", "drop /v1")

	merged, _, err := w.GitHub.MergePullRequest(t.Context(), harness.Repo, harness.OpenPull, "octocat", githubfake.Squash)
	if err != nil {
		t.Fatal(err)
	}
	awaitComment(t, w, harness.OpenPull, "This change is merged, and not yet built")
	if _, err := w.GitHub.CreateTag(t.Context(), harness.Repo, "octocat", githubfake.Tag{Name: "red/3.3.0", Commit: merged}); err != nil {
		t.Fatal(err)
	}
	release := w.NewFreight(t, "red", "red", "3.3.0")
	awaitComment(t, w, harness.OpenPull, "This change is built, and nowhere yet")
	w.Promote(t, "red-staging", release)
	awaitComment(t, w, harness.OpenPull, "| · 3.1.0, 3.3.0 waits for promotion |")
	waits := awaitComment(t, w, harness.OpenPull, "/promote red production")
	mustSay(t, waits.Body, "This change is in staging, and not yet in production")

	// What happens while no bot runs is made up for.
	bot.Kill(t)
	w.Promote(t, "red-production", release)
	w.Start(t)
	awaitComment(t, w, harness.OpenPull, "This change is in production")
	askInSlack(t, w, "rollback red production 3.1.0")
	awaitComment(t, w, harness.OpenPull, "This change was taken out of production again")

	if own := w.GitHub.BotComments(harness.OpenPull); len(own) != 1 || own[0].ID != preview.ID {
		t.Errorf("there must be one comment:\n%s", w.GitHub.Text(harness.OpenPull))
	}
	// The change that was merged before the bot ran has its comment too.
	mustSay(t, awaitComment(t, w, harness.PullRequest, "This change was taken out of production again").Body, "3.3.0")
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Errorf("%d Shipments", n)
	}
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
}

// TestAPullRequestOfAPromotionSaysWhatThatChanges: Kargo opens it, and goes on when it is merged.
func TestAPullRequestOfAPromotionSaysWhatThatChanges(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithCode())
	gate := w.NewGate()
	w.Service(t, "red", harness.OpensPull("open-pr", "https://github.com/acme/microsvcs/pull/231"), harness.Wait("wait-for-pr", gate))
	w.Start(t)
	preview := awaitComment(t, w, harness.OpenPull, "What merging this adds")
	askInSlack(t, w, "promote red production")
	promotion := awaitComment(t, w, harness.OpenPull, "Promotes red to production: 3.1.0 → 3.2.0")
	mustSay(t, promotion.Body, "3 commits", "Manifests: 1 resource changed", "goes on when this is merged")
	gate.Open(t)
	done := awaitComment(t, w, harness.OpenPull, "It was promoted to production")
	mustSay(t, done.Body, "3.1.0 → 3.2.0", "3 commits")
	if own := w.GitHub.BotComments(harness.OpenPull); len(own) != 1 || own[0].ID != preview.ID {
		t.Errorf("there must be one comment:\n%s", w.GitHub.Text(harness.OpenPull))
	}
}
