package shipment

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// activeStages indexes Shipments by the Stages that they are not done with.
const activeStages = "activeStages"

func indexActiveStages(mgr ctrl.Manager) error {
	return mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.Shipment{}, activeStages, func(o client.Object) []string {
		s, ok := o.(*v1alpha1.Shipment)
		if !ok || s.Status.Phase.IsTerminal() {
			return nil
		}
		var stages []string
		for i := range s.Status.Items {
			for _, stage := range s.Status.Items[i].Stages {
				// Until the Promotion is over, the Stage has nothing to say that it does not say.
				if stage.Phase == v1alpha1.PhaseVerifying {
					stages = append(stages, stage.Stage)
				}
			}
		}
		return stages
	})
}

// shipmentsIn leads from a Stage to the Shipments that wait for it.
func (c *Controller) shipmentsIn(ctx context.Context, stage client.Object) []reconcile.Request {
	var list v1alpha1.ShipmentList
	if err := c.client.List(ctx, &list, client.InNamespace(stage.GetNamespace()), client.MatchingFields{activeStages: stage.GetName()}); err != nil {
		c.log.Error("list shipments of a stage", "stage", client.ObjectKeyFromObject(stage), "error", err)
		return nil
	}
	requests := make([]reconcile.Request, len(list.Items))
	for i := range list.Items {
		requests[i].NamespacedName = types.NamespacedName{Namespace: list.Items[i].Namespace, Name: list.Items[i].Name}
	}
	return requests
}

// stageSilence is how long after the end of a Promotion its Stage is waited for, to tell its
// health: Kargo's Stage controller follows within a second or so, unless it is down.
const stageSilence = 10 * time.Second

// verify ends an item whose Promotion succeeded: if its Stage has no verification of its own, when
// the Stage has taken note; else when that is over, or when the Stage has moved on to other Freight.
func (c *Controller) verify(ctx context.Context, s *v1alpha1.Shipment, i int, status *v1alpha1.StageStatus, p *kargoapi.Promotion) error {
	var stage kargoapi.Stage
	err := c.client.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: status.Stage}, &stage)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("get stage %s: %w", status.Stage, err)
	}
	v := outcome{phase: v1alpha1.PhaseSucceeded}
	if err == nil {
		silent := p.Status.FinishedAt == nil || c.now().Sub(p.Status.FinishedAt.Time) >= stageSilence
		v = verdict(&stage, s.Spec.Items[i].Freight, p.Name, silent)
	}
	status.Phase, status.Message, status.Health = v.phase, v.message, v.health
	if status.Phase.IsTerminal() {
		status.FinishedAt = p.Status.FinishedAt
		if hasVerification(&stage) || status.FinishedAt == nil {
			status.FinishedAt = stamp(c.now())
		}
	}
	return nil
}

// outcome is how far an item is after its Promotion.
type outcome struct {
	phase   v1alpha1.ShipmentPhase
	message string
	health  string
}

// verdict reads from a Stage how it stands with a Freight that was promoted to it. Silent says that
// the Stage has had its time to take note of the Promotion.
func verdict(stage *kargoapi.Stage, freight, promotion string, silent bool) outcome {
	waiting := outcome{phase: v1alpha1.PhaseVerifying}
	succeeded := outcome{phase: v1alpha1.PhaseSucceeded}
	ran, superseded := ranLast(stage, freight)
	// The names of a Stage's Promotions have the time in them: a later one has a greater name.
	last := stage.Status.LastPromotion
	noted := last != nil && last.Name >= promotion
	switch {
	case !noted && (!silent || hasVerification(stage)):
		return waiting
	case !noted || ran == nil:
		// Either the Stage says nothing, or it has run so much since that it says no more of this.
		return succeeded
	case superseded:
		// What it runs by now is no reason to forget how the verification of this ended, if it did.
		return verified(ran, succeeded, succeeded)
	}
	switch health := stage.Status.Health; {
	case health != nil:
		succeeded.health = string(health.Status)
	case !silent:
		// Kargo forgets the health when a Promotion ends, and looks at it anew right after.
		return waiting
	}
	if !hasVerification(stage) {
		return succeeded
	}
	return verified(ran, succeeded, waiting)
}

// ranLast returns what the Stage ran when it last ran the Freight, and whether it has moved on since.
func ranLast(stage *kargoapi.Stage, freight string) (ran *kargoapi.FreightCollection, superseded bool) {
	for i, collection := range stage.Status.FreightHistory {
		if collection.Includes(freight) {
			return collection, i > 0
		}
	}
	return nil, false
}

// verified tells how the last verification ended: in succeeded, in a failure, or not yet.
func verified(ran *kargoapi.FreightCollection, succeeded, notYet outcome) outcome {
	if len(ran.VerificationHistory) == 0 || !ran.VerificationHistory[0].Phase.IsTerminal() {
		return notYet
	}
	verification := ran.VerificationHistory[0]
	if verification.Phase == kargoapi.VerificationPhaseSuccessful {
		return succeeded
	}
	message := fmt.Sprintf("It was promoted, but its verification ended: %s.", verification.Phase)
	if verification.Message != "" {
		message += " Kargo says: " + bounded(verification.Message)
	}
	return outcome{phase: v1alpha1.PhaseFailed, message: message}
}

// hasVerification reports whether the Stage runs a verification of its own. Without one, Kargo
// takes a healthy Stage for verified.
func hasVerification(stage *kargoapi.Stage) bool {
	return stage.Spec.Verification != nil && len(stage.Spec.Verification.AnalysisTemplates) > 0
}
