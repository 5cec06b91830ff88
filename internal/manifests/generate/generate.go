package generate

import (
	"runtime"
	"sync"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

// Manifests returns everything that a pipeline file makes, in the order in which it has to be applied. The file has
// to be complete: see manifests.ParseComplete.
func Manifests(p *manifests.Pipeline) []*Manifest {
	warehouses, stages := make([][]*Manifest, len(p.Services)), make([][]*Manifest, len(p.Services))
	onAllProcessors(len(p.Services), func(from, to int) {
		for i := from; i < to; i++ {
			warehouses[i], stages[i] = ofService(p, &p.Services[i])
		}
	})
	all := make([]*Manifest, 0, 4+2*len(p.Services)*len(p.Environments))
	all = append(all, project(p), projectConfig(p))
	for _, of := range [][][]*Manifest{warehouses, stages} {
		for i := range of {
			all = append(all, of[i]...)
		}
	}
	if p.ArgoCD == nil {
		return all
	}
	if p.ArgoCD.AppProject {
		all = append(all, appProject(p))
	}
	return append(all, applicationSet(p))
}

// ofService returns the Warehouses and the Stages of a service.
func ofService(p *manifests.Pipeline, s *manifests.Service) (warehouses, stages []*Manifest) {
	discoveries, deliveries := p.Of(s)
	for _, d := range discoveries {
		warehouses = append(warehouses, warehouse(p, s, d))
	}
	for i := range deliveries {
		stages = append(stages, stage(p, s, &deliveries[i]))
	}
	return warehouses, stages
}

// onAllProcessors does something for n elements, a stretch of them on each processor, and returns when it is done.
func onAllProcessors(n int, do func(from, to int)) {
	var workers sync.WaitGroup
	size := n/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < n; from += size {
		workers.Go(func() { do(from, min(from+size, n)) })
	}
	workers.Wait()
}
