package announce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

const (
	// burstPause is how long nothing new has to be added to the summary of a burst for it to be closed.
	burstPause = 2 * time.Minute
	// burstLimit is how long such a summary is open at most.
	burstLimit = 15 * time.Minute
	// digestDelay is how long after it is due a digest is sent, so that all that belongs into it is known.
	digestDelay = time.Minute
	// troubleCheck is how often it is looked whether something is wrong with a channel.
	troubleCheck = time.Minute
)

// reconcileSubscription says what a channel is told that is about no single object, and says on the Subscription
// what is wrong with the channel.
func (a *Announcer) reconcileSubscription(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var to v1alpha1.Subscription
	if err := a.client.Get(ctx, req.NamespacedName, &to); err != nil {
		a.books.forget(req.NamespacedName)
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if to.Spec.Sink != route.SinkSlack || a.deliverers[route.SinkSlack] == nil {
		return reconcile.Result{}, nil
	}
	if first, err := a.isFirst(ctx, &to); err != nil || !first {
		return reconcile.Result{RequeueAfter: troubleCheck}, err
	}
	own := a.books.of(&to)
	again, err := a.digest(ctx, &to, own)
	if err != nil {
		return reconcile.Result{}, err
	}
	all, err := own.all(ctx)
	if err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	var failed error
	for _, summary := range all {
		// One that can't be said now keeps no other back.
		wait, err := a.sumUp(ctx, &to, own, summary)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("sum up %s for subscription %s: %w", summary.Key, req, err))
		}
		again = backoff.Sooner(again, wait)
	}
	return reconcile.Result{RequeueAfter: backoff.Sooner(again, troubleCheck)}, errors.Join(failed, a.trouble(ctx, &to))
}

// isFirst reports whether a Subscription is the one by which its place is known.
func (a *Announcer) isFirst(ctx context.Context, to *v1alpha1.Subscription) (bool, error) {
	all, err := a.subscriptions(ctx, to.Namespace)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(a.audiences(ctx, all), func(place *audience) bool { return place.first.UID == to.UID }), nil
}

// digest begins the digest of the last period that is over, if there is none yet.
func (a *Announcer) digest(ctx context.Context, to *v1alpha1.Subscription, own *book) (time.Duration, error) {
	d := a.channel(to).Digest
	if d == nil {
		return 0, nil
	}
	now := a.Now()
	// What has just shipped may not be known yet, least of all right after a start.
	settled := now.Add(-digestDelay)
	if wait := a.started.Sub(settled); wait > 0 {
		return wait, nil
	}
	from, until := d.Last(settled)
	if err := own.digest(ctx, from, until); err != nil {
		return 0, client.IgnoreNotFound(err)
	}
	return d.Next(settled).Sub(settled), nil
}

// sumUp makes the message of a summary say what it is to say.
func (a *Announcer) sumUp(ctx context.Context, to *v1alpha1.Subscription, own *book, s v1alpha1.Summary) (time.Duration, error) {
	now := a.Now()
	sent := s.Report != nil && s.Report.ID != ""
	switch {
	case s.Report != nil && s.Report.Error != "", sent && s.Kind == v1alpha1.SummaryDigest:
		return 0, nil
	case s.Kind == v1alpha1.SummaryQuiet && s.Until != nil && now.Before(s.Until.Time):
		return s.Until.Sub(now), nil
	case sent && s.Until != nil && now.Sub(s.Until.Time) > old:
		return 0, nil
	}
	view, last, err := a.view(ctx, to, s)
	if err != nil {
		return 0, err
	}
	again, err := a.closeBurst(ctx, own, s, last)
	if err != nil {
		return 0, err
	}
	if view.Count() == 0 && s.Kind != v1alpha1.SummaryThread {
		// Nothing has shipped, and nobody need be told so; or the bot died before the first was added.
		if s.Kind == v1alpha1.SummaryDigest {
			return again, entry{book: own, key: s.Key}.Save(ctx, v1alpha1.Report{
				Sink: route.SinkSlack, Target: to.Spec.Target, Part: v1alpha1.PartCard, ID: nothingSaid, At: metav1.NewTime(now),
			})
		}
		return again, nil
	}
	card := a.wordSummary(view)
	wait, err := a.deliverers[route.SinkSlack].Deliver(ctx, notify.Message{
		Target: notify.Target{Channel: &notify.Channel{Name: to.Spec.Target}}, Part: v1alpha1.PartCard,
		Marker: "kargo-bot:summary:" + string(to.UID) + ":" + s.Key, Card: card,
	}, entry{book: own, key: s.Key})
	return backoff.Sooner(again, wait), err
}

// nothingSaid is the ID of the message about a time in which nothing has happened.
const nothingSaid = "none"

// closeBurst closes the summary of a burst that is over. last is when something was last added to it.
func (a *Announcer) closeBurst(ctx context.Context, own *book, s v1alpha1.Summary, last time.Time) (time.Duration, error) {
	if s.Kind != v1alpha1.SummaryBurst || s.Until != nil || s.Report == nil || s.Report.ID == "" && s.Report.Error == "" {
		// As long as nothing can be said, there is one for all.
		return 0, nil
	}
	if last.Before(s.From.Time) {
		last = s.From.Time
	}
	end := last.Add(burstPause)
	if limit := s.From.Add(burstLimit); limit.Before(end) {
		end = limit
	}
	if left := end.Sub(a.Now()); left > 0 {
		return left, nil
	}
	return 0, own.change(ctx, s.Key, func(s *v1alpha1.Summary) { s.Until = &metav1.Time{Time: end} })
}

// view gathers what a summary is about, and when the last of it was added.
func (a *Announcer) view(ctx context.Context, to *v1alpha1.Subscription, s v1alpha1.Summary) (cards.SummaryView, time.Time, error) {
	view := cards.SummaryView{Kind: s.Kind, From: s.From.Time, Location: a.channel(to).Zone()}
	if s.Until != nil {
		view.Until = s.Until.Time
	}
	if s.Kind == v1alpha1.SummaryDigest {
		view.Weekly = a.channel(to).Digest != nil && a.channel(to).Digest.Weekly
		return view, time.Time{}, a.shipped(ctx, to, &view)
	}
	last, err := a.folded(ctx, to, s, &view)
	return view, last, err
}

// folded gathers what is told in a summary instead of in messages of its own.
func (a *Announcer) folded(ctx context.Context, to *v1alpha1.Subscription, s v1alpha1.Summary, view *cards.SummaryView) (last time.Time, err error) {
	in := client.MatchingFields{summedUpIn: to.Spec.Target + " " + s.Key}
	var records v1alpha1.PromotionRecordList
	if err := a.client.List(ctx, &records, client.InNamespace(to.Namespace), in); err != nil {
		return last, fmt.Errorf("list promotions of summary %s: %w", s.Key, err)
	}
	var releases v1alpha1.ReleaseList
	if err := a.client.List(ctx, &releases, client.InNamespace(to.Namespace), in); err != nil {
		return last, fmt.Errorf("list releases of summary %s: %w", s.Key, err)
	}
	var notices v1alpha1.NoticeList
	if err := a.client.List(ctx, &notices, client.InNamespace(to.Namespace), in); err != nil {
		return last, fmt.Errorf("list notices of summary %s: %w", s.Key, err)
	}
	added := func(reports []v1alpha1.Report) {
		for _, r := range reports {
			if r.Part == v1alpha1.PartSummary && r.ID == s.Key && r.At.After(last) {
				last = r.At.Time
			}
		}
	}
	for i := range records.Items {
		view.Records = append(view.Records, &records.Items[i])
		added(records.Items[i].Status.Reports)
	}
	for i := range releases.Items {
		view.Releases = append(view.Releases, &releases.Items[i])
		added(releases.Items[i].Status.Reports)
	}
	for i := range notices.Items {
		view.Notices = append(view.Notices, &notices.Items[i])
		added(notices.Items[i].Status.Reports)
	}
	sorted(view)
	return last, nil
}

// sorted puts what a summary is about in an order that does not change from one look to the next.
func sorted(view *cards.SummaryView) {
	slices.SortFunc(view.Records, func(a, b *v1alpha1.PromotionRecord) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(view.Releases, func(a, b *v1alpha1.Release) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(view.Notices, func(a, b *v1alpha1.Notice) int { return strings.Compare(a.Name, b.Name) })
}

// shipped gathers what a channel is told in a digest: what happened in the time that it would be told of, or
// that has shipped in its environments.
func (a *Announcer) shipped(ctx context.Context, to *v1alpha1.Subscription, view *cards.SummaryView) error {
	var records v1alpha1.PromotionRecordList
	if err := a.client.List(ctx, &records, client.InNamespace(to.Namespace)); err != nil {
		return fmt.Errorf("list promotions for a digest: %w", err)
	}
	during := func(s *subject) bool {
		return slices.ContainsFunc(s.happenings, func(h v1alpha1.Happening) bool {
			in := !h.At.Time.Before(view.From) && h.At.Time.Before(view.Until)
			return in && isNews(to, s.event(h)) && (a.tells(to, s.event(h)) || a.digests(to, s.event(h)))
		})
	}
	for i := range records.Items {
		if s := a.aboutRecord(&records.Items[i]); during(&s) {
			view.Records = append(view.Records, &records.Items[i])
		}
	}
	var releases v1alpha1.ReleaseList
	if err := a.client.List(ctx, &releases, client.InNamespace(to.Namespace)); err != nil {
		return fmt.Errorf("list releases for a digest: %w", err)
	}
	for i := range releases.Items {
		if s := a.aboutRelease(&releases.Items[i]); during(&s) && !releases.Items[i].Spec.Silent {
			view.Releases = append(view.Releases, &releases.Items[i])
		}
	}
	var notices v1alpha1.NoticeList
	if err := a.client.List(ctx, &notices, client.InNamespace(to.Namespace)); err != nil {
		return fmt.Errorf("list notices for a digest: %w", err)
	}
	for i := range notices.Items {
		if s := a.aboutNotice(&notices.Items[i]); during(&s) {
			view.Notices = append(view.Notices, &notices.Items[i])
		}
	}
	sorted(view)
	return nil
}

// trouble writes on the Subscription what is wrong with its channel, where `kubectl get` shows it.
func (a *Announcer) trouble(ctx context.Context, to *v1alpha1.Subscription) error {
	if a.Slack == nil {
		return nil
	}
	wrong := a.Slack.Trouble(to.Spec.Target)
	if wrong == to.Status.Message {
		return nil
	}
	changed := to.DeepCopy()
	changed.Status.Message = wrong
	if err := a.client.Status().Patch(ctx, changed, client.MergeFrom(to)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write what is wrong with subscription %s/%s: %w", to.Namespace, to.Name, err)
	}
	return nil
}
