package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// announced is a world in which red goes from staging, by itself, to production, when somebody says so, and the
// bot listens.
func announced(t *testing.T, staging ...harness.Step) *harness.World {
	t.Helper()
	w := cluster.NewWorld(t, harness.WithAnnouncements())
	w.Warehouse(t, "red")
	w.NewStage(t, harness.Stage{Name: "red-staging", Warehouses: []string{"red"}, Steps: staging})
	w.NewStage(t, harness.Stage{Name: "red-production", Warehouses: []string{"red"}, Upstream: "red-staging", Steps: harness.Passes("clone", "push")})
	w.AutoPromote(t, "red-staging")
	w.Start(t)
	w.AwaitListening(t)
	return w
}

// awaitAnnounced returns the one message in #deploys that is not a reply, when it says something.
func awaitAnnounced(t *testing.T, w *harness.World, words ...string) slackfake.Message {
	t.Helper()
	var found slackfake.Message
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(all []slackfake.Message) bool {
		all = slices.DeleteFunc(slices.Clone(all), func(m slackfake.Message) bool { return m.ThreadTS != "" || m.EphemeralTo != "" })
		if len(all) == 0 {
			return false
		}
		found = all[0]
		text := w.Slack.PlainText(found)
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	return found
}

func TestAReleaseIsFollowedFromItsTagToProduction(t *testing.T) {
	t.Parallel()
	w := announced(t, harness.Passes("clone", "push")...)
	release(t, w, "red/3.3.0")
	awaitAnnounced(t, w, "red 3.3.0 released", "octocat")
	refreshed := &kargoapi.Warehouse{}
	cluster.Get(t, w.Name, "red", refreshed)
	if refreshed.Annotations[kargoapi.AnnotationKeyRefresh] == "" {
		t.Error("the Warehouse was not refreshed when the tag came")
	}

	freight := w.Discover(t, "red", "red", "3.3.0")
	w.AwaitRuns(t, "red-staging", freight)
	m := awaitAnnounced(t, w, "red 3.3.0 is waiting for production", "staging since")
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(all []slackfake.Message) bool {
		return slices.ContainsFunc(all, func(known slackfake.Message) bool {
			return known.TS == m.TS && slices.Contains(w.Slack.Buttons(known), "Promote to production")
		})
	})
	m = awaitAnnounced(t, w, "red 3.3.0")
	w.Slack.Press(t, harness.Octocat, m, "/promote red production")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	awaitAnnounced(t, w, "red 3.3.0", "live", "production", "by octocat")
	answeredBelow(t, w, m)

	deployed(t, w, "red-staging", "red-production")
	page, _ := w.GitHub.Release(harness.Repo, "red/3.3.0")
	if !strings.HasPrefix(page.Notes, "The third.") {
		t.Errorf("the notes were changed:\n%s", page.Notes)
	}
	once(t, w)
}

// answeredBelow returns when the click on a message was answered in its thread: by a card and a result, and by
// nothing for all beside it.
func answeredBelow(t *testing.T, w *harness.World, head slackfake.Message) {
	t.Helper()
	var replies []slackfake.Message
	all := w.Slack.AwaitMessages(t, head.Channel, patience, func(all []slackfake.Message) bool {
		replies = slices.DeleteFunc(slices.Clone(all), func(m slackfake.Message) bool { return m.ThreadTS != head.TS || m.EphemeralTo != "" })
		return len(replies) == 2
	})
	mustSay(t, w.Slack.PlainText(replies[1]), "@octocat", "red 3.3.0 is live in production")
	for _, m := range all {
		if m.ThreadTS == "" && m.EphemeralTo == "" && m.TS != head.TS {
			t.Errorf("beside the release's message stands:\n%s", w.Slack.PlainText(m))
		}
	}
}

// release tags and publishes a version of red.
func release(t *testing.T, w *harness.World, tag string) {
	t.Helper()
	sha, err := w.GitHub.SHA(harness.Repo, "main")
	if err != nil {
		t.Fatal(err)
	}
	_, deliveries, err := w.GitHub.PublishRelease(t.Context(), harness.Repo, githubfake.Release{
		Tag: tag, Target: sha, Author: "octocat", Notes: "The third.\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deliveries {
		if !d.OK() {
			t.Errorf("the bot did not take %s: %s", d.Event, d.Status)
		}
	}
}

// deployed returns when GitHub shows a successful deployment of each environment, and its release says where it
// runs, and its commit has a check.
func deployed(t *testing.T, w *harness.World, environments ...string) {
	t.Helper()
	err := w.GitHub.Await(t.Context(), "the deployments", func() bool {
		states := map[string]string{}
		for _, d := range w.GitHub.Deployments(harness.Repo) {
			states[d.Environment] = d.State()
		}
		page, _ := w.GitHub.Release(harness.Repo, "red/3.3.0")
		checks := w.GitHub.CheckRuns(harness.Repo)
		return !slices.ContainsFunc(environments, func(e string) bool { return states[e] != "success" }) &&
			strings.Contains(page.Notes, "production") && len(checks) == 1 && checks[0].Conclusion == "success"
	})
	if err != nil {
		t.Fatalf("%v: %+v, %+v", err, w.GitHub.Deployments(harness.Repo), w.GitHub.CheckRuns(harness.Repo))
	}
	if n := len(w.GitHub.Deployments(harness.Repo)); n != len(environments) {
		t.Errorf("there are %d deployments: %+v", n, w.GitHub.Deployments(harness.Repo))
	}
}

func TestAFreightThatNobodyAnnouncedMakesItsRelease(t *testing.T) {
	t.Parallel()
	w := announced(t, harness.Passes("clone", "push")...)
	w.Discover(t, "red", "red", "3.4.0")
	awaitAnnounced(t, w, "red 3.4.0 released")
	toldOnce(t, w, harness.Deploys)
}

func TestAFailureInStagingCallsTheOwner(t *testing.T) {
	t.Parallel()
	w := announced(t, harness.Pass("clone"), harness.Fail("push", "remote hung up"))
	w.Discover(t, "red", "red", "3.3.0")
	m := awaitAnnounced(t, w, "failed in staging", "push")
	var replies []slackfake.Message
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(all []slackfake.Message) bool {
		replies = slices.DeleteFunc(slices.Clone(all), func(r slackfake.Message) bool { return r.ThreadTS != m.TS })
		return len(replies) > 0
	})
	mustSay(t, w.Slack.PlainText(replies[0]), "remote hung up", "hubot")
	toldOnce(t, w, harness.Deploys)
}

func TestAPromotionWithKargosOwnToolsIsReported(t *testing.T) {
	t.Parallel()
	w := announced(t, harness.Passes("clone", "push")...)
	next := w.NewFreight(t, "red", "red", "3.2.0")
	w.AwaitRuns(t, "red-staging", next)
	w.StartPromotion(t, "red-production", next)
	awaitAnnounced(t, w, "red 3.2.0 is live in production", "promoted by")
	w.Promotions.Await(t, "all promotions to end", patience, func(all []*kargoapi.Promotion) bool {
		return !slices.ContainsFunc(all, func(p *kargoapi.Promotion) bool { return !p.Status.Phase.IsTerminal() })
	})
	toldOnce(t, w, harness.Deploys)
}

func TestMessagesInOtherWords(t *testing.T) {
	t.Parallel()
	options := harness.WithAnnouncements()
	configure := options.Config
	options.Config = func(config map[string]any) {
		configure(config)
		config["templates"] = map[string]any{
			"release":   map[string]any{"title": "{{.Service}} {{.Version}} is out"},
			"promotion": map[string]any{"title": "{{.Nobody}} did it"},
		}
	}
	w := cluster.NewWorld(t, options)
	w.Service(t, "red")
	w.Start(t)
	w.AwaitListening(t)
	release(t, w, "red/3.3.0")
	awaitAnnounced(t, w, "red 3.3.0 is out")

	// A template that can't be used changes nothing, and says so.
	w.StartPromotion(t, "red-production", freightOf(t, w, "red", "3.2.0"))
	w.Slack.AwaitMessages(t, harness.Deploys, patience, func(all []slackfake.Message) bool {
		return slices.ContainsFunc(all, func(m slackfake.Message) bool {
			text := w.Slack.PlainText(m)
			return strings.Contains(text, "red 3.2.0 is live in production") && strings.Contains(text, "The template promotion.title")
		})
	})
}

func TestWhoSubscribesIsToldDirectly(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	w.AwaitListening(t)
	mustSay(t, w.Slack.Ask(t, harness.Octocat, harness.Deploys, "subscribe production"), "From now on, I tell you in direct messages")
	w.StartPromotion(t, "red-production", freightOf(t, w, "red", "3.2.0"))
	messages := w.Slack.AwaitMessages(t, "", patience, func(all []slackfake.Message) bool {
		return strings.Contains(w.Slack.Transcript(all), "red 3.2.0 is live in production")
	})
	for _, m := range messages {
		if m.Channel == harness.Deploys && m.EphemeralTo == "" {
			t.Errorf("everybody was told: %s", w.Slack.PlainText(m))
		}
	}
}
