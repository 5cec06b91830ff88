package kargo

import (
	"context"
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
		list, err := c.stagesIn(ctx, p.Project, p.Namespace)
		if err != nil {
			return nil, err
		}
		promotable := map[string]bool{}
		for i := range list {
			promotable[list[i].Name] = !list[i].IsControlFlow()
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
