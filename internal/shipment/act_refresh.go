package shipment

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// refreshSilence is how long a Warehouse is given to look for artifacts. Registries and repositories
	// take seconds, large ones half a minute.
	refreshSilence = 2 * time.Minute
	// askAgain is when a Warehouse is asked again that somebody else has asked meanwhile, with a token
	// that took the place of ours.
	askAgain = 10 * time.Second
)

// refresh has the item's Warehouse look for new artifacts, and tells what it found. The token is the same
// whoever asks for the Shipment, so that a restart asks for nothing new.
func (v *visit) refresh(ctx context.Context) (time.Duration, error) {
	token := string(v.s.UID)
	warehouse, err := get(ctx, v.client, v.key(v.item.Warehouse), &kargoapi.Warehouse{})
	if err != nil {
		return 0, err
	}
	handled := warehouse != nil && warehouse.Status.LastHandledRefresh == token
	replaced := warehouse != nil && warehouse.Annotations[kargoapi.AnnotationKeyRefresh] != token &&
		v.status.StepStartedAt != nil && v.now.Sub(v.status.StepStartedAt.Time) >= askAgain
	if !handled && (v.status.StartedAt == nil || replaced) {
		err := v.operator.RefreshWarehouse(ctx, v.key(v.item.Warehouse), token)
		if v.refused(err) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		v.status.StepStartedAt = stamp(v.now)
	}
	if v.status.StartedAt == nil {
		v.status.StartedAt = stamp(v.now)
	}
	if handled {
		over, failure := discovery(warehouse)
		switch {
		case failure != "":
			v.fail("%s", failure)
			return 0, nil
		case over:
			return 0, v.discovered(ctx, warehouse)
		}
	}
	if v.now.Sub(v.status.StartedAt.Time) >= refreshSilence {
		v.fail("%s", notRefreshed(warehouse))
		return 0, nil
	}
	return askAgain, nil
}

// discovery tells whether a Warehouse has finished looking for artifacts, and what Kargo says if that went
// wrong. While it looks, its health is not known.
func discovery(warehouse *kargoapi.Warehouse) (over bool, failure string) {
	healthy := meta.FindStatusCondition(warehouse.Status.Conditions, kargoapi.ConditionTypeHealthy)
	ready := meta.FindStatusCondition(warehouse.Status.Conditions, kargoapi.ConditionTypeReady)
	if healthy != nil && healthy.Status == metav1.ConditionUnknown {
		return false, ""
	}
	for _, c := range []*metav1.Condition{healthy, ready} {
		if c != nil && c.Status == metav1.ConditionFalse {
			if c.Message == "" {
				return true, "Kargo could not look: " + c.Reason
			}
			return true, c.Message
		}
	}
	return true, ""
}

// discovered says what the Warehouse has made of what it found. It makes Freight before it says that it has
// looked, but the cache may not have it yet; and the name that it has in its status may be of none.
func (v *visit) discovered(ctx context.Context, warehouse *kargoapi.Warehouse) error {
	var all kargoapi.FreightList
	if err := v.quorum.List(ctx, &all, client.InNamespace(v.s.Namespace)); err != nil {
		return fmt.Errorf("list freight of warehouse %s: %w", warehouse.Name, err)
	}
	newest := kargo.Found(all.Items, warehouse)
	if newest == nil || newest.Name == v.item.From || !v.isNew(newest, warehouse) {
		v.succeed("nothing new")
		return nil
	}
	result := "found " + kargo.Version(kargo.Reference(newest), v.item.Service)
	if newest.Alias != "" {
		result += fmt.Sprintf(" (%s)", newest.Alias)
	}
	v.succeed(result)
	return nil
}

// isNew reports whether Freight was made since the look was asked for: by this look, or by one before it.
// Times are whole seconds, so that of the same second only what is known not to have been there counts.
func (v *visit) isNew(newest *kargoapi.Freight, warehouse *kargoapi.Warehouse) bool {
	asked := v.s.CreationTimestamp
	return meta.IsStatusConditionTrue(warehouse.Status.Conditions, kargoapi.ConditionTypeFreightCreated) ||
		newest.CreationTimestamp.After(asked.Time) ||
		v.item.From != "" && !newest.CreationTimestamp.Before(&asked)
}

// notRefreshed says that a Warehouse has not looked in time.
func notRefreshed(warehouse *kargoapi.Warehouse) string {
	if warehouse != nil && meta.IsStatusConditionTrue(warehouse.Status.Conditions, kargoapi.ConditionTypeReconciling) {
		return fmt.Sprintf("Kargo is still looking after %d minutes.", int(refreshSilence.Minutes()))
	}
	return fmt.Sprintf("Kargo has not looked within %d minutes. Its controller may be down.", int(refreshSilence.Minutes()))
}
