package app

import (
	"context"
	"errors"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// warmUp fills the caches that requests are answered from, on every replica, so that the first
// request finds them full.
func (a *App) warmUp(ctx context.Context) error {
	kinds := []client.Object{
		&kargoapi.Stage{}, &kargoapi.Freight{}, &kargoapi.Promotion{}, &kargoapi.Warehouse{}, &v1alpha1.Shipment{},
		&v1alpha1.Release{}, &v1alpha1.PromotionRecord{}, &v1alpha1.Notice{}, &v1alpha1.Subscription{},
	}
	if a.options.KargoRoles {
		kinds = append(kinds, serviceAccounts())
	}
	for _, kind := range kinds {
		if _, err := a.manager.GetCache().GetInformer(ctx, kind); err != nil {
			return fmt.Errorf("watch %T: %w", kind, err)
		}
	}
	if !a.manager.GetCache().WaitForCacheSync(ctx) {
		return errors.New("the caches were not filled")
	}
	return nil
}
