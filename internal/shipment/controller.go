package shipment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
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
	quorum    client.Reader
	promoter  *kargo.Promoter
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
		promoter:  kargo.NewPromoter(mgr.GetClient(), mgr.GetAPIReader()),
		retention: o.Retention, now: o.Now, log: o.Log, metrics: o.Metrics,
	}
	if err := indexActiveStages(mgr); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("shipment").
		For(&v1alpha1.Shipment{}).
		Watches(&kargoapi.Promotion{}, handler.EnqueueRequestsFromMapFunc(shipmentOf)).
		Watches(&kargoapi.Stage{}, handler.EnqueueRequestsFromMapFunc(c.shipmentsIn)).
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
	var failed error
	prepare(&s)
	for i := range s.Spec.Items {
		// If one service can't go on, the others do, and what was learned is kept.
		failed = errors.Join(failed, c.advance(ctx, &s, i))
	}
	summarize(&s, c.now())
	switch err := c.save(ctx, &s, base); {
	case apierrors.IsConflict(err):
		// What we went by is out of date; what is current is on its way.
		return reconcile.Result{RequeueAfter: conflictRetry}, nil
	case err != nil:
		return reconcile.Result{}, err
	}
	if failed != nil {
		return reconcile.Result{}, fmt.Errorf("shipment %s: %w", req, failed)
	}
	if s.Status.Phase == v1alpha1.PhaseVerifying {
		// The Stage's next change brings us back; this is for one that says no more.
		return reconcile.Result{RequeueAfter: stageSilence}, nil
	}
	return reconcile.Result{}, nil
}

// advance moves one item on.
func (c *Controller) advance(ctx context.Context, s *v1alpha1.Shipment, i int) error {
	stage := &s.Status.Items[i].Stages[0]
	if stage.Phase.IsTerminal() {
		return nil
	}
	var promotion *kargoapi.Promotion
	if stage.Promotion == "" {
		made, err := c.promote(ctx, s, i, stage)
		if made == nil {
			return err
		}
		promotion = made
	} else {
		found, err := c.promotion(ctx, s.Namespace, stage)
		if err != nil {
			return err
		}
		if found == nil {
			return c.gone(ctx, s, i, stage)
		}
		promotion = found
	}
	observe(stage, promotion)
	if promotion.Status.Phase == kargoapi.PromotionPhaseSucceeded {
		return c.verify(ctx, s, i, stage, promotion)
	}
	return nil
}

// promote makes the item's Promotion, or finds the one that an earlier try made. It returns nil if
// there is none, with what went wrong either as an error or, if it is final, in stage.
func (c *Controller) promote(ctx context.Context, s *v1alpha1.Shipment, i int, stage *v1alpha1.StageStatus) (*kargoapi.Promotion, error) {
	item := s.Spec.Items[i]
	by := s.Spec.RequestedBy
	promotion, err := c.promoter.Ensure(ctx, kargo.PromotionRequest{
		Namespace: s.Namespace, Stage: item.Path[0], Freight: item.Freight,
		Labels: map[string]string{
			v1alpha1.LabelShipmentUID:  string(s.UID),
			v1alpha1.LabelShipmentItem: strconv.Itoa(i) + "-0",
		},
		Annotations: map[string]string{
			v1alpha1.AnnotationShipment:    s.Name,
			v1alpha1.AnnotationRequestedBy: by.Source + ":" + by.ID + " (" + by.Username + ")",
		},
	})
	var refused *kargo.Refused
	switch {
	case errors.As(err, &refused):
		c.log.Warn("promotion refused", "shipment", client.ObjectKeyFromObject(s), "stage", item.Path[0], "error", err)
		stage.Phase, stage.Message = v1alpha1.PhaseFailed, refused.Reason
		stage.FinishedAt = stamp(c.now())
		return nil, nil
	case err != nil:
		return nil, err
	}
	stage.Promotion = promotion.Name
	return promotion, nil
}

// promotion reads a Promotion that was made, from the API server where the cache has not seen it. It
// returns nil if it is gone.
func (c *Controller) promotion(ctx context.Context, namespace string, stage *v1alpha1.StageStatus) (*kargoapi.Promotion, error) {
	key := client.ObjectKey{Namespace: namespace, Name: stage.Promotion}
	var p kargoapi.Promotion
	err := c.client.Get(ctx, key, &p)
	if apierrors.IsNotFound(err) {
		err = c.quorum.Get(ctx, key, &p)
	}
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("get promotion %s: %w", key, err)
	}
	return &p, nil
}

// gone ends an item whose Promotion was deleted. If the Promotion had ended well, its Stage still has
// the rest to say.
func (c *Controller) gone(ctx context.Context, s *v1alpha1.Shipment, i int, stage *v1alpha1.StageStatus) error {
	if stage.Phase == v1alpha1.PhaseVerifying {
		ended := &kargoapi.Promotion{}
		ended.Name = stage.Promotion
		return c.verify(ctx, s, i, stage, ended)
	}
	stage.Phase = v1alpha1.PhaseAborted
	stage.Message = "The Promotion was deleted from Kargo before it ended."
	stage.FinishedAt = stamp(c.now())
	return nil
}

// save writes the status if it changed. Only what changed is sent, and the reports, which somebody
// else writes, are not part of it.
func (c *Controller) save(ctx context.Context, s, base *v1alpha1.Shipment) error {
	if equality.Semantic.DeepEqual(s.Status, base.Status) {
		return nil
	}
	// Progress may be written over progress that the cache has not shown us yet: both follow from the
	// Promotion. The end is written, counted and logged once.
	patch := client.MergeFrom(base)
	if s.Status.Phase.IsTerminal() {
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
