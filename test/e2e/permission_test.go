package e2e_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestWhoMayNotPromoteIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Permit(t, harness.HubotEmail, "red-staging")
	w.KargoRole(t, "promoter-prod", `{"groups": ["acme:platform"]}`, "red-production")
	w.Start(t)

	reply := w.Slack.Type(t, harness.Hubot, harness.Deploys, "/promote", "red production")
	mustSay(t, said(w, reply), "You can't promote to production", "promote", "red-production", harness.HubotEmail, "promoter-prod")
	_, delivery := w.GitHub.Write(t, "hubot", harness.Issue, "/promote red production")
	if !delivery.OK() {
		t.Errorf("a refusal is an answer, and not %s", delivery.Status)
	}
	comments := w.GitHub.BotComments(harness.Issue)
	if len(comments) != 1 {
		t.Fatalf("there are %d comments; want one that refuses", len(comments))
	}
	mustSay(t, comments[0].Body, "You can't promote to production", "red-production", "github:hubot")
	awaitReactions(t, w, w.GitHub.Comments(harness.Repo, harness.Issue)[0].ID, "-1")
	nothingHappened(t, w)
}

func TestWhoIsNobodyToKubernetesIsToldSo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{Slack: func(c *slackfake.Config) {
		c.Users = append(c.Users,
			slackfake.User{ID: "U45", Name: "stranger", Email: "stranger@elsewhere.dev", IsStranger: true},
			slackfake.User{ID: "U46", Name: "impostor", Email: "boss@acme.dev", EmailUnconfirmed: true})
	}})
	w.Service(t, "red")
	// Whoever merely claims an address does not get what its owner may do.
	w.Permit(t, "boss@acme.dev")
	w.Permit(t, "stranger@elsewhere.dev")
	w.Start(t)
	mustSay(t, said(w, w.Slack.Type(t, harness.Ghost, harness.Deploys, "/promote", "red production")),
		"I don't know who you are to Kubernetes", "identity.people")
	for _, user := range []string{"U45", "U46"} {
		reply := w.Slack.Type(t, user, harness.Deploys, "/promote", "red production")
		if text := said(w, reply); strings.Contains(text, "On its way") {
			t.Errorf("%s was obeyed: %s", user, text)
		}
	}
	nothingHappened(t, w)
}

func TestAKargoRolePermits(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.KargoRole(t, "promoter", `{"email": ["`+harness.HubotEmail+`"]}`, "red-production")
	w.Start(t)
	w.Slack.Type(t, harness.Hubot, harness.Deploys, "/promote", "red production")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if s.Spec.RequestedBy.Role != "promoter" || s.Spec.RequestedBy.Username != harness.HubotEmail {
		t.Errorf("the Shipment says that it was permitted to %+v", s.Spec.RequestedBy)
	}
}

func TestAGroupPermits(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{
		Slack: func(c *slackfake.Config) {
			c.Groups = []slackfake.UserGroup{{ID: "S1", Handle: "platform", Name: "Platform", Users: []string{harness.Hubot}}}
		},
		Config: func(config map[string]any) {
			config["github"].(map[string]any)["teams"] = []any{"acme/web"}
			delete(config, "identity")
		},
	})
	w.Service(t, "red")
	w.Service(t, "blue")
	w.PermitGroup(t, "slack:platform")
	w.PermitGroup(t, "github:acme:web")
	w.Start(t)
	w.Slack.Type(t, harness.Hubot, harness.Deploys, "/promote", "red production")
	w.GitHub.Write(t, "octocat", harness.Issue, "/promote blue production")
	all := w.Shipments.Await(t, "two Shipments", patience, func(all []shipment) bool { return len(all) == 2 })
	for _, s := range all {
		by := s.Spec.RequestedBy
		if got, want := by.Username+" "+strings.Join(by.Groups, ","), map[string]string{
			"slack": harness.HubotEmail + " slack:platform", "github": "github:octocat github:acme:web",
		}[by.Source]; got != want {
			t.Errorf("taken for %q; want %q", got, want)
		}
	}
}

// said returns what the person who asked was answered.
func said(w *harness.World, reply *slackfake.Reply) string {
	return w.Slack.PlainText(slackfake.Message{Content: slackfake.Content{Text: reply.Text, Blocks: reply.Blocks}})
}
