package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestSlackCommandBecomesAPromotionAndIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate), harness.Pass("push"))
	w.Start(t)

	asked := time.Now()
	reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	if took := time.Since(asked); took > time.Second {
		t.Errorf("the command was acknowledged after %s", took)
	}
	mustSay(t, reply.Text, "red", "production")
	// The record comes before the acknowledgement: it must be there without waiting.
	shipments := listShipments(t, w.Project)
	if len(shipments) != 1 || shipments[0].Spec.Summary != "red 3.1.0 → 3.2.0 to production" {
		t.Fatalf("when the command was acknowledged, the Shipments were %v", summaries(shipments))
	}

	running := awaitCard(t, w, harness.Deploys, "▸ http")
	mustSay(t, w.Slack.PlainText(running), "Promote red to production", "3.1.0", "3.2.0", "octocat", "✓ clone", "▸ http", "· push")
	gate.Open(t)

	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	result := awaitResult(t, w, harness.Deploys)
	card := cardsOf(w, harness.Deploys)[0]
	mustSay(t, w.Slack.PlainText(card), "red 3.2.0 is live in production", "healthy")
	if result.ThreadTS != card.TS || !strings.Contains(result.Text, "<@"+harness.Octocat+">") {
		t.Errorf("the end must be a reply to the card that calls who asked: %+v", result)
	}
	if n := len(cardsOf(w, harness.Deploys)); n != 1 {
		t.Errorf("there are %d cards; want one that is edited", n)
	}
	if len(card.Versions) < 2 {
		t.Errorf("the card was never edited")
	}
	promotion := w.Promotions.AwaitOne(t, "the Promotion", time.Second, hasName[promotion](s.Status.Items[0].Stages[0].Promotion))
	if got := promotion.Annotations[v1alpha1.AnnotationRequestedBy]; got != "slack:T01/U42 (octocat@acme.dev)" {
		t.Errorf("the Promotion says it was requested by %q", got)
	}
	mustSay(t, string(card.Blocks), "https://kargo.acme.dev/project/"+w.Name+"/promotion/"+promotion.Name)
}

func TestKargoCommandIsTheSame(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/kargo", "promote red prod 3.2.0 --reason \"weekly release\"")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if s.Spec.Reason != "weekly release" || s.Spec.Items[0].Environment != "production" {
		t.Errorf("the Shipment has reason %q and goes to %q", s.Spec.Reason, s.Spec.Items[0].Environment)
	}
	mustSay(t, w.Slack.PlainText(awaitCard(t, w, harness.Deploys, "is live")), "Reason: weekly release")
}

// cardsOf returns the bot's messages for all in a channel that are no replies.
func cardsOf(w *harness.World, channel string) []slackfake.Message {
	return slices.DeleteFunc(w.Slack.Messages(channel), func(m slackfake.Message) bool { return !isCard(w, m) })
}

func isCard(w *harness.World, m slackfake.Message) bool {
	return m.User == w.Slack.Config().App.BotUserID && m.ThreadTS == "" && m.EphemeralTo == ""
}

// awaitCard returns the card of a channel as soon as it says something.
func awaitCard(t *testing.T, w *harness.World, channel, says string) slackfake.Message {
	t.Helper()
	var found slackfake.Message
	w.Slack.AwaitMessages(t, channel, patience, func(messages []slackfake.Message) bool {
		for _, m := range messages {
			if isCard(w, m) && strings.Contains(w.Slack.PlainText(m), says) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// awaitResult returns the reply that calls the requester, when the card is up to date, too.
func awaitResult(t *testing.T, w *harness.World, channel string) slackfake.Message {
	t.Helper()
	var found slackfake.Message
	w.Slack.AwaitMessages(t, channel, patience, func(messages []slackfake.Message) bool {
		for _, m := range messages {
			if m.ThreadTS == "" {
				continue
			}
			found = m
			title, _, _ := strings.Cut(w.Slack.PlainText(m), "\n")
			_, title, _ = strings.Cut(title, " ")
			return slices.ContainsFunc(messages, func(c slackfake.Message) bool {
				return isCard(w, c) && strings.Contains(w.Slack.PlainText(c), title)
			})
		}
		return false
	})
	return found
}
