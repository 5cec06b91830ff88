package shipment

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// walk moves an item along its path, as far as it gets now. No Promotion is made before it is written
// down how the Stages before it ended: whoever continues after a crash goes by the same.
func (p *pass) walk(ctx context.Context, i int) (time.Duration, error) {
	stages := p.s.Status.Items[i].Stages
	moved := false
	for j := range stages {
		v := p.visit(i, j)
		if !v.status.Phase.IsTerminal() {
			if moved && v.status.Promotion == "" {
				return conflictRetry, nil
			}
			again, err := v.advance(ctx)
			if err != nil || !v.status.Phase.IsTerminal() {
				return again, err
			}
			moved = true
		}
		if isBad(v.status.Phase) {
			for k := j + 1; k < len(stages); k++ {
				if !stages[k].Phase.IsTerminal() {
					p.visit(i, k).end(v1alpha1.PhaseNotReached, "")
				}
			}
			return 0, nil
		}
	}
	return 0, nil
}

// advance moves the Stage on that the item is at.
func (v *visit) advance(ctx context.Context) (time.Duration, error) {
	if v.stopped[v.i] != nil {
		v.stopRest()
	}
	if v.status.Promotion != "" {
		return v.follow(ctx)
	}
	if v.stopped[v.i] != nil {
		if found, err := v.find(ctx); found || err != nil {
			return v.followFound(ctx, err)
		}
		v.end(v1alpha1.PhaseAborted, v.stopped[v.i].message())
		return 0, nil
	}
	course, err := v.course(ctx, v.client)
	if err != nil {
		return 0, err
	}
	if course.move == movePromote {
		v.status.UpstreamUnhealthy = false
		return v.promote(ctx)
	}
	// An earlier try may have made a Promotion and not learned of it.
	if found, err := v.find(ctx); found || err != nil {
		return v.followFound(ctx, err)
	}
	if course.isFinal() {
		// The caches of Stages and of Freight are not of the same moment.
		if course, err = v.course(ctx, v.quorum); err != nil {
			return 0, err
		}
	}
	return v.take(course), nil
}

// followFound goes on with a Promotion that was found, unless looking for it failed.
func (v *visit) followFound(ctx context.Context, err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	return v.follow(ctx)
}

// request describes the Stage's Promotion.
func (v *visit) request() kargo.PromotionRequest {
	by := v.s.Spec.RequestedBy
	r := kargo.PromotionRequest{
		Namespace: v.s.Namespace, Stage: v.status.Stage, Freight: v.item.Freight,
		Labels: map[string]string{
			v1alpha1.LabelShipmentUID:  string(v.s.UID),
			v1alpha1.LabelShipmentItem: label(v.i, v.j),
		},
		Annotations: map[string]string{
			v1alpha1.AnnotationShipment:    v.s.Name,
			v1alpha1.AnnotationRequestedBy: by.Source + ":" + by.ID + " (" + by.Username + ")",
		},
	}
	switch v.s.Spec.Action {
	case v1alpha1.ActionRollback:
		r.Annotations[kargoapi.AnnotationKeyRollback] = kargoapi.AnnotationValueTrue
	case v1alpha1.ActionResume:
		// Admission turns the origin into the Freight that Kargo would choose.
		r.Freight = ""
		r.Origin, _ = kargo.ParseOrigin(v.item.Origin)
	default:
	}
	return r
}

// find looks for a Promotion that an earlier try made.
func (v *visit) find(ctx context.Context) (found bool, err error) {
	made, err := v.made(ctx, v.s.UID)
	if err != nil {
		return false, err
	}
	request := v.request()
	if promotion := request.Among(made); promotion != nil {
		v.status.Promotion, found = promotion.Name, true
	}
	return found, nil
}

// promote makes the Promotion, or finds the one that an earlier try made, and follows it.
func (v *visit) promote(ctx context.Context) (time.Duration, error) {
	if v.left.Add(-1) < 0 {
		return conflictRetry, nil
	}
	var promotion *kargoapi.Promotion
	err := v.turns.do(ctx, func() (err error) {
		promotion, err = v.promoter.Ensure(ctx, v.request())
		return err
	})
	var refused *kargo.Refused
	switch {
	case errors.As(err, &refused):
		if again := v.tryAgain(refused); again > 0 {
			return again, nil
		}
		v.log.Warn("promotion refused", "shipment", client.ObjectKeyFromObject(v.s), "stage", v.status.Stage, "error", err)
		v.fail("%s", refused.Reason)
		return 0, nil
	case err != nil:
		return 0, err
	}
	v.status.Promotion = promotion.Name
	return v.observe(ctx, promotion)
}

const (
	// admissionLag is how long Kargo's admission may know less of a Freight than the bot: both go by caches.
	// On a cluster under load, they are a few seconds behind.
	admissionLag = 30 * time.Second
	// approvalLag is the same for the first Stage of a path. The Freight may have been approved or verified
	// a moment ago, or not be available at all, which whoever asked should hear soon.
	approvalLag = 5 * time.Second
)

// tryAgain returns when to try again what Kargo refused, 0 for never. That the Freight is not available is
// taken for a sign that Kargo has not noticed yet what the bot has, unless it persists.
func (v *visit) tryAgain(refused *kargo.Refused) time.Duration {
	lag := admissionLag
	if v.j == 0 {
		lag = approvalLag
	}
	if !refused.Unavailable || v.now.Sub(v.waitSince("Kargo does not take it to be available yet.")) >= lag {
		return 0
	}
	v.status.Phase, v.status.AvailableAt = v1alpha1.PhaseWaiting, nil
	return time.Second
}

// follow looks how far the Promotion is, which is read from the API server where the cache has not seen
// it.
func (v *visit) follow(ctx context.Context) (time.Duration, error) {
	key := v.key(v.status.Promotion)
	promotion, err := get(ctx, v.client, key, &kargoapi.Promotion{})
	if err == nil && promotion == nil {
		promotion, err = get(ctx, v.quorum, key, &kargoapi.Promotion{})
	}
	if err != nil {
		return 0, err
	}
	if promotion == nil {
		return v.gone(ctx)
	}
	return v.observe(ctx, promotion)
}

// observe copies how far the Promotion is, and once it succeeded, how it stands with its Stage.
func (v *visit) observe(ctx context.Context, promotion *kargoapi.Promotion) (time.Duration, error) {
	v.status.Message, v.status.AvailableAt = "", nil
	observe(v.status, promotion)
	v.status.Held = holds(promotion)
	if promotion.Status.Phase == kargoapi.PromotionPhaseSucceeded {
		return v.verify(ctx, promotion)
	}
	return 0, nil
}

// gone ends a Stage whose Promotion was deleted. If the Promotion had ended well, its Stage still has the
// rest to say.
func (v *visit) gone(ctx context.Context) (time.Duration, error) {
	if v.status.Phase == v1alpha1.PhaseVerifying {
		if v.status.PromotedAt == nil {
			v.status.PromotedAt = stamp(v.now)
		}
		ended := &kargoapi.Promotion{Status: kargoapi.PromotionStatus{FinishedAt: v.status.PromotedAt}}
		ended.Name = v.status.Promotion
		return v.verify(ctx, ended)
	}
	v.end(v1alpha1.PhaseAborted, "The Promotion was deleted from Kargo before it ended.")
	return 0, nil
}
