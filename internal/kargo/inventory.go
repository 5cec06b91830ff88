package kargo

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Inventory is the Stages of a project that people can name and promote to.
type Inventory struct {
	Project, Namespace string
	Stages             []NamedStage
}

// NamedStage is a Stage as people and as Kargo call it.
type NamedStage struct {
	Service, Environment string
	// Stage is the name of the Stage.
	Stage string
}

// Inventory lists the Stages of all projects that there are, in the order of the configuration.
func (c *Catalogue) Inventory(ctx context.Context) ([]Inventory, error) {
	var out []Inventory
	for i := range c.pipelines {
		p := &c.pipelines[i]
		services, err := c.Services(ctx, p)
		if err != nil {
			return nil, err
		}
		var list kargoapi.StageList
		if err := c.reader.List(ctx, &list, client.InNamespace(p.Namespace), client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("list stages of project %s: %w", p.Project, err)
		}
		promotable := map[string]bool{}
		for i := range list.Items {
			promotable[list.Items[i].Name] = !list.Items[i].IsControlFlow()
		}
		project := Inventory{Project: p.Project, Namespace: p.Namespace}
		for _, env := range p.Environments {
			for _, service := range services {
				if name := p.stageName(service, env.Name); promotable[name] {
					project.Stages = append(project.Stages, NamedStage{service, env.Name, name})
				}
			}
		}
		out = append(out, project)
	}
	return out, nil
}
