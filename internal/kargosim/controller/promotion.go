package controller

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

const promotionController = rules.ActorController + "promotion-controller"

// promotions runs Promotions when their Stages wait for them.
type promotions struct {
	*shared

	steps timers
}

func setupPromotions(s *shared, mgr manager.Manager) error {
	r := &promotions{shared: s}
	return s.build(mgr, "promotion").
		For(&kargo.Promotion{}, builder.WithPredicates(asked())).
		Watches(&kargo.Stage{}, handler.EnqueueRequestsFromMapFunc(currentPromotion), builder.WithPredicates(nextPromotionChanged())).
		WatchesRawSource(s.said(r.ofStage)).
		Complete(calmly(r))
}

// ofStage maps a Stage to the Promotion that it waits for.
func (r *promotions) ofStage(ctx context.Context, key types.NamespacedName) []reconcile.Request {
	var stage kargo.Stage
	if err := r.client.Get(ctx, key, &stage); err != nil {
		return nil
	}
	return currentPromotion(ctx, &stage)
}

// Reconcile takes a Promotion one step further.
func (r *promotions) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var promotion kargo.Promotion
	if err := r.reader.Get(ctx, request.NamespacedName, &promotion); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if promotion.Status.Phase.IsTerminal() || !promotion.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, nil
	}
	freight, err := r.freight(ctx, promotion.Namespace, promotion.Spec.Freight)
	if err != nil {
		return reconcile.Result{}, err
	}
	if abort, ok := rules.AbortRequest(promotion.Annotations); ok && abort.Subject == kargo.AbortActionTerminate {
		return reconcile.Result{}, r.abort(ctx, &promotion, freight, abort)
	}
	if promotion.Status.Phase == "" {
		if err := r.save(ctx, &promotion, func(s *kargo.PromotionStatus) { s.Phase = kargo.PromotionPhasePending }); err != nil {
			return reconcile.Result{}, err
		}
	}
	var stage kargo.Stage
	key := client.ObjectKey{Namespace: promotion.Namespace, Name: promotion.Spec.Stage}
	if err := r.client.Get(ctx, key, &stage); err != nil {
		return reconcile.Result{}, fmt.Errorf("error finding Stage %q in namespace %q: %w", key.Name, key.Namespace, err)
	}
	if stage.Status.CurrentPromotion == nil || stage.Status.CurrentPromotion.Name != promotion.Name {
		return reconcile.Result{}, nil // the Stage says when
	}
	now := metav1.NewTime(r.Clock.Now())
	if promotion.Status.Phase != kargo.PromotionPhaseRunning {
		if err := r.save(ctx, &promotion, func(s *kargo.PromotionStatus) {
			s.Phase, s.StartedAt = kargo.PromotionPhaseRunning, &now
		}); err != nil {
			return reconcile.Result{}, err
		}
	}
	return r.run(ctx, &promotion, &stage, freight)
}

// run runs the steps as far as they get, and ends the Promotion after the last one.
func (r *promotions) run(
	ctx context.Context, promotion *kargo.Promotion, stage *kargo.Stage, freight *kargo.Freight,
) (reconcile.Result, error) {
	next := promotion.Status.DeepCopy()
	var again time.Duration
	switch {
	case freight == nil:
		next.Phase = kargo.PromotionPhaseErrored
		next.Message = fmt.Sprintf("Freight %q not found in namespace %q", promotion.Spec.Freight, promotion.Namespace)
	case !rules.IsAvailable(stage, freight, r.Clock.Now()):
		next.Phase = kargo.PromotionPhaseErrored
		next.Message = fmt.Sprintf("Freight %q is not available to Stage %q in namespace %q",
			promotion.Spec.Freight, stage.Name, promotion.Namespace)
	default:
		reference := rules.Reference(freight)
		next.Freight = &reference
		next.FreightCollection = collect(stage, reference)
		again = r.runSteps(promotion, next)
	}
	if token, ok := promotion.Annotations[kargo.AnnotationKeyRefresh]; ok {
		next.LastHandledRefresh = token
	}
	if next.Phase.IsTerminal() {
		now := metav1.NewTime(r.Clock.Now())
		next.FinishedAt = &now
		r.steps.forget(string(promotion.UID))
	}
	if err := r.save(ctx, promotion, func(s *kargo.PromotionStatus) { *s = *next }); err != nil {
		return reconcile.Result{}, err
	}
	if next.Phase.IsTerminal() {
		extra := map[string]string{}
		if next.Phase == kargo.PromotionPhaseSucceeded {
			extra["event.kargo.akuity.io/verification-pending"] = fmt.Sprint(stage.Spec.Verification != nil)
		}
		r.events.PromotionFinished(ctx, promotionController, promotion, freight, extra)
	}
	return reconcile.Result{RequeueAfter: again}, nil
}

// collect returns the Freight that the Stage will run: what it runs of other origins that it still asks
// for, and the new one.
func collect(stage *kargo.Stage, target kargo.FreightReference) *kargo.FreightCollection {
	collection := &kargo.FreightCollection{Freight: make(map[string]kargo.FreightReference)}
	if last := stage.Status.LastPromotion; len(stage.Spec.RequestedFreight) > 1 && last != nil &&
		last.Status != nil && last.Status.FreightCollection != nil {
		for _, request := range stage.Spec.RequestedFreight {
			if reference, ok := last.Status.FreightCollection.Freight[request.Origin.String()]; ok {
				collection.Freight[request.Origin.String()] = reference
			}
		}
	}
	collection.Freight[target.Origin.String()] = target
	collection.ID = rules.CollectionID(collection)
	return collection
}

// abort ends a Promotion because somebody asked for it.
func (r *promotions) abort(
	ctx context.Context, promotion *kargo.Promotion, freight *kargo.Freight, asked rules.Request,
) error {
	actor := promotionController
	if asked.Actor != "" {
		actor = asked.Actor
	}
	now := metav1.NewTime(r.Clock.Now())
	if err := r.save(ctx, promotion, func(s *kargo.PromotionStatus) {
		if n := len(s.StepExecutionMetadata); n > 0 && s.Phase == kargo.PromotionPhaseRunning &&
			s.StepExecutionMetadata[n-1].Status == kargo.PromotionStepStatusRunning {
			s.StepExecutionMetadata[n-1].Status = kargo.PromotionStepStatusAborted
			s.StepExecutionMetadata[n-1].FinishedAt = &now
		}
		s.Phase = kargo.PromotionPhaseAborted
		s.Message = "Promotion terminated by " + actor
		s.FinishedAt = &now
	}); err != nil {
		return err
	}
	r.steps.forget(string(promotion.UID))
	// Unlike other Events of a Promotion, this one is by who aborted it, not by who made it.
	about := promotion.DeepCopy()
	delete(about.Annotations, kargo.AnnotationKeyCreateActor)
	r.events.Promotion(ctx, "PromotionAborted", promotion.Status.Message, actor, about, freight, nil)
	return nil
}

// save patches what change changes in the status.
func (r *promotions) save(ctx context.Context, promotion *kargo.Promotion, change func(*kargo.PromotionStatus)) error {
	before := promotion.DeepCopy()
	change(&promotion.Status)
	return saveStatus(ctx, r.client, promotion, before)
}

// freight returns the Freight of that name, or nil.
func (s *shared) freight(ctx context.Context, namespace, name string) (*kargo.Freight, error) {
	var found kargo.Freight
	if err := s.reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &found); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("error finding Freight %q in namespace %q: %w", name, namespace, err)
	}
	return &found, nil
}

// saveStatus patches the status of object by what differs from before, if anything does. Object is then
// what was stored.
func saveStatus(ctx context.Context, c client.Client, object, before client.Object) error {
	patch := client.MergeFrom(before)
	data, err := patch.Data(object)
	if err != nil {
		return fmt.Errorf("comparing the status of %s: %w", object.GetName(), err)
	}
	if strings.TrimSpace(string(data)) == "{}" {
		return nil
	}
	if err := c.Status().Patch(ctx, object, client.RawPatch(types.MergePatchType, data)); err != nil {
		return fmt.Errorf("patching the status of %T %s: %w", object, object.GetName(), err)
	}
	return nil
}
