package announce

import (
	"context"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

const (
	// soon is after how long it is looked again at what another message has to be there for.
	soon = 500 * time.Millisecond
	// patience is for how long that other message is waited for.
	patience = time.Minute
	// announcedWithin is how long after Kargo discovered Freight its release may be announced: Kargo may promote
	// it before.
	announcedWithin = 5 * time.Second
)

// What begins the ID of a report that says that another message tells of a Promotion, too: that about its release, or
// the answer to who asked for it. The name of the Release, or of the Shipment, follows.
const (
	inRelease = "release:"
	inAnswer  = "shipment:"
)

// silenced is the ID of a report that says that nobody is told of a Promotion, as nobody is of its release.
const silenced = "silent"

// tooLate is said of what could not be told within a day.
const tooLate = "It could not be said within a day."

// telling is one subject that is told in one place in Slack.
type telling struct {
	*Announcer
	teller

	s       *subject
	to      *audience
	channel route.Channel
	// wanted are the places of the happenings that are news here.
	wanted []int
	now    time.Time
}

// inSlack tells a channel, or a person, of a subject: with a message of its own that is kept up to date, or with
// that of its release, or in a summary; and with a reply for each thing that somebody has to look at.
func (a *Announcer) inSlack(ctx context.Context, t teller, s *subject, to *audience) (time.Duration, error) {
	if r := s.release(); r != nil && r.Spec.Silent || s.prerelease && a.QuietPrereleases {
		return 0, nil
	}
	told := &telling{
		Announcer: a, teller: t, s: s, to: to, channel: a.channel(to.first), wanted: a.wanted(s, to, false), now: a.Now(),
	}
	card := told.load(told.key(v1alpha1.PartCard))
	if card == nil {
		if len(told.wanted) == 0 {
			return 0, nil
		}
		again, err := told.first(ctx)
		card = told.load(told.key(v1alpha1.PartCard))
		if err != nil || card == nil {
			return again, err
		}
	}
	if card.ID == silenced {
		return 0, nil
	}
	if name, ok := strings.CutPrefix(card.ID, inRelease); ok {
		return told.belowRelease(ctx, name)
	}
	if name, ok := strings.CutPrefix(card.ID, inAnswer); ok {
		return told.belowAnswer(ctx, name)
	}
	if card.ID == "" && card.Error == "" && told.now.Sub(s.changed()) > old {
		late := *card
		late.Error = tooLate
		return 0, told.save(ctx, late)
	}
	again, err := told.card(ctx)
	if err != nil {
		return again, err
	}
	if card = told.load(told.key(v1alpha1.PartCard)); card == nil || card.ID == "" && card.Error == "" {
		return again, nil
	}
	more, err := told.alerts(ctx, func() (string, bool) { return card.ID, true })
	return backoff.Sooner(again, more), err
}

func (t *telling) key(part v1alpha1.ReportPart) ledger.Key {
	return ledger.Key{Sink: route.SinkSlack, Target: t.to.first.Spec.Target, Part: part}
}

// first decides how a subject is told that nothing was said of yet. If there is to be a message of its own, that
// is sent.
func (t *telling) first(ctx context.Context) (time.Duration, error) {
	if summary := t.load(t.key(v1alpha1.PartSummary)); summary != nil {
		if !t.hasBad(summary.At.Time) && !t.hasExcepted(summary.At.Time) {
			return 0, nil
		}
		outgrown, err := t.outgrown(ctx, summary)
		if err != nil || !outgrown {
			return 0, err
		}
	}
	if elsewhere, wait, err := t.elsewhere(ctx); err != nil || wait > 0 {
		return wait, err
	} else if elsewhere != "" {
		return 0, t.save(ctx, t.report(v1alpha1.PartCard, elsewhere))
	}
	if end, quiet := t.quiet(); quiet {
		return 0, t.fold(ctx, v1alpha1.Summary{
			Key: keyOf(v1alpha1.SummaryQuiet, end), Kind: v1alpha1.SummaryQuiet, Until: &metav1.Time{Time: end},
		})
	}
	if err := t.begin(); err != nil {
		return 0, err
	}
	// What is of long ago, or can't be said now, is not to come in one by one, and calls nobody.
	late := t.now.Sub(t.s.changed()) > old || t.Slack != nil && t.Slack.Trouble(t.to.first.Spec.Target) != ""
	if late {
		return 0, t.fold(ctx, v1alpha1.Summary{Kind: v1alpha1.SummaryBurst})
	}
	if t.channel.Thread {
		if _, wait, err := t.head(ctx, t.s.happenings[0]); err != nil || wait > 0 {
			return wait, err
		}
	}
	if !t.budget.take(t.to.first.Namespace+"/"+t.to.first.Name, t.channel.MostNew()) {
		return 0, t.fold(ctx, v1alpha1.Summary{Kind: v1alpha1.SummaryBurst})
	}
	return t.card(ctx)
}

func (t *telling) report(part v1alpha1.ReportPart, id string) v1alpha1.Report {
	return v1alpha1.Report{Sink: route.SinkSlack, Target: t.to.first.Spec.Target, Part: part, ID: id, At: metav1.NewTime(t.now)}
}

// card makes the subject's own message say how it stands.
func (t *telling) card(ctx context.Context) (time.Duration, error) {
	template, _ := t.s.templates()
	m := t.message(v1alpha1.PartCard, t.word(template, t.s.card(t.Links), t.s, t.s.happenings[len(t.s.happenings)-1]))
	if t.channel.Thread {
		if r := t.load(t.key(v1alpha1.PartCard)); r == nil || r.ID == "" {
			head, wait, err := t.head(ctx, t.s.happenings[0])
			if err != nil || wait > 0 {
				return wait, err
			}
			m.ReplyTo = head
		}
	}
	return t.deliver(ctx, route.SinkSlack, m)
}

func (t *telling) message(part v1alpha1.ReportPart, card chatops.Card) notify.Message {
	return notify.Message{
		Target: notify.Target{Channel: &notify.Channel{Name: t.to.first.Spec.Target}}, Part: part,
		Marker: t.s.marker(t.to.first.Spec.Target, part), Card: card,
	}
}
