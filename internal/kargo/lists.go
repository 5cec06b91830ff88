package kargo

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// stagesIn lists the Stages of a project. They are the cache's own, not to be changed.
func (c *Catalogue) stagesIn(ctx context.Context, project, namespace string) ([]kargoapi.Stage, error) {
	var list kargoapi.StageList
	if err := c.reader.List(ctx, &list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list stages of project %s: %w", project, err)
	}
	return list.Items, nil
}

// freightIn lists the Freight of a project. It is the cache's own, not to be changed.
func (c *Catalogue) freightIn(ctx context.Context, project, namespace string) ([]kargoapi.Freight, error) {
	var list kargoapi.FreightList
	if err := c.reader.List(ctx, &list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list freight of project %s: %w", project, err)
	}
	return list.Items, nil
}
