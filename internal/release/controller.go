package release

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// lookTimeout bounds one look at a Release.
	lookTimeout = 15 * time.Second
	// conflictRetry is the wait after a write that was based on what was out of date.
	conflictRetry = 50 * time.Millisecond
)

// Controller tells in the status of Releases how far they are. It writes all of it but what is found out about what
// was released (see describer), and what was said of it.
type Controller struct {
	Options

	// client reads from the cache and writes to the API server.
	client   client.Client
	operator *kargo.Operator
}

// Reconcile looks at one Release.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	var r v1alpha1.Release
	if err := c.client.Get(ctx, req.NamespacedName, &r); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if r.DeletionTimestamp != nil {
		return reconcile.Result{}, nil
	}
	base := r.DeepCopy()
	l, err := c.look(ctx, &r)
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("release %s: %w", req, err)
	}
	if l == nil {
		return reconcile.Result{}, nil
	}
	again := c.tell(ctx, l)
	switch err := c.save(ctx, &r, base); {
	case apierrors.IsConflict(err):
		// What we went by is out of date; what is current is on its way.
		return reconcile.Result{RequeueAfter: conflictRetry}, nil
	case err != nil:
		return reconcile.Result{}, err
	}
	left, err := c.expire(ctx, l)
	return reconcile.Result{RequeueAfter: backoff.Sooner(again, left)}, err
}

// look gathers what the status of a Release is told from; nil if there is nothing to be told of it.
func (c *Controller) look(ctx context.Context, r *v1alpha1.Release) (*look, error) {
	version, ok := kargo.ReleaseVersion(r.Spec.Version)
	if !ok {
		c.Log.InfoContext(ctx, "a Release is of no version", "release", client.ObjectKeyFromObject(r), "version", r.Spec.Version)
		return nil, nil
	}
	line, ok, err := c.Catalogue.Line(ctx, r.Namespace, r.Spec.Service)
	if err != nil {
		return nil, err
	}
	if !ok {
		c.Log.DebugContext(ctx, "a Release is of no service", "release", client.ObjectKeyFromObject(r), "service", r.Spec.Service)
		return nil, nil
	}
	l := &look{
		r: r, version: version, line: line, freight: versionOf(line, version), now: c.Now(),
		requester: func(p *kargoapi.Promotion) string { return c.requester(ctx, p) },
	}
	if r.Status.Freight == "" && len(l.freight) == 0 {
		if l.discovering, err = c.discovering(ctx, line); err != nil {
			return nil, err
		}
	}
	all, err := releasesOf(ctx, c.client, r.Namespace, r.Spec.Service)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Name != r.Name {
			l.others = append(l.others, all[i])
		}
	}
	return l, nil
}

// requester says who asked for a Promotion: whoever asked the bot is called as they are where they asked.
func (c *Controller) requester(ctx context.Context, p *kargoapi.Promotion) string {
	name, uid := kargo.MadeFor(p)
	var s v1alpha1.Shipment
	if name == "" || c.client.Get(ctx, client.ObjectKey{Namespace: p.Namespace, Name: name}, &s) != nil || s.UID != uid {
		return kargo.Requester(p)
	}
	return cmp.Or(s.Spec.RequestedBy.Name, s.Spec.RequestedBy.Username)
}

// tell fills in the status, and returns after how long to look again if nothing changes before.
func (c *Controller) tell(ctx context.Context, l *look) time.Duration {
	l.discovered()
	l.superseded()
	l.stages()
	l.happenings()
	again := backoff.Sooner(c.awaitImage(ctx, l), l.again())
	l.summarize()
	return again
}

// save writes the status if it changed. Only what changed is sent, and what others write is not part of it.
func (c *Controller) save(ctx context.Context, r, base *v1alpha1.Release) error {
	if equality.Semantic.DeepEqual(r.Status, base.Status) {
		return nil
	}
	// What follows from Kargo's objects may be written over what the cache has not shown us yet. What has happened is
	// only added to, and once.
	patch := client.MergeFrom(base)
	if len(r.Status.Happenings) > len(base.Status.Happenings) {
		patch = client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})
	}
	if err := c.client.Status().Patch(ctx, r, patch); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("patch status of release %s: %w", r.Name, err)
	}
	if base.Status.Freight == "" && r.Status.Freight != "" && r.Status.DiscoveredAt != nil {
		c.Metrics.awaiting.Observe(max(r.Status.DiscoveredAt.Sub(r.CreationTimestamp.Time), 0).Seconds())
	}
	if r.Status.Phase == v1alpha1.ReleaseOverdue && base.Status.Phase != v1alpha1.ReleaseOverdue {
		c.Metrics.overdue.Inc()
	}
	if r.Status.Phase != base.Status.Phase {
		c.Log.InfoContext(ctx, "release", "release", client.ObjectKeyFromObject(r), "phase", r.Status.Phase, "message", r.Status.Message)
	}
	return nil
}
