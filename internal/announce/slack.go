package announce

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
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

// inRelease begins the ID of a report that says that the message about a release tells of its Promotion, too. The
// Release's name follows.
const inRelease = "release:"

// telling is one subject that is told in one place in Slack.
type telling struct {
	*Announcer
	teller

	s       *subject
	to      *v1alpha1.Subscription
	channel route.Channel
	wanted  []int
	now     time.Time
}

// inSlack tells a channel, or a person, of a subject: with a message of its own that is kept up to date, or with
// that of its release, or in a summary; and with a reply for each thing that somebody has to look at.
func (a *Announcer) inSlack(ctx context.Context, t teller, s *subject, to *v1alpha1.Subscription) (time.Duration, error) {
	wanted := a.wanted(s, to)
	if len(wanted) == 0 || s.release != nil && s.release.Spec.Silent || s.prerelease && a.QuietPrereleases {
		return 0, nil
	}
	told := &telling{Announcer: a, teller: t, s: s, to: to, channel: a.channel(to), wanted: wanted, now: a.Now()}
	card := told.load(told.key(v1alpha1.PartCard))
	if card == nil {
		again, err := told.first(ctx)
		card = told.load(told.key(v1alpha1.PartCard))
		if err != nil || card == nil {
			return again, err
		}
	}
	if name, ok := strings.CutPrefix(card.ID, inRelease); ok {
		return told.alerts(ctx, func() (string, bool) { return told.cardOf(ctx, name) })
	}
	again, err := told.card(ctx)
	if err != nil {
		return again, err
	}
	if card = told.load(told.key(v1alpha1.PartCard)); card == nil || card.ID == "" && card.Error == "" {
		return again, nil
	}
	more, err := told.alerts(ctx, func() (string, bool) { return card.ID, true })
	return sooner(again, more), err
}

func (t *telling) key(part v1alpha1.ReportPart) ledger.Key {
	return ledger.Key{Sink: route.SinkSlack, Target: t.to.Spec.Target, Part: part}
}

// first decides how a subject is told that nothing was said of yet. If there is to be a message of its own, that
// is sent.
func (t *telling) first(ctx context.Context) (time.Duration, error) {
	if summary := t.load(t.key(v1alpha1.PartSummary)); summary != nil {
		outgrown, err := t.outgrown(ctx, summary)
		if err != nil || !outgrown {
			return 0, err
		}
	}
	if there, err := t.askedThere(ctx); err != nil || there {
		return 0, err
	}
	release, wait, err := t.release(ctx)
	if err != nil || wait > 0 {
		return wait, err
	}
	if release != "" {
		return 0, t.save(ctx, t.report(v1alpha1.PartCard, inRelease+release))
	}
	if end, quiet := t.quiet(); quiet {
		return 0, t.fold(ctx, v1alpha1.Summary{
			Key: keyOf(v1alpha1.SummaryQuiet, end), Kind: v1alpha1.SummaryQuiet, Until: &metav1.Time{Time: end},
		})
	}
	if err := t.begin(); err != nil {
		return 0, err
	}
	if !t.budget.take(t.to.Namespace+"/"+t.to.Name, t.channel.MostNew()) {
		return 0, t.fold(ctx, v1alpha1.Summary{Kind: v1alpha1.SummaryBurst})
	}
	return t.card(ctx)
}

func (t *telling) report(part v1alpha1.ReportPart, id string) v1alpha1.Report {
	return v1alpha1.Report{Sink: route.SinkSlack, Target: t.to.Spec.Target, Part: part, ID: id, At: metav1.NewTime(t.now)}
}

// fold has the subject told in a summary.
func (t *telling) fold(ctx context.Context, wanted v1alpha1.Summary) error {
	if err := t.begin(); err != nil {
		return err
	}
	summary, err := t.books.of(t.to).open(ctx, wanted)
	if err != nil {
		return err
	}
	if err := t.save(ctx, t.report(v1alpha1.PartSummary, summary.Key)); err != nil {
		return err
	}
	t.Metrics.sumUp(string(wanted.Kind))
	return nil
}

// outgrown reports whether something bad has happened since the summary was closed that the subject is told in:
// nobody would notice that in there.
func (t *telling) outgrown(ctx context.Context, told *v1alpha1.Report) (bool, error) {
	closed := told.At.Time
	if t.hasBad(closed) {
		// Only then is it worth to look at the summary.
		all, err := t.books.of(t.to).all(ctx)
		if err != nil {
			return false, err
		}
		for _, s := range all {
			if s.Key != told.ID {
				continue
			}
			if s.Until == nil {
				return false, nil
			}
			closed = s.Until.Time
		}
	}
	return t.hasBad(closed), nil
}

// hasBad reports whether something bad that is to be told has happened after a time.
func (t *telling) hasBad(after time.Time) bool {
	for _, i := range t.wanted {
		if h := t.s.happenings[i]; h.Outcome.IsBad() && h.At.After(after) {
			return true
		}
	}
	return false
}

// quiet returns until when nothing is to be said here; not if something has happened that is said at any hour.
func (t *telling) quiet() (end time.Time, quiet bool) {
	if t.channel.Quiet == nil {
		return time.Time{}, false
	}
	for _, i := range t.wanted {
		if t.channel.Quiet.Excepts(t.s.happenings[i].Outcome) {
			return time.Time{}, false
		}
	}
	return t.channel.Quiet.Until(t.now)
}

// askedThere reports whether a Promotion was asked for in the channel, where the answer tells of it.
func (t *telling) askedThere(ctx context.Context) (bool, error) {
	if t.s.record == nil || t.s.record.Spec.Shipment == "" || t.to.Spec.Personal != nil || t.Slack == nil {
		return false, nil
	}
	var shipment v1alpha1.Shipment
	key := client.ObjectKey{Namespace: t.to.Namespace, Name: t.s.record.Spec.Shipment}
	if err := t.client.Get(ctx, key, &shipment); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	if shipment.Spec.Origin.Slack == nil {
		return false, nil
	}
	id, err := t.Slack.Resolve(ctx, t.to.Spec.Target)
	if err != nil {
		// Then nothing can be said there anyway, and what is wrong with the channel is found out by trying.
		return false, nil //nolint:nilerr // see above
	}
	return id == shipment.Spec.Origin.Slack.Channel, nil
}

// card makes the subject's own message say how it stands.
func (t *telling) card(ctx context.Context) (time.Duration, error) {
	m := t.message(v1alpha1.PartCard, t.word(t.s.kind(), t.s.card(t.Links), t.s, t.s.happenings[t.wanted[len(t.wanted)-1]]))
	if t.channel.Thread {
		if r := t.load(t.key(v1alpha1.PartCard)); r == nil || r.ID == "" {
			head, wait, err := t.head(ctx, t.s.happenings[t.wanted[0]])
			if err != nil || wait > 0 {
				return wait, err
			}
			m.ReplyTo = head
		}
	}
	return t.deliver(ctx, route.SinkSlack, m)
}

// head returns the message that what happened on a day is told below.
func (t *telling) head(ctx context.Context, h v1alpha1.Happening) (id string, wait time.Duration, err error) {
	if err := t.begin(); err != nil {
		return "", 0, err
	}
	key := string(v1alpha1.SummaryThread) + "-" + h.At.In(t.channel.Zone()).Format("20060102")
	summary, err := t.books.of(t.to).open(ctx, v1alpha1.Summary{Key: key, Kind: v1alpha1.SummaryThread})
	switch {
	case err != nil:
		return "", 0, err
	case summary.Report == nil || summary.Report.ID == "" && summary.Report.Error == "":
		return "", soon, nil
	default:
		return summary.Report.ID, 0, nil
	}
}

// alerts calls people below the message, once for each thing that somebody has to look at, and once for each
// that is well again.
func (t *telling) alerts(ctx context.Context, below func() (id string, ok bool)) (time.Duration, error) {
	var again time.Duration
	for _, i := range t.wanted {
		h := t.s.happenings[i]
		if !h.Outcome.IsBad() && h.Outcome != v1alpha1.OutcomeRecovered {
			continue
		}
		if t.channel.Quiet != nil && !t.channel.Quiet.Excepts(h.Outcome) {
			if end, quiet := t.channel.Quiet.Until(t.now); quiet && t.load(t.key(t.s.part(i))) == nil {
				again = sooner(again, end.Sub(t.now))
				continue
			}
		}
		id, ok := below()
		if !ok && t.now.Sub(h.At.Time) < patience {
			again = sooner(again, soon)
			continue
		}
		m := t.message(t.s.part(i), t.word("alert", t.s.alert(h, t.Links), t.s, h))
		m.ReplyTo = id
		if t.channel.Thread && t.load(t.key(m.Part)) == nil {
			// A thread has no threads in it.
			head, wait, err := t.head(ctx, h)
			if err != nil || wait > 0 {
				return sooner(again, wait), err
			}
			m.ReplyTo = head
		}
		if h.Outcome.IsBad() {
			m.Mention = t.owner()
		}
		wait, err := t.deliver(ctx, route.SinkSlack, m)
		if err != nil {
			return 0, err
		}
		again = sooner(again, wait)
	}
	return again, nil
}

// owner is who is called when something goes wrong: the owner of the service, else who asked for it. Nobody
// need be called in their own direct messages.
func (t *telling) owner() chatops.Actor {
	if t.to.Spec.Personal != nil {
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

func (t *telling) message(part v1alpha1.ReportPart, card chatops.Card) notify.Message {
	return notify.Message{
		Target: notify.Target{Channel: &notify.Channel{Name: t.to.Spec.Target}}, Part: part,
		Marker: t.s.marker(t.to.Spec.Target, part), Since: t.s.since(), Card: card,
	}
}

// release returns the name of the Release whose message here tells of the Promotion, too; empty if there is none.
// wait says that there may be one in a moment.
func (t *telling) release(ctx context.Context) (name string, wait time.Duration, err error) {
	if t.s.record == nil || !t.s.isRelease || t.s.record.Spec.Rollback {
		return "", 0, nil
	}
	var list v1alpha1.ReleaseList
	err = t.client.List(ctx, &list, client.InNamespace(t.to.Namespace),
		client.MatchingFields{releaseVersion: t.s.service + " " + t.s.version})
	if err != nil {
		return "", 0, fmt.Errorf("find the release of %s %s: %w", t.s.service, t.s.version, err)
	}
	if len(list.Items) == 0 {
		return t.awaitRelease(ctx)
	}
	r := &list.Items[0]
	about := t.aboutRelease(r)
	if r.Spec.Silent || r.Status.SupersededBy != "" || len(t.Announcer.wanted(&about, t.to)) == 0 {
		return "", 0, nil
	}
	for _, report := range r.Status.Reports {
		if report.Sink == route.SinkSlack && report.Target == t.to.Spec.Target && (report.Part == v1alpha1.PartSummary || report.Error != "") {
			return "", 0, nil
		}
	}
	return r.Name, 0, nil
}

// awaitRelease waits for the Release of Freight that has just been discovered.
func (t *telling) awaitRelease(ctx context.Context) (name string, wait time.Duration, err error) {
	var freight kargoapi.Freight
	key := client.ObjectKey{Namespace: t.to.Namespace, Name: t.s.record.Spec.Freight}
	if err := t.client.Get(ctx, key, &freight); err != nil {
		return "", 0, client.IgnoreNotFound(err)
	}
	if t.now.Sub(freight.CreationTimestamp.Time) < announcedWithin {
		return "", soon, nil
	}
	return "", 0, nil
}

// cardOf returns the message about a Release here; false if it is not there yet.
func (t *telling) cardOf(ctx context.Context, release string) (id string, ok bool) {
	var r v1alpha1.Release
	if err := t.client.Get(ctx, client.ObjectKey{Namespace: t.to.Namespace, Name: release}, &r); err != nil {
		return "", false
	}
	for _, report := range r.Status.Reports {
		if report.Sink == route.SinkSlack && report.Target == t.to.Spec.Target && report.Part == v1alpha1.PartCard {
			return report.ID, report.ID != "" || report.Error != ""
		}
	}
	return "", false
}
