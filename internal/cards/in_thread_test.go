package cards_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/cards/cardstest"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// What is asked for from a message that tells of what nobody has asked for is answered below it; what is a question
// is answered to who asks.
func TestWhatIsAskedForFromAnAnnouncementIsAnsweredBelowIt(t *testing.T) {
	all := map[string]chatops.Card{}
	for name, r := range cardstest.Releases() {
		all[name] = cards.Release(r, links)
		all[name+" overdue"] = cards.ReleaseAlert(r, v1alpha1.Happening{Outcome: v1alpha1.OutcomeOverdue}, links)
	}
	for name, p := range records() {
		all[name] = cards.PromotionRecord(p, links)
	}
	asks := map[string]int{}
	for name, card := range all {
		for _, a := range card.Actions {
			word, _, _ := strings.Cut(a.Command, " ")
			asks[word]++
			if question := word == "/diff" || word == "/doctor"; a.InThread == question {
				t.Errorf("%s: %q (%s) is answered below it: %v", name, a.Label, a.Command, a.InThread)
			}
		}
	}
	for _, word := range []string{"/promote", "/rollback", "/verify", "/abort", "/refresh", "/diff", "/doctor"} {
		if asks[word] == 0 {
			t.Errorf("nothing asks to %s", word)
		}
	}
}

// A card that is in a thread is answered there, and one that is not as ever.
func TestWhatIsAskedForFromAnAnswerStaysInItsThread(t *testing.T) {
	for _, thread := range []string{"", "1763812800.000100"} {
		for _, phase := range []v1alpha1.ShipmentPhase{v1alpha1.PhasePromoting, v1alpha1.PhaseFailed} {
			s := standing(phase, "")
			s.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42", Thread: thread}
			actions := cards.Shipment(s, links).Actions
			if len(actions) != 2 || actions[0].InThread != (thread != "") || actions[1].InThread {
				t.Errorf("%s in thread %q: %+v", phase, thread, actions)
			}
		}
	}
}

// A release's message has the same button after each attempt: what is clicked then is asked for anew.
func TestToPromoteAReleaseAgainIsAnotherRequest(t *testing.T) {
	for name, offers := range map[string]string{"release-waiting": "Promote to production", "release-failed": "Retry", "release-unverified": "Verify again"} {
		r := cardstest.Releases()[name]
		of := func(promotion string) chatops.Action {
			for i := range r.Status.Stages {
				r.Status.Stages[i].Promotion = promotion
			}
			for _, a := range cards.Release(r, links).Actions {
				if a.Label == offers {
					return a
				}
			}
			t.Fatalf("%s does not offer %q", name, offers)
			return chatops.Action{}
		}
		if none, one, two := of(""), of("one"), of("two"); none == one || one == two {
			t.Errorf("%s: at first %+v, after one attempt %+v, after another %+v", name, none, one, two)
		}
	}
}
