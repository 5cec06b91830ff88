package record

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

const (
	// workers is how many Promotions are looked at at once.
	workers = 4
	// passTimeout bounds one look.
	passTimeout = 12 * time.Second
	// conflictRetry is the wait after a write that was based on what was out of date.
	conflictRetry = 50 * time.Millisecond
	// firstRetry and lastRetry bound the wait before something that failed is tried again.
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Catalogue tells which Stages people can name.
type Catalogue interface {
	PlaceOf(namespace, stage string) (project, service, environment string, found bool)
}

// Options configure the Controller.
type Options struct {
	Catalogue Catalogue
	// Wants reports whether anybody is to be told of an event. What happened before they asked for it, they
	// are not.
	Wants func(ctx context.Context, namespace string, e route.Event) bool
	// SlackID returns the ID in Slack of a person as another surface knows them; empty if it has none. Without it,
	// nobody is known.
	SlackID func(source, id string) string
	// Retention is how long a record is kept after its Promotion ended; 0 for ever. The newest of a Stage is
	// kept as long as the Stage.
	Retention time.Duration
	// Now is the clock.
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
}

// Controller keeps the PromotionRecords.
type Controller struct {
	Options

	// client reads from the cache and writes to the API server.
	client client.Client
	// quorum reads from the API server.
	quorum client.Reader
}

// SetupController adds the Controller to the manager.
func SetupController(mgr ctrl.Manager, o Options) error {
	c := &Controller{Options: o, client: mgr.GetClient(), quorum: mgr.GetAPIReader()}
	if err := index(context.Background(), mgr.GetFieldIndexer()); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("promotion-record").
		For(&v1alpha1.PromotionRecord{}).
		// A record has the name of its Promotion.
		Watches(&kargoapi.Promotion{}, &handler.EnqueueRequestForObject{}).
		Watches(&kargoapi.Stage{}, handler.EnqueueRequestsFromMapFunc(c.ofStage)).
		// Who is told more from now on may want to know of what was of no concern a moment ago.
		Watches(&v1alpha1.Subscription{}, handler.EnqueueRequestsFromMapFunc(c.ofSubscription), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers, RateLimiter: backoff.New[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(c)
}

// Reconcile writes down how one Promotion stands, if somebody wants to know. What has begun is finished even if
// the bot is told to stop meanwhile.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), passTimeout)
	defer cancel()
	promotion, err := get(ctx, c.client, req.NamespacedName, &kargoapi.Promotion{})
	if err != nil {
		return reconcile.Result{}, err
	}
	record, err := get(ctx, c.client, req.NamespacedName, &v1alpha1.PromotionRecord{})
	if err != nil {
		return reconcile.Result{}, err
	}
	if record == nil {
		if record, err = c.begin(ctx, promotion); record == nil || err != nil {
			return reconcile.Result{}, err
		}
	}
	if record.DeletionTimestamp != nil {
		return reconcile.Result{}, nil
	}
	return c.follow(ctx, record, promotion)
}

// follow brings a record up to date. Promotion is nil if the cache has none.
func (c *Controller) follow(ctx context.Context, record *v1alpha1.PromotionRecord, promotion *kargoapi.Promotion) (reconcile.Result, error) {
	base := record.DeepCopy()
	stage, err := get(ctx, c.client, client.ObjectKey{Namespace: record.Namespace, Name: record.Spec.Stage}, &kargoapi.Stage{})
	if err != nil {
		return reconcile.Result{}, err
	}
	l := look{record: record, promotion: promotion, stage: stage, now: c.Now()}
	if promotion == nil && !hasEnded(record) {
		if err := c.miss(ctx, &l); err != nil {
			return reconcile.Result{}, err
		}
	}
	again := l.look()
	switch err := c.save(ctx, record, base); {
	case apierrors.IsConflict(err):
		// What we went by is out of date; what is current is on its way.
		return reconcile.Result{RequeueAfter: conflictRetry}, nil
	case err != nil:
		return reconcile.Result{}, err
	case again > 0:
		return reconcile.Result{RequeueAfter: again}, nil
	}
	return c.expire(ctx, record, stage)
}

// save writes the status if it changed. Only what changed is sent: what others write is not part of it.
func (c *Controller) save(ctx context.Context, record, base *v1alpha1.PromotionRecord) error {
	if equality.Semantic.DeepEqual(record.Status, base.Status) {
		return nil
	}
	// Progress may be written over progress that the cache has not shown us yet: both follow from the Promotion.
	// What happened is written once, also if for a moment two processes take themselves for the leader; and since
	// when something has been unhealthy, nobody else says.
	patch := client.MergeFrom(base)
	happened := record.Status.Happenings[len(base.Status.Happenings):]
	if len(happened) > 0 || !record.Status.UnhealthySince.Equal(base.Status.UnhealthySince) {
		patch = client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})
	}
	if err := c.client.Status().Patch(ctx, record, patch); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("patch status of promotion record %s: %w", record.Name, err)
	}
	for _, h := range happened {
		c.Metrics.happened(h.Outcome)
		c.Log.Info("promotion happened", "promotion", client.ObjectKeyFromObject(record), "outcome", h.Outcome,
			"version", record.Spec.Version, "by", record.Spec.By)
	}
	return nil
}

// get returns an object, or nil if there is none.
func get[T client.Object](ctx context.Context, reader client.Reader, key client.ObjectKey, into T) (T, error) {
	var none T
	if err := reader.Get(ctx, key, into); err != nil {
		if apierrors.IsNotFound(err) {
			return none, nil
		}
		return none, fmt.Errorf("get %T %s: %w", into, key, err)
	}
	return into, nil
}
