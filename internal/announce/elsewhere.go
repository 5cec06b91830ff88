package announce

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// elsewhere returns the ID of a report that says which other message here tells of the Promotion; empty if none
// does. wait says that there may be one in a moment.
func (t *telling) elsewhere(ctx context.Context) (id string, wait time.Duration, err error) {
	p := t.s.record()
	if p == nil {
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
		return inAnswer + p.Spec.Shipment, 0, err
	}
	return "", wait, err
}

// release returns the name of the Release whose message here tells of the Promotion, too; empty if there is none,
// and silenced if nobody is told of it. wait says that there may be one in a moment.
func (t *telling) release(ctx context.Context) (name string, wait time.Duration, err error) {
	if !t.s.isRelease || t.s.record().Spec.Rollback {
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
	key := client.ObjectKey{Namespace: t.to.first.Namespace, Name: t.s.record().Spec.Freight}
	if err := t.client.Get(ctx, key, &freight); err != nil {
		return "", 0, client.IgnoreNotFound(err)
	}
	if t.now.Sub(freight.CreationTimestamp.Time) < announcedWithin {
		return "", soon, nil
	}
	return "", 0, nil
}

// askedThere reports whether a Promotion was asked for in the channel, where the answer tells of it. wait says that
// this is not known yet.
func (t *telling) askedThere(ctx context.Context) (there bool, wait time.Duration, err error) {
	shipment, err := t.shipment(ctx, t.s.record().Spec.Shipment)
	if err != nil || shipment == nil || shipment.Spec.Origin.Slack == nil || t.to.isPerson() || t.Slack == nil {
		return false, 0, err
	}
	id, err := t.Slack.Resolve(ctx, t.to.first.Spec.Target)
	if err != nil {
		if t.Slack.Trouble(t.to.first.Spec.Target) != "" {
			return false, 0, nil
		}
		return false, soon, nil // it is asked again
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
