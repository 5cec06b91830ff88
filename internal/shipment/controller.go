package shipment

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// workers is how many Shipments are worked on at once. A Promotion takes some 20 ms to make, so these
// make 200 a second, which is more than Kargo carries out. With more of them, the requests of people
// who wait for an answer queue behind them in the API server: with 16, an acknowledgement takes twice
// as long while 200 commands are carried out.
const workers = 4

// conflictRetry is the wait after a write that was based on what was out of date.
const conflictRetry = 50 * time.Millisecond

// Controller makes the Promotions of Shipments and follows them.
type Controller struct {
	// client reads from the cache and writes to the API server.
	client client.Client
	// quorum reads from the API server.
	quorum   client.Reader
	promoter *kargo.Promoter
	operator *kargo.Operator
	// turns bounds how many Promotions are looked for and made at once.
	turns     turns
	retention time.Duration
	now       func() time.Time
	log       *slog.Logger
	metrics   *Metrics
}

// Options configure the controllers of this package.
type Options struct {
	// Retention is how long a finished Shipment is kept.
	Retention time.Duration
	// Now is the clock.
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
}

// SetupController adds the Controller to the manager.
func SetupController(mgr ctrl.Manager, o Options) error {
	c := &Controller{
		client: mgr.GetClient(), quorum: mgr.GetAPIReader(),
		promoter: kargo.NewPromoter(mgr.GetClient(), mgr.GetAPIReader()), operator: kargo.NewOperator(mgr.GetClient()),
		turns:     make(turns, makers),
		retention: o.Retention, now: o.Now, log: o.Log, metrics: o.Metrics,
	}
	if err := indexAwaited(mgr); err != nil {
		return err
	}
	awaiting := handler.EnqueueRequestsFromMapFunc(c.awaiting)
	return ctrl.NewControllerManagedBy(mgr).
		Named("shipment").
		For(&v1alpha1.Shipment{}).
		Watches(&kargoapi.Promotion{}, handler.EnqueueRequestsFromMapFunc(shipmentOf)).
		Watches(&kargoapi.Promotion{}, awaiting).
		Watches(&kargoapi.Stage{}, awaiting).
		Watches(&kargoapi.Freight{}, awaiting).
		Watches(&kargoapi.Warehouse{}, awaiting).
		Watches(&v1alpha1.Shipment{}, awaiting).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers, RateLimiter: newRateLimiter()}).
		Complete(c)
}

// shipmentOf leads from a Promotion to the Shipment it was made for.
func shipmentOf(_ context.Context, o client.Object) []reconcile.Request {
	name := o.GetAnnotations()[v1alpha1.AnnotationShipment]
	if name == "" || o.GetLabels()[v1alpha1.LabelShipmentUID] == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: name}}}
}

// stepTimeout bounds one pass over a Shipment.
const stepTimeout = 12 * time.Second

// Reconcile moves one Shipment on. What has begun is finished even if the bot is told to stop
// meanwhile: a Promotion whose making is broken off may exist or not.
func (c *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTimeout)
	defer cancel()
	var s v1alpha1.Shipment
	if err := c.client.Get(ctx, req.NamespacedName, &s); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if s.DeletionTimestamp != nil {
		return reconcile.Result{}, nil
	}
	if s.Status.Phase.IsTerminal() {
		return c.expire(ctx, &s)
	}
	base := s.DeepCopy()
	prepare(&s)
	again, all, failed := c.pass(ctx, &s)
	summarize(&s, c.now())
	switch err := c.save(ctx, &s, base, all); {
	case apierrors.IsConflict(err):
		// What we went by is out of date; what is current is on its way.
		return reconcile.Result{RequeueAfter: conflictRetry}, nil
	case err != nil:
		return reconcile.Result{}, err
	case failed != nil:
		return reconcile.Result{}, fmt.Errorf("shipment %s: %w", req, failed)
	case s.Status.Phase.IsTerminal():
		return reconcile.Result{}, nil
	}
	return reconcile.Result{RequeueAfter: again}, nil
}

// save writes the status if it changed. Only what changed is sent, and the reports, which somebody
// else writes, are not part of it. All says that every item was looked at.
func (c *Controller) save(ctx context.Context, s, base *v1alpha1.Shipment, all bool) error {
	if equality.Semantic.DeepEqual(s.Status, base.Status) {
		return nil
	}
	// Progress may be written over progress that the cache has not shown us yet: both follow from the
	// Promotion. An end is written once, and that of the Shipment is counted and logged once. Of an item
	// that was not looked at, all we have is what the cache had, which may be from before its end; and the
	// items are written as one.
	patch := client.MergeFrom(base)
	if !all || over(s) > over(base) {
		patch = client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})
	}
	if err := c.client.Status().Patch(ctx, s, patch); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("patch status of shipment %s: %w", s.Name, err)
	}
	if s.Status.Phase.IsTerminal() {
		c.metrics.finished(s)
		c.log.Info("shipment finished", "shipment", client.ObjectKeyFromObject(s), "phase", s.Status.Phase, "request", s.Spec.Summary)
	}
	return nil
}

// over counts the ends that a status tells: of the Shipment and of each Stage.
func over(s *v1alpha1.Shipment) int {
	n := 0
	if s.Status.Phase.IsTerminal() {
		n++
	}
	for _, item := range s.Status.Items {
		for _, stage := range item.Stages {
			if stage.Phase.IsTerminal() {
				n++
			}
		}
	}
	return n
}

// expire deletes a finished Shipment when it has been kept long enough.
func (c *Controller) expire(ctx context.Context, s *v1alpha1.Shipment) (reconcile.Result, error) {
	if c.retention <= 0 || s.Status.FinishedAt == nil {
		return reconcile.Result{}, nil
	}
	if left := s.Status.FinishedAt.Add(c.retention).Sub(c.now()); left > 0 {
		return reconcile.Result{RequeueAfter: left}, nil
	}
	return reconcile.Result{}, client.IgnoreNotFound(c.client.Delete(ctx, s, client.Preconditions{UID: &s.UID}))
}
