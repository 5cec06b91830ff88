package notice

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

const (
	// workers is how many occurrences are looked at at once: a look is at the cache, and a write if something changed.
	workers = 2
	// passTimeout bounds one look.
	passTimeout = 12 * time.Second
	// conflictRetry is the wait after a write that was based on what was out of date.
	conflictRetry = 50 * time.Millisecond
	// firstRetry and lastRetry bound the wait before something that failed is tried again.
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Options configure the Controller.
type Options struct {
	// Retention is how long a Notice is kept after something last happened; 0 for ever.
	Retention time.Duration
	// Now is the clock.
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
}

// Controller keeps the Notices.
type Controller struct {
	Options

	// client reads from the cache and writes to the API server.
	client client.Client
}

// SetupController adds the Controller to the manager, whose cache has to hold Events as ByObject says.
func SetupController(mgr ctrl.Manager, o Options) error {
	c := &Controller{Options: o, client: mgr.GetClient()}
	if err := index(context.Background(), mgr.GetFieldIndexer()); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("notice").
		For(&v1alpha1.Notice{}).
		Watches(&corev1.Event{}, handler.EnqueueRequestsFromMapFunc(c.ofEvent)).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers, RateLimiter: backoff.New[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(c)
}

// ofEvent leads from an Event to the Notice of its occurrence, whose name that is.
func (c *Controller) ofEvent(_ context.Context, o client.Object) []reconcile.Request {
	e, ok := o.(*corev1.Event)
	if !ok {
		return nil
	}
	occurrence := occurrenceOf(e)
	if occurrence == "" {
		c.refuse(e, "it names no occurrence")
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: e.Namespace, Name: occurrence}}}
}

// refuse takes note of an Event that can't be used.
func (c *Controller) refuse(e *corev1.Event, why string) {
	c.Metrics.refuse()
	c.Log.Warn("an event about a credential can't be used", "event", client.ObjectKeyFromObject(e), "why", why)
}

// Reconcile writes down what Events say of one occurrence. What has begun is finished even if the bot is told to stop
// meanwhile.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), passTimeout)
	defer cancel()
	var events corev1.EventList
	err := c.client.List(ctx, &events, client.InNamespace(req.Namespace), client.MatchingFields{byOccurrence: req.Name})
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("list events of %s: %w", req, err)
	}
	n := &v1alpha1.Notice{}
	if err := c.client.Get(ctx, req.NamespacedName, n); apierrors.IsNotFound(err) {
		n = nil
	} else if err != nil {
		return reconcile.Result{}, fmt.Errorf("get notice %s: %w", req, err)
	}
	if n != nil && n.DeletionTimestamp != nil {
		return reconcile.Result{}, nil
	}
	all := c.readAll(events.Items)
	if n == nil {
		if n, err = c.begin(ctx, req.NamespacedName, all); n == nil || err != nil {
			return reconcile.Result{}, err
		}
	}
	base := n.DeepCopy()
	follow(n, all)
	switch err := c.save(ctx, n, base); {
	case apierrors.IsConflict(err):
		// What we went by is out of date; what is current is on its way.
		return reconcile.Result{RequeueAfter: conflictRetry}, nil
	case err != nil:
		return reconcile.Result{}, err
	}
	return c.expire(ctx, n, len(events.Items) > 0)
}

// begin makes the Notice of an occurrence; none if no Event of it can be used.
func (c *Controller) begin(ctx context.Context, key client.ObjectKey, all []news) (*v1alpha1.Notice, error) {
	if len(all) == 0 {
		return nil, nil
	}
	bad := slices.ContainsFunc(all, func(one news) bool { return one.outcome.IsBad() })
	if room, err := c.makeRoom(ctx, key.Namespace, bad); !room || err != nil {
		return nil, err
	}
	n := &v1alpha1.Notice{Spec: all[0].spec}
	n.Namespace, n.Name = key.Namespace, key.Name
	switch err := c.client.Create(ctx, n); {
	case apierrors.IsAlreadyExists(err):
		// The cache is behind; what it does not have yet brings us back.
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("make notice %s: %w", key, err)
	}
	return n, nil
}
