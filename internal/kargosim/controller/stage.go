package controller

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

const stageController = rules.ActorController + "stage-controller"

// soon is when a Stage is looked at again that has Promotions waiting and none running. Kargo takes 100 ms.
const soon = 5 * time.Millisecond

// stages keeps the status of Stages and of the Freight in them.
type stages struct {
	*shared

	verifications timers
}

func setupStages(s *shared, mgr manager.Manager) error {
	r := &stages{shared: s}
	return s.build(mgr, "stage").
		For(&kargo.Stage{}, builder.WithPredicates(asked())).
		Watches(&kargo.Promotion{}, handler.EnqueueRequestsFromMapFunc(stageOfPromotion), builder.WithPredicates(phaseChanged())).
		Watches(&kargo.Freight{}, handler.EnqueueRequestsFromMapFunc(s.stagesOfFreight)).
		Watches(&kargo.ProjectConfig{}, handler.EnqueueRequestsFromMapFunc(s.stagesOfProject)).
		WatchesRawSource(s.said(func(_ context.Context, stage client.ObjectKey) []reconcile.Request {
			return []reconcile.Request{{NamespacedName: stage}}
		})).
		Complete(calmly(r))
}

// pass is one look at a Stage.
type pass struct {
	*stages

	stage         *kargo.Stage // with the status as worked out so far
	stored        *kargo.Stage // as it is in the cluster
	now           metav1.Time
	autoPromotion bool
	// waiting says that Promotions are there that have not ended.
	waiting bool
	// again is when to look again at the latest, if not 0.
	again time.Duration
}

// Reconcile brings a Stage up to date.
func (r *stages) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var stage kargo.Stage
	if err := r.reader.Get(ctx, request.NamespacedName, &stage); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !stage.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, nil
	}
	p := &pass{stages: r, stage: &stage, stored: stage.DeepCopy(), now: metav1.NewTime(r.Clock.Now())}
	if stage.IsControlFlow() {
		return reconcile.Result{}, p.controlFlow(ctx)
	}
	err := p.run(ctx)
	return reconcile.Result{RequeueAfter: p.again}, err
}

// run goes through what there is to do in Kargo's order, and stores the status after each part, so that
// it is seen to change as in Kargo.
func (p *pass) run(ctx context.Context) error {
	var err error
	if p.autoPromotion, err = rules.AutoPromotionEnabled(ctx, p.client, p.stage); err != nil {
		return fmt.Errorf("error checking auto-promotion policy for Stage %q: %w", p.stage.Name, err)
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"sync Promotions", p.syncPromotions},
		{"sync Freight", p.syncFreight},
		{"assess health", p.assessHealth},
		{"verify Stage Freight", p.verify},
		{"verify Freight for Stage", p.markVerified},
		{"compute effective auto-promotion holds", p.computeHolds},
		{"auto-promote Freight", p.promoteAutomatically},
	} {
		err := part.do(ctx)
		if err != nil {
			err = fmt.Errorf("failed to %s: %w", part.name, err)
		}
		p.summarize(err)
		if saveErr := p.save(ctx); err == nil {
			err = saveErr
		}
		if err != nil {
			return err
		}
	}
	deleteCondition(&p.stage.Status.Conditions, kargo.ConditionTypeReconciling)
	if token, ok := p.stage.Annotations[kargo.AnnotationKeyRefresh]; ok {
		p.stage.Status.LastHandledRefresh = token
	}
	if p.stage.Status.CurrentPromotion == nil && p.waiting && p.again == 0 {
		p.again = soon
	}
	return p.save(ctx)
}

// save stores the status if it changed.
func (p *pass) save(ctx context.Context) error {
	next := p.stored.DeepCopy()
	p.stage.Status.DeepCopyInto(&next.Status)
	if err := saveStatus(ctx, p.client, next, p.stored); err != nil {
		return err
	}
	p.stored = next
	return nil
}

// set sets a condition of the Stage.
func (p *pass) set(kind string, status metav1.ConditionStatus, reason, message string) {
	setCondition(&p.stage.Status.Conditions, p.now, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message, ObservedGeneration: p.stage.Generation,
	})
}

// controlFlow makes all Freight that is available to a Stage without steps pass through it.
func (p *pass) controlFlow(ctx context.Context) error {
	available, err := p.available(ctx, p.stage)
	if err != nil {
		return err
	}
	for i := range available {
		freight := &available[i]
		if _, verified := freight.Status.VerifiedIn[p.stage.Name]; verified {
			continue
		}
		if err := p.changeFreight(ctx, freight, func(s *kargo.FreightStatus) { addVerified(s, p.stage.Name, p.now) }); err != nil {
			return err
		}
		p.events.Verification(ctx, stageController, p.stage.Name, freight, &kargo.VerificationInfo{
			Phase: kargo.VerificationPhaseSuccessful, StartTime: &p.now, FinishTime: &p.now,
		})
	}
	kept := kargo.StageStatus{
		LastHandledRefresh: p.stage.Annotations[kargo.AnnotationKeyRefresh],
		FreightSummary:     "N/A",
		ObservedGeneration: p.stage.Generation,
	}
	if ready := condition(p.stage.Status.Conditions, kargo.ConditionTypeReady); ready != nil {
		kept.Conditions = append(kept.Conditions, *ready)
	}
	p.stage.Status = kept
	p.set(kargo.ConditionTypeReady, metav1.ConditionTrue, kargo.ConditionTypeReady, "")
	return p.save(ctx)
}
