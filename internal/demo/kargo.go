package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// administrator is who acts where somebody at the page does something to Kargo itself.
const administrator = "admin@example.com"

// kubernetes is the cluster in memory with the simulated Kargo on it, and how the demo looks at it.
type kubernetes struct {
	simulator *kargosim.Simulator
	cluster   *memory.Cluster
	world     world.Spec
	// admin reads and writes as somebody who may do everything.
	admin client.Client
	// cache follows what the page shows.
	cache cache.Cache
}

// newKubernetes makes the cluster and puts the world and everybody's rights into it.
func newKubernetes(ctx context.Context, stepTime time.Duration, now func() time.Time, log *slog.Logger) (*kubernetes, error) {
	scheme, err := app.NewScheme()
	if err != nil {
		return nil, err
	}
	k := &kubernetes{simulator: kargosim.New(kargosim.Options{StepDuration: stepTime, Log: log}), world: worldOf(now())}
	if k.cluster, err = k.simulator.NewCluster(memory.ResourcesOf(scheme, v1alpha1.GroupVersion)...); err != nil {
		return nil, err
	}
	controller, err := k.cluster.Client(k.cluster.Config(kargosim.ControllerUser, "system:masters"), scheme)
	if err != nil {
		return nil, fmt.Errorf("client of Kargo: %w", err)
	}
	k.world.PushTo(k.simulator.Registry)
	if err := world.Build(ctx, controller, k.world); err != nil {
		return nil, fmt.Errorf("build the world: %w", err)
	}
	if k.admin, err = k.cluster.Client(k.cluster.Config(administrator, "system:masters"), scheme); err != nil {
		return nil, fmt.Errorf("client of the demo: %w", err)
	}
	for _, object := range rights() {
		if err := k.admin.Create(ctx, object); err != nil {
			return nil, fmt.Errorf("make %T %s: %w", object, object.GetName(), err)
		}
	}
	k.cache, err = cache.New(k.cluster.AdminConfig(), cache.Options{
		Scheme:            scheme,
		DefaultNamespaces: map[string]cache.Config{namespace: {}},
	})
	if err != nil {
		return nil, fmt.Errorf("cache of the demo: %w", err)
	}
	return k, nil
}

// runKargo runs Kargo's controllers.
func (k *kubernetes) runKargo(ctx context.Context) error {
	return k.simulator.Run(ctx, k.cluster.Config(kargosim.ControllerUser, "system:masters"))
}

// follow keeps the cache up to date until ctx is done, and calls changed after every change, and ended
// with every Promotion that ends.
func (k *kubernetes) follow(ctx context.Context, changed func(), ended func(*kargoapi.Promotion)) error {
	handler := toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { changed() },
		DeleteFunc: func(any) { changed() },
		UpdateFunc: func(before, after any) {
			old, wasPromotion := before.(*kargoapi.Promotion)
			p, isPromotion := after.(*kargoapi.Promotion)
			if wasPromotion && isPromotion && p.Status.Phase.IsTerminal() && !old.Status.Phase.IsTerminal() {
				ended(p)
			}
			changed()
		},
	}
	for _, kind := range []client.Object{&kargoapi.Stage{}, &kargoapi.Freight{}, &kargoapi.Promotion{}, &v1alpha1.Shipment{}} {
		informer, err := k.cache.GetInformer(ctx, kind, cache.BlockUntilSynced(false))
		if err != nil {
			return fmt.Errorf("watch %T: %w", kind, err)
		}
		if _, err := informer.AddEventHandler(handler); err != nil {
			return fmt.Errorf("watch %T: %w", kind, err)
		}
	}
	if err := k.cache.Start(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("follow the cluster: %w", err)
	}
	return nil
}

// pipeline is the project as the bot's configuration would describe it.
func pipeline() kargo.Pipeline {
	p := kargo.Pipeline{Project: project, Namespace: namespace, Environments: []kargo.Environment{
		{Name: world.Development, Aliases: []string{"dev"}},
		{Name: world.Staging, Aliases: []string{"stg"}},
		{Name: world.Production, Aliases: []string{"prod", "prd"}},
	}}
	for _, s := range services() {
		p.Services = append(p.Services, s.name)
	}
	return p
}
