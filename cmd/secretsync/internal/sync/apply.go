package sync

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// apply writes a Secret that is to be written. One that somebody has changed since it was looked at, is looked at again,
// once.
func (o *one) apply(ctx context.Context, i *item) {
	err := o.applyOnce(ctx, i)
	if overtaken(err) {
		o.look(ctx, i)
		err = o.applyOnce(ctx, i)
	}
	if err != nil {
		i.refused(err)
	}
}

// overtaken reports whether a Secret was not written as it is no longer what was looked at.
func overtaken(err error) bool {
	return apierrors.IsConflict(err) && len(conflicts(err)) == 0
}

// applyOnce returns why the API server has not done it.
func (o *one) applyOnce(ctx context.Context, i *item) error {
	if !i.write {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	wanted := corev1ac.Secret(i.name().Name, i.name().Namespace).WithType(corev1.SecretTypeOpaque).
		WithLabels(i.content.Labels).WithAnnotations(i.content.Annotations).WithData(i.content.Data)
	options := []client.ApplyOption{client.FieldOwner(credentials.Manager)}
	if i.live != nil {
		// It is this Secret that was looked at, and no other that has its name by now.
		wanted.WithUID(i.live.UID)
	}
	if i.force {
		// Nor are changes overwritten that were not looked at.
		wanted.WithResourceVersion(i.live.ResourceVersion)
		options = append(options, client.ForceOwnership)
	}
	if err := o.Client.Apply(ctx, wanted, options...); err != nil {
		return err //nolint:wrapcheck // it is explained by whoever gets it
	}
	i.writes++
	if wanted.ResourceVersion != nil {
		i.outcome.ResourceVersion = *wanted.ResourceVersion
	}
	return o.remove(ctx, i, wanted)
}

// refused is what becomes of a Secret that could not be written.
func (i *item) refused(err error) {
	switch claims := conflicts(err); {
	case len(claims) > 0:
		i.end(credentials.StateConflict, claimedText(claims))
	case apierrors.IsNotFound(err) && i.live != nil:
		i.end(credentials.StateFailed, "Somebody deleted it at the same moment. The next pass makes it again.")
	default:
		i.end(credentials.StateFailed, explain(err, action{verb: "patch", resource: "secrets", name: i.name()}))
	}
	i.restoreMemory()
}

// restoreMemory takes back what would be so had the Secret been written.
func (i *item) restoreMemory() {
	i.outcome.RotatedAt, i.outcome.ExpiresAt, i.outcome.Probe = nil, nil, ""
	i.remember()
}

// remove deletes keys that are to go and that server-side apply has left, as others own them, too, and what kubectl
// remembers.
func (o *one) remove(ctx context.Context, i *item, left *corev1ac.SecretApplyConfiguration) error {
	gone := map[string]any{}
	for _, key := range i.differs.removed {
		if _, ok := left.Data[key]; ok {
			gone[key] = nil
		}
	}
	change := map[string]any{}
	if len(gone) > 0 {
		change["data"] = gone
	}
	if left.ObjectMetaApplyConfiguration != nil && left.Annotations[corev1.LastAppliedConfigAnnotation] != "" {
		change["metadata"] = map[string]any{"annotations": map[string]any{corev1.LastAppliedConfigAnnotation: nil}}
	}
	if len(change) == 0 {
		return nil
	}
	patch, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode the keys that are too many: %w", err)
	}
	secret := corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: i.name().Namespace, Name: i.name().Name}}
	err = o.Client.Patch(ctx, &secret, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(credentials.Manager))
	if err != nil {
		return err //nolint:wrapcheck // it is explained by whoever gets it
	}
	i.writes++
	i.outcome.ResourceVersion = secret.ResourceVersion
	return nil
}
