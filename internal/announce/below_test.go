package announce

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// below is a world in which the release of red has a message in #deploys, and somebody has promoted it from a thread
// of that channel, which ends as it happens.
func below(t *testing.T, thread string, owners []route.Owner, outcome v1alpha1.Outcome) *world {
	t.Helper()
	w := newWorld(t, table(rule()))
	w.table.Owners = owners
	w.said.shown = []shown{{id: "C7:1763.1", target: deploys}}
	w.release(t, func(r *v1alpha1.Release) {
		r.Status.Reports = []v1alpha1.Report{{Sink: route.SinkSlack, Target: deploys, Part: v1alpha1.PartCard, ID: "C7:1763.1", At: metav1.NewTime(w.clock)}}
	})
	s := &v1alpha1.Shipment{}
	s.Namespace, s.Name = namespace, "ship"
	s.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Team: "T01", Channel: w.channel, User: "U42", Thread: thread}
	s.Status.FinishedAt = &metav1.Time{Time: w.clock.Add(time.Second)}
	w.create(t, s)
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = s.Name })
	w.happens(t, "one", outcome, v1alpha1.PhaseFailed)
	w.settle(t, w.announcer())
	return w
}

// Whoever promotes a release from its message is told below it how that ended. It is not said there a second time, but
// to somebody else who is to be called.
func TestWhatTheAnswerBelowAReleaseTellsIsNotToldAgain(t *testing.T) {
	platform := []route.Owner{{Services: []string{"red"}, Slack: "S7"}}
	for name, test := range map[string]struct {
		thread  string
		owners  []route.Owner
		outcome v1alpha1.Outcome
		mention string
	}{
		"who asked owns it":       {"1763.1", []route.Owner{{Services: []string{"red"}, Slack: "U42"}}, v1alpha1.OutcomeFailed, ""},
		"nobody owns it":          {"1763.1", nil, v1alpha1.OutcomeFailed, ""},
		"somebody else owns it":   {"1763.1", platform, v1alpha1.OutcomeFailed, "S7"},
		"its verification":        {"1763.1", nil, v1alpha1.OutcomeVerificationFailed, ""},
		"somebody else's":         {"1763.1", platform, v1alpha1.OutcomeVerificationFailed, "S7"},
		"answered in the channel": {"", nil, v1alpha1.OutcomeFailed, "U42"},
		"answered elsewhere":      {"1763.2", nil, v1alpha1.OutcomeFailed, "U42"},
	} {
		said := below(t, test.thread, test.owners, test.outcome).said.in(deploys)
		switch {
		case test.mention == "" && len(said) != 1:
			t.Errorf("%s: it is said again: %+v", name, said[1:])
		case test.mention != "" && (len(said) != 2 || said[1].mention != test.mention || said[1].replyTo != "C7:1763.1"):
			t.Errorf("%s: it said %+v", name, said)
		}
	}
}

// What comes after the end is told whoever asked.
func TestWhatComesAfterTheAnswerBelowAReleaseIsTold(t *testing.T) {
	w := below(t, "1763.1", nil, v1alpha1.OutcomeSucceeded)
	w.clock = w.clock.Add(20 * time.Minute)
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 2 || said[1].replyTo != "C7:1763.1" || said[1].mention != "U42" {
		t.Errorf("it said %+v", said)
	}
}
