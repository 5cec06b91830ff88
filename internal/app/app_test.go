package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// TestCommandBecomesPromotion follows the main job from the command to the last message.
func TestCommandBecomesPromotion(t *testing.T) {
	w := newWorld(t)
	reply, err := w.driver.SlashCommand(t.Context(), slackfake.SlashCommand{User: octocat, Channel: deploys, Command: "/promote", Text: "red prod"})
	must(t, err)
	if reply.Status != http.StatusOK {
		t.Fatalf("acknowledged with %d", reply.Status)
	}

	var promotions kargoapi.PromotionList
	await(t, "there is a Promotion", func() bool {
		must(t, w.cluster.List(t.Context(), &promotions, client.InNamespace(project)))
		return len(promotions.Items) > 0
	})
	if len(promotions.Items) != 1 {
		t.Fatalf("made %d Promotions", len(promotions.Items))
	}
	promotion := promotions.Items[0]
	if promotion.Spec.Stage != "red-production" || promotion.Spec.Freight != "bbbb0002" {
		t.Errorf("made a Promotion of %s to %s", promotion.Spec.Freight, promotion.Spec.Stage)
	}
	w.shows(t, "Promote red to production", "3.1.0 → 3.2.0")

	finish(t, w, &promotion)
	w.shows(t, "red 3.2.0 is live in production", "1:57")
	w.shows(t, "@octocat")
}

// shows waits until some message in the channel has all of the words.
func (w *world) shows(t *testing.T, words ...string) {
	t.Helper()
	messages, err := w.slack.Await(t.Context(), deploys, func(all []slackfake.Message) bool {
		for _, m := range all {
			text := w.slack.PlainText(m)
			found := true
			for _, word := range words {
				found = found && strings.Contains(text, word)
			}
			if found {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("no message has %q: %v\n%s", words, err, w.slack.Transcript(messages))
	}
}

// finish does what Kargo does when a Promotion succeeds.
func finish(t *testing.T, w *world, p *kargoapi.Promotion) {
	t.Helper()
	base := p.DeepCopy()
	start := time.Now().Add(-117 * time.Second)
	p.Status.Phase = kargoapi.PromotionPhaseSucceeded
	p.Status.StartedAt = &metav1.Time{Time: start}
	p.Status.FinishedAt = &metav1.Time{Time: start.Add(117 * time.Second)}
	must(t, w.cluster.Status().Patch(t.Context(), p, client.MergeFrom(base)))
	var stage kargoapi.Stage
	must(t, w.cluster.Get(t.Context(), client.ObjectKey{Namespace: project, Name: p.Spec.Stage}, &stage))
	was := stage.DeepCopy()
	stage.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name}
	must(t, w.cluster.Status().Patch(t.Context(), &stage, client.MergeFrom(was)))
}
