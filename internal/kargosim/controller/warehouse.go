package controller

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

const (
	warehouseController = rules.ActorController + "warehouse-controller"
	// defaultInterval is Kargo's.
	defaultInterval = 5 * time.Minute
	// retryInterval is how soon a Warehouse looks again that could not. Kargo's grows from try to try.
	retryInterval = time.Second
)

// warehouses makes Freight of what the registry has.
type warehouses struct{ *shared }

func setupWarehouses(s *shared, mgr manager.Manager) error {
	return s.build(mgr, "warehouse").
		For(&kargo.Warehouse{}, builder.WithPredicates(asked())).
		Complete(calmly(&warehouses{shared: s}))
}

// Reconcile looks at the registry for a Warehouse.
func (r *warehouses) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var warehouse kargo.Warehouse
	if err := r.reader.Get(ctx, request.NamespacedName, &warehouse); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if err := r.begin(ctx, &warehouse); err != nil {
		return reconcile.Result{}, err
	}
	before := warehouse.DeepCopy()
	failure := r.discover(ctx, &warehouse)
	if failure != nil {
		r.Log.DebugContext(ctx, "Warehouse discovers nothing", "warehouse", warehouse.Name, "error", failure)
	}
	if token, ok := warehouse.Annotations[kargo.AnnotationKeyRefresh]; ok {
		warehouse.Status.LastHandledRefresh = token
	}
	if err := saveStatus(ctx, r.client, &warehouse, before); err != nil {
		return reconcile.Result{}, err
	}
	if failure != nil {
		return reconcile.Result{RequeueAfter: retryInterval}, nil //nolint:nilerr // the Warehouse says what is wrong
	}
	interval := defaultInterval
	if warehouse.Spec.Interval != nil {
		interval = warehouse.Spec.Interval.Duration
	}
	return reconcile.Result{RequeueAfter: interval}, nil
}

// begin says in the Warehouse that it looks at the registry, of which the outcome is not known yet.
func (r *warehouses) begin(ctx context.Context, warehouse *kargo.Warehouse) error {
	before := warehouse.DeepCopy()
	c := warehouseConditions{warehouse: warehouse, now: metav1.NewTime(r.Clock.Now())}
	c.set(kargo.ConditionTypeReconciling, metav1.ConditionTrue, "ScheduledDiscovery",
		fmt.Sprintf("Discovering artifacts for %d subscriptions", len(warehouse.Spec.Subscriptions)))
	c.set(kargo.ConditionTypeReady, metav1.ConditionFalse, "DiscoveryInProgress", "Waiting for discovery to complete")
	c.set(kargo.ConditionTypeHealthy, metav1.ConditionUnknown, "Pending",
		"Health status cannot be determined until artifact discovery is finished")
	deleteCondition(&warehouse.Status.Conditions, kargo.ConditionTypeFreightCreated)
	return saveStatus(ctx, r.client, warehouse, before)
}

// discover makes Freight of the newest images and sets the conditions. It returns what is worth another
// try.
func (r *warehouses) discover(ctx context.Context, warehouse *kargo.Warehouse) error {
	c := warehouseConditions{warehouse: warehouse, now: metav1.NewTime(r.Clock.Now())}
	freight := &kargo.Freight{
		ObjectMeta: metav1.ObjectMeta{Namespace: warehouse.Namespace},
		Origin:     kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: warehouse.Name},
	}
	missing := ""
	for _, subscription := range warehouse.Spec.Subscriptions {
		if subscription.Image == nil {
			continue
		}
		images, err := r.Registry.Select(subscription.Image)
		if err != nil {
			err = fmt.Errorf("error discovering artifacts: %w", err)
			c.unwell("DiscoveryFailed", "Unable to discover artifacts: "+err.Error(),
				"DiscoveryFailure", "Artifact discovery failed: "+err.Error())
			return err
		}
		if len(images) == 0 {
			missing = subscription.Image.RepoURL
			continue
		}
		freight.Images = append(freight.Images, kargo.Image{
			RepoURL: subscription.Image.RepoURL, Tag: images[0].Tag, Digest: images[0].Digest, Annotations: images[0].Annotations,
		})
	}
	warehouse.Status.ObservedGeneration = warehouse.Generation
	// After a discovery that failed it stays: Kargo tries again.
	deleteCondition(&warehouse.Status.Conditions, kargo.ConditionTypeReconciling)
	switch {
	case missing != "":
		message := fmt.Sprintf("No references discovered for image repository %q", missing)
		c.unwell("NoImageReferencesDiscovered", message, "MissingImageReferences", message)
		return nil
	case len(freight.Images) == 0:
		const message = "No artifacts discovered"
		c.unwell("MissingArtifacts", message, "MissingArtifacts", message)
		return nil
	}
	return r.makeFreight(ctx, c, freight)
}

// makeFreight makes the Freight unless it is there already.
func (r *warehouses) makeFreight(ctx context.Context, c warehouseConditions, freight *kargo.Freight) error {
	freight.Name = rules.FreightName(freight)
	known, err := r.freight(ctx, freight.Namespace, freight.Name)
	if err == nil && known == nil {
		err = r.client.Create(ctx, freight)
	}
	switch {
	case known != nil || apierrors.IsAlreadyExists(err):
		c.set(kargo.ConditionTypeFreightCreated, metav1.ConditionFalse, "AlreadyExists",
			"Freight composed of the newest artifacts already exists")
	case err != nil:
		message := fmt.Sprintf("Error creating Freight %q in namespace %q: %s", freight.Name, freight.Namespace, err)
		c.unwell("FreightBuildFailure", message, "FreightCreationFailure", message)
		return fmt.Errorf("error creating Freight %q in namespace %q: %w", freight.Name, freight.Namespace, err)
	default:
		c.set(kargo.ConditionTypeFreightCreated, metav1.ConditionTrue, "NewFreight",
			"No Freight composed of the newest artifacts already existed")
		r.events.Freight(ctx, event.FreightCreated, "Freight created from discovered artifacts", warehouseController, "", freight)
	}
	c.warehouse.Status.LastFreightID = freight.Name
	c.set(kargo.ConditionTypeHealthy, metav1.ConditionTrue, "ReconciliationSucceeded", "")
	c.set(kargo.ConditionTypeReady, metav1.ConditionTrue, "ArtifactsDiscovered",
		fmt.Sprintf("Successfully discovered artifacts from %d subscriptions", len(c.warehouse.Spec.Subscriptions)))
	return nil
}

// warehouseConditions sets conditions of a Warehouse.
type warehouseConditions struct {
	warehouse *kargo.Warehouse
	now       metav1.Time
}

func (c warehouseConditions) set(kind string, status metav1.ConditionStatus, reason, message string) {
	setCondition(&c.warehouse.Status.Conditions, c.now, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message, ObservedGeneration: c.warehouse.Generation,
	})
}

func (c warehouseConditions) unwell(healthReason, healthMessage, readyReason, readyMessage string) {
	c.set(kargo.ConditionTypeHealthy, metav1.ConditionFalse, healthReason, healthMessage)
	c.set(kargo.ConditionTypeReady, metav1.ConditionFalse, readyReason, readyMessage)
}
