package shipment

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	begun = "Promote red to production"
	live  = "red 3.2.0 is live in production"
)

func TestTheCardIsKeptUpToDateAndTheEndCallsThePerson(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.report(t, r)
	w.becomes(t, v1alpha1.PhasePromoting, "")
	w.report(t, r)
	if diff := cmp.Diff([]string{begun}, s.titles()); diff != "" {
		t.Errorf("under way: -want +got\n%s", diff)
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	w.report(t, r)
	want := []shownMessage{
		{id: "1", marker: "kargo-bot:shipment:5d0c6f3e:Card", title: live},
		{id: "2", marker: "kargo-bot:shipment:5d0c6f3e:Result", title: live, replyTo: "1", mention: "T01/U42"},
	}
	if diff := cmp.Diff(want, s.shown, cmp.AllowUnexported(shownMessage{})); diff != "" {
		t.Errorf("at the end: -want +got\n%s", diff)
	}
	reports := w.shipment(t).Status.Reports
	ignore := cmpopts.IgnoreFields(v1alpha1.Report{}, "Hash", "At")
	if diff := cmp.Diff([]v1alpha1.Report{
		{Sink: "slack", Target: "C7", Part: v1alpha1.PartCard, ID: "1"},
		{Sink: "slack", Target: "C7", Part: v1alpha1.PartResult, ID: "2"},
	}, reports, ignore); diff != "" {
		t.Errorf("recorded: -want +got\n%s", diff)
	}
}

func TestACommentGetsAReactionAndOneAnswer(t *testing.T) {
	onGitHub := newShipment()
	onGitHub.Spec.Origin = v1alpha1.Origin{GitHub: &v1alpha1.GitHubOrigin{Repo: "acme/microsvcs", Issue: 12, Comment: 7}}
	w, s := newWorld(t, onGitHub), &sink{}
	r := w.reporter(t, s)
	w.report(t, r)
	if diff := cmp.Diff([]string{"running", begun}, s.titles()); diff != "" {
		t.Errorf("under way: -want +got\n%s", diff)
	}
	w.becomes(t, v1alpha1.PhasePromoting, "")
	w.report(t, r)
	w.becomes(t, v1alpha1.PhaseAborted, "")
	w.report(t, r)
	if diff := cmp.Diff([]string{"failed", "Promotion of red to production was aborted"}, s.titles()); diff != "" {
		t.Errorf("at the end: -want +got\n%s", diff)
	}
	// Steps that pass are no reason to touch the reaction.
	reactions := slices.DeleteFunc(slices.Clone(s.calls), func(call string) bool { return call != "update Reaction" })
	if len(reactions) != 1 {
		t.Errorf("calls: %v", s.calls)
	}
}

func TestReportingAgainSaysNothing(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	w.report(t, r)
	calls := slices.Clone(s.calls)
	for range 3 {
		w.report(t, r)
		r = w.reporter(t, s)
	}
	if diff := cmp.Diff(calls, s.calls); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
}

func TestTheEndIsToldOnlyBelowTheCard(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	s.posting = func(m notify.Message) error {
		return &notify.Deferred{After: 30 * time.Second, Err: errors.New("ratelimited")}
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	result, err := r.Reconcile(t.Context(), theRequest)
	if err != nil || result.RequeueAfter != 30*time.Second {
		t.Fatalf("again in %s, %v", result.RequeueAfter, err)
	}
	if diff := cmp.Diff([]string{"post Card"}, s.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
	s.posting = nil
	w.report(t, r)
	if diff := cmp.Diff([]string{live, live}, s.titles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTheEndIsToldThoughTheCardCannotBe(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	s.posting = func(m notify.Message) error {
		if m.Part == v1alpha1.PartCard {
			return &notify.Undeliverable{Reason: "The message is too long."}
		}
		return nil
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	w.report(t, w.reporter(t, s))
	want := []shownMessage{{id: "1", marker: "kargo-bot:shipment:5d0c6f3e:Result", title: live, mention: "T01/U42"}}
	if diff := cmp.Diff(want, s.shown, cmp.AllowUnexported(shownMessage{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := w.shipment(t).Status.Reports[0].Error; got != "The message is too long." {
		t.Errorf("recorded %q", got)
	}
}

func TestOneMessageThatFailsDoesNotHoldUpTheOther(t *testing.T) {
	onGitHub := newShipment()
	onGitHub.Spec.Origin = v1alpha1.Origin{GitHub: &v1alpha1.GitHubOrigin{Repo: "acme/microsvcs", Issue: 12, Comment: 7}}
	w, s := newWorld(t, onGitHub), &sink{}
	s.posting = func(m notify.Message) error {
		if m.Part == v1alpha1.PartReaction {
			return errLost
		}
		return nil
	}
	if _, err := w.reporter(t, s).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Errorf("error: %v", err)
	}
	if diff := cmp.Diff([]string{begun}, s.titles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestThePastIsNotRewritten(t *testing.T) {
	for name, test := range map[string]struct {
		age     time.Duration
		touched bool
	}{
		"a day later":    {25 * time.Hour, false},
		"an hour later":  {time.Hour, true},
		"a minute later": {time.Minute, true},
	} {
		w, s := newWorld(t, newShipment()), &sink{}
		w.becomes(t, v1alpha1.PhaseSucceeded, "")
		w.report(t, w.reporter(t, s))
		// A new version of the bot words it differently.
		finished := w.shipment(t)
		for i := range finished.Status.Reports {
			finished.Status.Reports[i].Hash = "of the words of before"
		}
		if err := w.server.Status().Update(t.Context(), finished); err != nil {
			t.Fatal(err)
		}
		w.clock = w.clock.Add(test.age)
		s.calls = nil
		w.report(t, w.reporter(t, s))
		if touched := len(s.calls) > 0; touched != test.touched {
			t.Errorf("%s: calls %v", name, s.calls)
		}
	}
}

func TestWhatCameFromNoSurfaceIsNotReported(t *testing.T) {
	fromTerminal := newShipment()
	fromTerminal.Spec.Origin = v1alpha1.Origin{}
	w, s := newWorld(t, fromTerminal), &sink{}
	w.report(t, w.reporter(t, s))

	r := w.reporter(t, s)
	delete(r.deliverers, SinkSlack)
	w = newWorld(t, newShipment())
	w.report(t, r)
	if len(s.calls) > 0 {
		t.Errorf("calls: %v", s.calls)
	}
}

func TestMessagesCarryWhatTheSinkNeeds(t *testing.T) {
	w := newWorld(t, newShipment())
	r := w.reporter(t, &sink{})
	m := r.message(newShipment(), v1alpha1.PartCard)
	if m.SealedReply != "sealed" || !m.Since.Equal(at(-1).Time) || m.Target.Slack.Channel != "C7" || m.Mention.ID != "" {
		t.Errorf("message %+v", m)
	}
}
