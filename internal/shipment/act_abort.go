package shipment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// abortSilence is how long Kargo is given to end what was aborted. It looks at an abort between steps, and
// a step may take minutes.
const abortSilence = 10 * time.Minute

// fate counts what became of what was to be aborted.
type fate struct {
	// aborted and stopped are Promotions and Shipments that were ended by it.
	aborted, stopped int
	// ended are the phases of those that ended by themselves.
	ended []string
	// verifying are Promotions of Shipments that have succeeded, and are only being verified.
	verifying int
	// open are those that are not over.
	open int
}

// abort ends the Promotions that the item names, and keeps the Shipments that it names from going on.
func (v *visit) abort(ctx context.Context) (time.Duration, error) {
	var f fate
	err := v.abortShipments(ctx, &f)
	for _, name := range v.item.Promotions {
		if err == nil {
			err = v.abortPromotion(ctx, name, &f)
		}
	}
	if v.refused(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if v.status.StartedAt == nil {
		v.status.StartedAt = stamp(v.now)
	}
	if f.open == 0 {
		v.conclude(f)
		return 0, nil
	}
	if v.now.Sub(v.status.StartedAt.Time) >= abortSilence {
		v.fail("Kargo has not ended it within %d minutes.", int(abortSilence.Minutes()))
		return 0, nil
	}
	return waitCheck, nil
}

// conclude ends the item when nothing is left that could be aborted.
func (v *visit) conclude(f fate) {
	if f.aborted+f.stopped == 0 && len(f.ended)+f.verifying > 0 {
		v.fail("%s", tooLate(f))
		return
	}
	var parts []string
	for _, part := range []struct {
		n    int
		noun string
		verb string
	}{{f.aborted, "promotion", "aborted"}, {f.stopped, "request", "stopped"}} {
		if part.n > 0 {
			parts = append(parts, chatops.Count(part.n, part.noun)+" "+part.verb)
		}
	}
	switch {
	case len(parts) == 0:
		parts = append(parts, "nothing was left to abort")
	case len(f.ended)+f.verifying > 0:
		parts = append(parts, fmt.Sprintf("%d had already ended", len(f.ended)+f.verifying))
	}
	v.succeed(strings.Join(parts, ", "))
}

// tooLate says how what was to be aborted had ended.
func tooLate(f fate) string {
	ended := f.ended
	for range f.verifying {
		ended = append(ended, string(v1alpha1.PhaseSucceeded))
	}
	switch {
	case len(ended) == 1 && f.verifying == 1:
		return "It was promoted already, and is being verified."
	case len(ended) == 1:
		return fmt.Sprintf("The promotion had already ended: %s.", ended[0])
	}
	slices.Sort(ended)
	return fmt.Sprintf("The %d promotions had already ended: %s.", len(ended), strings.Join(slices.Compact(ended), ", "))
}

// abortPromotion asks Kargo to end a Promotion, unless it is over.
func (v *visit) abortPromotion(ctx context.Context, name string, f *fate) error {
	promotion, err := get(ctx, v.client, v.key(name), &kargoapi.Promotion{})
	if err == nil && promotion == nil {
		promotion, err = get(ctx, v.quorum, v.key(name), &kargoapi.Promotion{})
	}
	if err != nil || promotion == nil || promotion.Spec.Stage != v.status.Stage {
		// Whoever asked may abort what goes to that Stage, and nothing else.
		return err
	}
	return v.endPromotion(ctx, promotion, f)
}

func (v *visit) endPromotion(ctx context.Context, promotion *kargoapi.Promotion, f *fate) error {
	switch phase := promotion.Status.Phase; {
	case phase == kargoapi.PromotionPhaseAborted:
		f.aborted++
		return nil
	case phase.IsTerminal():
		f.ended = append(f.ended, string(phase))
		return nil
	}
	if promotion.Annotations[kargoapi.AnnotationKeyAbort] == "" {
		err := v.operator.AbortPromotion(ctx, client.ObjectKeyFromObject(promotion), whoAsked(v.s))
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		}
	}
	f.open++
	return nil
}
