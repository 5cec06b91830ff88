package announce

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// alerts calls people below the message, once for each thing that somebody has to look at, and once for each
// that is well again.
func (t *telling) alerts(ctx context.Context, below func() (id string, ok bool)) (time.Duration, error) {
	var again time.Duration
	for _, i := range t.wanted {
		if h := t.s.happenings[i]; !h.Outcome.IsBad() && !h.Outcome.IsRelief() {
			continue
		}
		wait, err := t.alert(ctx, i, below)
		if err != nil {
			return 0, err
		}
		again = backoff.Sooner(again, wait)
	}
	return again, nil
}

// alert calls people because of the happening at a place.
func (t *telling) alert(ctx context.Context, i int, below func() (id string, ok bool)) (time.Duration, error) {
	h, part := t.s.happenings[i], t.s.part(i)
	said := t.load(t.key(part))
	from := h.At.Time
	if end, quiet := t.channel.Quiet.Until(from); quiet && !t.channel.Quiet.Excepts(h.Outcome) {
		if left := end.Sub(t.now); left > 0 && said == nil {
			return left, nil
		}
		from = end
	}
	if isUnsaid(said) && t.now.Sub(from) > old {
		return 0, nil // nobody is called because of what was a day ago
	}
	id, ok := below()
	if !ok && t.now.Sub(from) < patience {
		return soon, nil
	}
	_, template := t.s.templates()
	m := t.message(part, t.word(template, t.s.alert(h, t.Links), t.s, h))
	m.ReplyTo = id
	if t.channel.Thread && isUnsaid(said) {
		// A thread has no threads in it.
		head, wait, err := t.head(ctx, h)
		if err != nil || wait > 0 {
			return wait, err
		}
		m.ReplyTo = head
	}
	if h.Outcome.IsBad() {
		m.Mention = t.owner()
	}
	return t.deliver(ctx, route.SinkSlack, m)
}

// isUnsaid reports whether it is not known that something was said.
func isUnsaid(r *v1alpha1.Report) bool { return r == nil || r.ID == "" && r.Error == "" }

// owner is who is called when something goes wrong: the owner of the service, else who asked for it. Nobody
// need be called in their own direct messages.
func (t *telling) owner() chatops.Actor {
	if t.to.isPerson() {
		return chatops.Actor{}
	}
	id := t.Table.Owner(t.s.project, t.s.service)
	if id == "" && len(t.s.people) > 0 {
		id = t.s.people[0]
	}
	if id == "" {
		return chatops.Actor{}
	}
	return chatops.Actor{Source: chatops.SourceSlack, ID: id}
}
