package generate

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

// Manifests returns everything that a pipeline file makes, in the order in which it has to be applied. The file has
// to be complete: see manifests.ParseComplete.
func Manifests(p *manifests.Pipeline) []*Manifest {
	all := make([]*Manifest, 0, 4+2*len(p.Services)*len(p.Environments))
	all = append(all, project(p), projectConfig(p))
	var stages []*Manifest
	for i := range p.Services {
		s := &p.Services[i]
		discoveries, deliveries := p.Of(s)
		for _, d := range discoveries {
			all = append(all, warehouse(p, s, d))
		}
		for j := range deliveries {
			stages = append(stages, stage(p, s, &deliveries[j]))
		}
	}
	all = slices.Concat(all, stages)
	if p.ArgoCD == nil {
		return all
	}
	if p.ArgoCD.AppProject {
		all = append(all, appProject(p))
	}
	return append(all, applicationSet(p))
}
