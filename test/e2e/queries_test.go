package e2e_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestFreightSaysWhereEachIsAndWhetherItCanGo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	fresh := w.NewFreight(t, "red", "red", "3.3.0")
	w.Start(t)
	both(t, w, "freight red", "3.3.0", fresh.Alias, "3.2.0", "3.1.0", "staging", "production")
	both(t, w, "freight red production", "3.3.0", "is not verified in red-staging", "3.2.0", "can go", "3.1.0", "there now")
	text := w.Slack.Ask(t, harness.Octocat, harness.Deploys, "freight red")
	if newest, oldest := strings.Index(text, "3.3.0"), strings.Index(text, "3.1.0"); newest > oldest {
		t.Errorf("the newest must come first:\n%s", text)
	}
	both(t, w, "freight bleu", `"bleu"`)
}

func TestHistorySaysWhoPromotedWhatAndHowItEnded(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	failedPromotion(t, w) // 3.1.0 went well, 3.2.0 did not
	w.SetSteps(t, "red-production", harness.Pass("deploy"))
	w.Start(t)
	askInSlack(t, w, `promote red production 3.2.0 --reason "once more"`)
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	untilTold(t, w, "history red production", "once more")
	both(t, w, "history red production", "3.1.0", "3.2.0", "octocat", "once more", "failed", "the build is on fire", "succeeded")
	both(t, w, "history red staging", "3.1.0", "3.2.0", "succeeded")
}

// TestLongAnswersHavePages: a page is what can be read on a phone.
func TestLongAnswersHavePages(t *testing.T) {
	t.Parallel()
	w := manyWorld(t, harness.WorldOptions{})
	const more = manyVersions + 15
	for i := manyVersions; i < more; i++ {
		w.NewFreight(t, manyService(0), manyService(0), manyVersion(i))
	}
	w.Start(t)
	both(t, w, "freight s00", manyVersion(more-1), "Page 1 of 2", "--page 2")
	both(t, w, "freight s00 --page 2", manyVersion(0), "Page 2 of 2")
	both(t, w, "freight s00 --page 99", "There is no page 99")
	both(t, w, "status", manyService(0), manyService(manyServices-1))
}

func TestDiffSaysWhatWouldChange(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.NewFreight(t, "red", "red", "3.3.0")
	w.Start(t)
	both(t, w, "diff red production", "3.1.0 → 3.2.0", "can go there")
	both(t, w, "diff red production 3.3.0", "3.1.0 → 3.3.0", "is not verified in red-staging")
	both(t, w, "diff red staging production", "staging", "3.2.0", "production", "3.1.0")
	both(t, w, "diff red production 3.9.0", `"3.9.0"`)
	nothingHappened(t, w)

	// From what is shown one can go on.
	askInSlack(t, w, "diff red production")
	shown := w.Slack.AwaitTold(t, harness.Octocat, harness.Deploys, "can go there", patience)
	w.Slack.Press(t, harness.Octocat, shown, "/promote red production")
	awaitCard(t, w, harness.Deploys, "red 3.2.0 is live in production")
}

func TestWhoAmISaysWhatOneMayDo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Permit(t, harness.HubotEmail, "red-staging")
	w.KargoRole(t, "promoter-prod", `{"email": ["`+harness.HubotEmail+`"]}`, "red-production")
	w.Start(t)
	both(t, w, "whoami", harness.OctocatEmail, "every Stage")
	mustSay(t, w.Slack.Ask(t, harness.Hubot, harness.Deploys, "whoami"),
		harness.HubotEmail, "promoter-prod", "staging", "production", "red")
	w.GitHub.Write(t, "hubot", harness.Issue, "/whoami")
	awaitOnGitHub(t, w, nil, "github:hubot", "no Stage")
	text := w.Slack.Ask(t, harness.Ghost, harness.Deploys, "whoami")
	mustSay(t, text, "I don't know who you are to Kubernetes")
}

func TestDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	failedPromotion(t, w)
	w.BlindWarehouse(t, "blue")
	w.NewStage(t, harness.Stage{Name: "blue-staging", Warehouses: []string{"blue"}, Steps: harness.Passes("deploy")})
	w.Start(t)
	both(t, w, "doctor", "red to production", "the build is on fire", "blue", "allowTags", "allowTagsRegexes", "Fix:",
		"The GitHub App lacks the permissions contents: read", "The bot can't read Secrets", "bot doctor")
	text := w.Slack.Ask(t, harness.Octocat, harness.Deploys, "doctor blue")
	mustSay(t, text, "allowTagsRegexes")
	if strings.Contains(text, "the build is on fire") {
		t.Errorf("it was asked about blue alone:\n%s", text)
	}
	nothingHappened(t, w)
}

// TestHelpKnowsEveryCommand, and so does the bot.
func TestHelpKnowsEveryCommand(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	var all []string
	for _, name := range chatops.Names() {
		all = append(all, name)
		both(t, w, "help "+name, usageOf(name))
	}
	both(t, w, "help", all...)
	both(t, w, "help promot", "promote")
	nothingHappened(t, w)
}
