// Package contents finds out what ships with a Shipment: what changes in the source code behind the Freight
// of its items. It only reads.
package contents

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Code tells what changes in the source code behind artifacts. What is not known when ctx ends is said to be
// unknown.
type Code interface {
	Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange
}

// itemsAtOnce bounds the items of one Shipment that are looked at at once.
const itemsAtOnce = 4

// Describe finds out what ships with each item of a Shipment.
func Describe(ctx context.Context, reader client.Reader, code Code, s *v1alpha1.Shipment, now time.Time) ([]v1alpha1.Contents, error) {
	all := make([]v1alpha1.Contents, len(s.Spec.Items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(itemsAtOnce)
	for i, item := range s.Spec.Items {
		group.Go(func() error {
			changes, err := artifactChanges(ctx, reader, s.Namespace, item)
			if err != nil {
				return err
			}
			// The namespace of a Project has its name.
			all[i] = freightdiff.Contents(item.Service, code.Changes(ctx, s.Namespace, item.Service, changes))
			all[i].At = metav1.NewTime(now)
			return nil
		})
	}
	return all, group.Wait()
}

// artifactChanges returns what an item changes: nothing, if there is nothing to compare.
func artifactChanges(ctx context.Context, reader client.Reader, namespace string, item v1alpha1.ShipmentItem) ([]answers.ArtifactChange, error) {
	if item.From == "" || item.From == item.Freight {
		return nil, nil
	}
	var refs [2][]kargoapi.FreightReference
	for i, name := range []string{item.From, item.Freight} {
		var f kargoapi.Freight
		err := reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &f)
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("get freight %s: %w", name, err)
		}
		refs[i] = []kargoapi.FreightReference{kargo.Reference(&f)}
	}
	return freightdiff.Compare(refs[0], refs[1]).Artifacts, nil
}
