package release

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// workers is how many Releases are looked at at once. A look is at the cache, and a write if something changed.
	workers = 4
	// describers is how many are described at once. Nearly all of the time they wait for GitHub.
	describers = 4
	// firstRetry and lastRetry bound the wait before something that failed is tried again.
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Setup adds the controllers of this package to the manager, and returns what makes Releases of tags. The cache's
// index of Promotions has to be there (kargo.IndexPromotions).
func Setup(mgr ctrl.Manager, o Options) (*Tags, error) {
	ctx := context.Background()
	if err := kargo.IndexLines(ctx, mgr.GetFieldIndexer()); err != nil {
		return nil, err
	}
	if err := indexReleases(ctx, mgr.GetFieldIndexer()); err != nil {
		return nil, err
	}
	m := maker{Options: o, client: mgr.GetClient()}
	c := &Controller{Options: o, client: m.client, operator: kargo.NewOperator(m.client)}
	concerned := mapping{Options: o, reader: m.client}
	err := ctrl.NewControllerManagedBy(mgr).
		Named("release").
		For(&v1alpha1.Release{}).
		Watches(&v1alpha1.Release{}, delayed(concerned.byRelease)).
		Watches(&kargoapi.Stage{}, delayed(concerned.byStage)).
		Watches(&kargoapi.Promotion{}, delayed(concerned.byPromotion)).
		Watches(&kargoapi.Freight{}, delayed(concerned.byFreight)).
		Watches(&kargoapi.Warehouse{}, delayed(concerned.byWarehouse)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers, RateLimiter: newRateLimiter()}).
		Complete(c)
	if err != nil {
		return nil, fmt.Errorf("set up the controller of releases: %w", err)
	}
	err = ctrl.NewControllerManagedBy(mgr).
		Named("release-freight").
		For(&kargoapi.Freight{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers, RateLimiter: newRateLimiter()}).
		Complete(&discoverer{m})
	if err != nil {
		return nil, fmt.Errorf("set up what makes releases of freight: %w", err)
	}
	err = ctrl.NewControllerManagedBy(mgr).
		Named("release-describer").
		For(&v1alpha1.Release{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: describers, RateLimiter: newRateLimiter()}).
		Complete(newDescriber(o, m.client))
	if err != nil {
		return nil, fmt.Errorf("set up what describes releases: %w", err)
	}
	tags := newTags(m)
	if err := mgr.Add(tags); err != nil {
		return nil, fmt.Errorf("set up what makes releases of tags: %w", err)
	}
	return tags, nil
}

func newRateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return backoff.New[reconcile.Request](firstRetry, lastRetry)
}

// releaseService is the field that caches index Releases by.
const releaseService = "spec.service"

func indexReleases(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &v1alpha1.Release{}, releaseService, serviceOf)
	if err != nil {
		return fmt.Errorf("index releases by service: %w", err)
	}
	return nil
}

func serviceOf(o client.Object) []string {
	if r, ok := o.(*v1alpha1.Release); ok {
		return []string{r.Spec.Service}
	}
	return nil
}

// releasesOf returns the Releases of a service. They are the cache's own, not to be changed.
func releasesOf(ctx context.Context, reader client.Reader, namespace, service string) ([]v1alpha1.Release, error) {
	var list v1alpha1.ReleaseList
	err := reader.List(ctx, &list, client.InNamespace(namespace), client.MatchingFields{releaseService: service}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("list releases of %s in %s: %w", service, namespace, err)
	}
	return list.Items, nil
}
