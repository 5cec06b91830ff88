package world

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// builders is how many services are made at once.
const builders = 8

// Build makes a world with its history: Freight of every build, Stages that run it, and the Promotions
// that brought it there. The client should be one of Kargo's own users (kargosim.ControllerUser), whose
// Promotions count as automatic; admission must be there and the controllers must not run yet, or they
// would run the Promotions. It fails if anything is there already.
func Build(ctx context.Context, c client.Client, spec Spec) error {
	for _, object := range []client.Object{spec.namespace(), spec.project(), spec.projectConfig()} {
		if err := create(ctx, c, object); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(builders)
	for _, service := range spec.Services {
		group.Go(func() error {
			b := &builder{Spec: spec, client: c, service: service}
			if err := b.build(ctx); err != nil {
				return fmt.Errorf("service %s: %w", service.Name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func create(ctx context.Context, c client.Client, object client.Object) error {
	if err := c.Create(ctx, object); err != nil {
		return fmt.Errorf("making %T %s: %w", object, object.GetName(), err)
	}
	return nil
}

// builder makes one service.
type builder struct {
	Spec

	client  client.Client
	service Service
}

func (b *builder) build(ctx context.Context) error {
	warehouses := b.warehouses(b.service.Name)
	for _, warehouse := range warehouses {
		if err := create(ctx, b.client, warehouse); err != nil {
			return err
		}
	}
	builds, err := b.freight(ctx, warehouses[0], b.service.Builds)
	if err != nil {
		return err
	}
	releases, err := b.freight(ctx, warehouses[1], b.service.Releases)
	if err != nil {
		return err
	}
	promoted := releases
	if len(releases) > 1 {
		promoted = releases[:len(releases)-1]
	}
	for _, place := range []struct {
		environment string
		freight     []*kargo.Freight
	}{{Development, builds}, {Staging, releases}, {Production, promoted}} {
		stage := b.stage(b.service.Name, place.environment)
		if err := create(ctx, b.client, stage); err != nil {
			return err
		}
		if stage.IsControlFlow() {
			continue // nothing can be promoted to it
		}
		if err := b.occupy(ctx, stage, place.environment, place.freight); err != nil {
			return err
		}
	}
	return nil
}

// freight makes Freight of images, oldest first, and says in the Warehouse that it found them.
func (b *builder) freight(ctx context.Context, warehouse *kargo.Warehouse, images []Image) ([]*kargo.Freight, error) {
	var made []*kargo.Freight
	for _, built := range images {
		image := b.Pushed(b.service.Name, built)
		at := metav1.NewTime(built.At)
		freight := &kargo.Freight{
			ObjectMeta:   metav1.ObjectMeta{Namespace: b.Project},
			DiscoveredAt: &at,
			Origin:       kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: warehouse.Name},
			Images: []kargo.Image{{
				RepoURL: b.Repository(b.service.Name), Tag: image.Tag, Digest: image.Digest, Annotations: image.Annotations,
			}},
		}
		// Admission names it; a name is needed to get there.
		freight.GenerateName = "freight-"
		if err := create(ctx, b.client, freight); err != nil {
			return nil, err
		}
		made = append(made, freight)
	}
	if len(made) == 0 {
		return nil, nil
	}
	newest := made[len(made)-1]
	return made, b.setStatus(ctx, warehouse, func() {
		warehouse.Status.LastFreightID = newest.Name
		warehouse.Status.ObservedGeneration = warehouse.Generation
		warehouse.Status.Conditions = []metav1.Condition{
			healthy(warehouse.Generation, *newest.DiscoveredAt, "ReconciliationSucceeded", ""),
			ready(warehouse.Generation, *newest.DiscoveredAt, "ArtifactsDiscovered",
				"Successfully discovered artifacts from 1 subscriptions"),
		}
	})
}

// setStatus stores what change changes in the object's status.
func (b *builder) setStatus(ctx context.Context, object client.Object, change func()) error {
	before := object.DeepCopyObject().(client.Object)
	change()
	if err := b.client.Status().Patch(ctx, object, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("status of %T %s: %w", object, object.GetName(), err)
	}
	return nil
}
