package announce

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	if s.release != nil && s.release.Spec.Silent || s.prerelease && a.QuietPrereleases {
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
	return sooner(again, more), err
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

// elsewhere returns the ID of a report that says which other message here tells of the Promotion; empty if none
// does. wait says that there may be one in a moment.
func (t *telling) elsewhere(ctx context.Context) (id string, wait time.Duration, err error) {
	if t.s.record == nil {
		return "", 0, nil
	}
	release, wait, err := t.release(ctx)
	switch {
	case err != nil || wait > 0:
		return "", wait, err
	case release == silenced:
		return silenced, 0, nil
	case release != "":
		return inRelease + release, 0, nil
	}
	there, wait, err := t.askedThere(ctx)
	if there {
		return inAnswer + t.s.record.Spec.Shipment, 0, err
	}
	return "", wait, err
}

func (t *telling) report(part v1alpha1.ReportPart, id string) v1alpha1.Report {
	return v1alpha1.Report{Sink: route.SinkSlack, Target: t.to.first.Spec.Target, Part: part, ID: id, At: metav1.NewTime(t.now)}
}

// fold has the subject told in a summary.
func (t *telling) fold(ctx context.Context, wanted v1alpha1.Summary) error {
	if err := t.begin(); err != nil {
		return err
	}
	summary, err := t.books.of(t.to.first).open(ctx, wanted)
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
	all, err := t.books.of(t.to.first).all(ctx)
	if err != nil {
		return false, err
	}
	closed := told.At.Time
	for _, s := range all {
		if s.Key != told.ID {
			continue
		}
		if s.Kind == v1alpha1.SummaryQuiet && t.hasExcepted(told.At.Time) {
			return true, nil
		}
		if s.Until == nil {
			return false, nil
		}
		closed = s.Until.Time
	}
	return t.hasBad(closed), nil
}

// hasExcepted reports whether something has happened after a time that is told at any hour.
func (t *telling) hasExcepted(after time.Time) bool {
	for _, i := range t.wanted {
		if h := t.s.happenings[i]; t.channel.Quiet.Excepts(h.Outcome) && h.At.After(after) {
			return true
		}
	}
	return false
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

// askedThere reports whether a Promotion was asked for in the channel, where the answer tells of it. wait says that
// this is not known yet.
func (t *telling) askedThere(ctx context.Context) (there bool, wait time.Duration, err error) {
	shipment, err := t.shipment(ctx, t.s.record.Spec.Shipment)
	if err != nil || shipment == nil || shipment.Spec.Origin.Slack == nil || t.to.isPerson() || t.Slack == nil {
		return false, 0, err
	}
	id, err := t.Slack.Resolve(ctx, t.to.first.Spec.Target)
	if err != nil {
		if t.Slack.Trouble(t.to.first.Spec.Target) != "" {
			return false, 0, nil
		}
		return false, soon, nil //nolint:nilerr // it is asked again
	}
	return id == shipment.Spec.Origin.Slack.Channel, 0, nil
}

// shipment returns a Shipment, nil if there is none.
func (t *telling) shipment(ctx context.Context, name string) (*v1alpha1.Shipment, error) {
	if name == "" {
		return nil, nil
	}
	var s v1alpha1.Shipment
	err := t.client.Get(ctx, client.ObjectKey{Namespace: t.to.first.Namespace, Name: name}, &s)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get shipment %s: %w", name, err)
	}
	return &s, nil
}

// belowAnswer tells what the answer to who asked does not: what has happened since that was complete, and to the
// owner, what failed. It stands below the answer, or beside it in the thread that it was asked for in.
func (t *telling) belowAnswer(ctx context.Context, name string) (time.Duration, error) {
	shipment, err := t.shipment(ctx, name)
	if err != nil {
		return 0, err
	}
	t.wanted = t.unanswered(shipment)
	return t.alerts(ctx, func() (string, bool) {
		if shipment == nil {
			return "", true
		}
		if thread := threadOf(shipment); thread != "" {
			// The answer is a reply itself, and has no thread of its own.
			return thread, true
		}
		for _, report := range shipment.Status.Reports {
			if report.Part == v1alpha1.PartCard {
				return report.ID, report.ID != "" || report.Error != ""
			}
		}
		return "", false
	})
}

// card makes the subject's own message say how it stands.
func (t *telling) card(ctx context.Context) (time.Duration, error) {
	m := t.message(v1alpha1.PartCard, t.word(t.s.kind(), t.s.card(t.Links), t.s, t.s.happenings[len(t.s.happenings)-1]))
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

// head returns the message that what happened on a day is told below.
func (t *telling) head(ctx context.Context, h v1alpha1.Happening) (id string, wait time.Duration, err error) {
	if err := t.begin(); err != nil {
		return "", 0, err
	}
	local := h.At.In(t.channel.Zone())
	begin := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	summary, err := t.books.of(t.to.first).open(ctx, v1alpha1.Summary{
		Key: string(v1alpha1.SummaryThread) + "-" + local.Format("20060102"), Kind: v1alpha1.SummaryThread,
		From: metav1.NewTime(begin), Until: &metav1.Time{Time: begin.AddDate(0, 0, 1)},
	})
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
		said := t.load(t.key(t.s.part(i)))
		if (said == nil || said.ID == "" && said.Error == "") && t.now.Sub(h.At.Time) > old {
			continue // nobody is called because of what was a day ago
		}
		id, ok := below()
		if !ok && t.now.Sub(h.At.Time) < patience {
			again = sooner(again, soon)
			continue
		}
		m := t.message(t.s.part(i), t.word("alert", t.s.alert(h, t.Links), t.s, h))
		m.ReplyTo = id
		if t.channel.Thread && (said == nil || said.ID == "") {
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

func (t *telling) message(part v1alpha1.ReportPart, card chatops.Card) notify.Message {
	return notify.Message{
		Target: notify.Target{Channel: &notify.Channel{Name: t.to.first.Spec.Target}}, Part: part,
		Marker: t.s.marker(t.to.first.Spec.Target, part), Since: t.s.since(), Card: card,
	}
}

// release returns the name of the Release whose message here tells of the Promotion, too; empty if there is none,
// and silenced if nobody is told of it. wait says that there may be one in a moment.
func (t *telling) release(ctx context.Context) (name string, wait time.Duration, err error) {
	if !t.s.isRelease || t.s.record.Spec.Rollback {
		return "", 0, nil
	}
	var list v1alpha1.ReleaseList
	err = t.client.List(ctx, &list, client.InNamespace(t.to.first.Namespace),
		client.MatchingFields{releaseVersion: t.s.service + " " + t.s.version})
	if err != nil {
		return "", 0, fmt.Errorf("find the release of %s %s: %w", t.s.service, t.s.version, err)
	}
	if len(list.Items) == 0 {
		return t.awaitRelease(ctx)
	}
	r := &list.Items[0]
	about := t.aboutRelease(r)
	if r.Spec.Silent {
		return silenced, 0, nil
	}
	if r.Status.SupersededBy != "" || len(t.Announcer.wanted(&about, t.to, true)) == 0 {
		return "", 0, nil
	}
	for _, report := range r.Status.Reports {
		if report.Sink == route.SinkSlack && report.Target == t.to.first.Spec.Target && (report.Part == v1alpha1.PartSummary || report.Error != "") {
			return "", 0, nil
		}
	}
	return r.Name, 0, nil
}

// awaitRelease waits for the Release of Freight that has just been discovered.
func (t *telling) awaitRelease(ctx context.Context) (name string, wait time.Duration, err error) {
	var freight kargoapi.Freight
	key := client.ObjectKey{Namespace: t.to.first.Namespace, Name: t.s.record.Spec.Freight}
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
	if err := t.client.Get(ctx, client.ObjectKey{Namespace: t.to.first.Namespace, Name: release}, &r); err != nil {
		return "", false
	}
	for _, report := range r.Status.Reports {
		if report.Sink == route.SinkSlack && report.Target == t.to.first.Spec.Target && report.Part == v1alpha1.PartCard {
			return report.ID, report.ID != "" || report.Error != ""
		}
	}
	return "", false
}
