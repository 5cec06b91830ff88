package announce

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
	"github.com/davidaparicio/kargo-bot/internal/route"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

// byWebhook sends a program an event for each thing that has happened.
func (a *Announcer) byWebhook(ctx context.Context, t teller, s *subject, to *audience) (time.Duration, error) {
	var again time.Duration
	for _, i := range a.wanted(s, to, false) {
		part := s.part(i)
		m := notify.Message{
			Target: notify.Target{Webhook: &notify.Webhook{Name: to.first.Spec.Target, Event: a.eventOf(s, i)}},
			Part:   part, Marker: s.marker(to.first.Spec.Target, part), Since: a.Now(),
		}
		// A program is given time to come back from when it was first called.
		if r := t.load(ledger.Key{Sink: route.SinkWebhook, Target: to.first.Spec.Target, Part: part}); r != nil {
			m.Since = r.At.Time
		}
		// The hash is of the card. What was sent is never sent again, whatever becomes of the subject.
		m.Card.Title = string(part)
		wait, err := t.deliver(ctx, route.SinkWebhook, m)
		if err != nil {
			return 0, err
		}
		again = backoff.Sooner(again, wait)
	}
	return again, nil
}

// eventOf puts a happening in terms for programs.
func (a *Announcer) eventOf(s *subject, i int) notify.Event {
	h := s.happenings[i]
	e := notify.Event{
		ID: string(s.object.GetUID()) + "-" + string(s.part(i)), Outcome: h.Outcome, At: h.At.UTC(),
		Project: s.project, Service: s.service, Environment: s.event(h).Environment, Version: s.version, Message: h.Message,
	}
	s.describe(&e, a.Links)
	return e
}
