package demo

import (
	"context"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Promote implements page.World. The bot has no hand in it: Kargo notes that it was the administrator.
func (d *Demo) Promote(ctx context.Context, stage string) error {
	_, service, environment, ok := d.board.catalogue.PlaceOf(namespace, stage)
	if !ok {
		return page.Refuse("There is no Stage %q.", stage)
	}
	target, err := d.board.catalogue.Find(ctx, service, environment)
	if err != nil {
		return fmt.Errorf("find %s in %s: %w", service, environment, err)
	}
	freight, err := d.board.catalogue.Choose(ctx, target, "", d.now())
	if _, none := errors.AsType[*chatops.Problem](err); none {
		return page.Refuse("Nothing waits for %q.", stage)
	}
	if err != nil {
		return fmt.Errorf("choose what to promote to %s: %w", stage, err)
	}
	return d.admin.Create(ctx, &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: stage + "-"},
		Spec:       kargoapi.PromotionSpec{Stage: stage, Freight: freight.Name},
	})
}

// Abort implements page.World.
func (d *Demo) Abort(ctx context.Context, stage string) error {
	queues, err := d.board.promotions(ctx)
	if err != nil {
		return err
	}
	if len(queues[stage]) == 0 {
		return page.Refuse("Nothing is being promoted to %q.", stage)
	}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, kargoapi.AnnotationKeyAbort, kargoapi.AbortActionTerminate)
	return d.admin.Patch(ctx, &queues[stage][0], client.RawPatch(types.MergePatchType, patch))
}

// unwell is what Kargo says if an Application is degraded (pkg/health/checker/builtin/argocd_checker.go of
// v1.11.2).
const unwell = "Argo CD Application %q in namespace %q has health state %q"

// SetHealth implements page.World.
func (d *Demo) SetHealth(_ context.Context, stage string, healthy bool) error {
	if _, _, _, ok := d.board.catalogue.PlaceOf(namespace, stage); !ok {
		return page.Refuse("There is no Stage %q.", stage)
	}
	key := types.NamespacedName{Namespace: namespace, Name: stage}
	if healthy {
		d.simulator.Outcomes.SetHealth(key, kargoapi.HealthStateHealthy)
	} else {
		d.simulator.Outcomes.SetHealth(key, kargoapi.HealthStateUnhealthy, fmt.Sprintf(unwell, stage, "argocd", "Degraded"))
	}
	return nil
}
