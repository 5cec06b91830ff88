package doctor

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// used is a repository that the Project uses.
type used struct {
	credentials.Repository

	// by says what uses it: "Warehouse red", "Stage red-production".
	by string
	// writes says that Kargo pushes to it, and proven that it has done so at the last Promotion.
	writes, proven bool
	service        string
	// warehouse is the name of the Warehouse that subscribes to it, if it is one.
	warehouse string
}

// inventory is the repositories that are used.
type inventory struct {
	used []used
	// unknown has the types of which there may be more: Kargo finds out which as it runs.
	unknown map[credentials.Type]bool
}

func (v *inventory) unknownOf(types ...credentials.Type) {
	for _, t := range types {
		v.unknown[t] = true
	}
}

// anyType are the types of repositories.
var anyType = []credentials.Type{credentials.TypeGit, credentials.TypeImage, credentials.TypeHelm}

// plain returns the repositories alone.
func (v *inventory) plain() []credentials.Repository {
	plain := make([]credentials.Repository, len(v.used))
	for i, r := range v.used {
		plain[i] = r.Repository
	}
	return plain
}

// repositories returns the repositories that are used by what is looked at: by subscriptions of Warehouses, and steps of
// Stages. It reports false if they can't be looked at.
func (s *state) repositories(ctx context.Context) (*inventory, bool) {
	looked := map[string]bool{}
	for _, w := range s.Warehouses {
		looked[w.Name] = true
	}
	stages, ok := s.stagesWithSteps(ctx)
	if !ok {
		return nil, false
	}
	return s.usedBy(ctx, func(warehouse string) bool { return looked[warehouse] }, stages)
}

// everyRepository returns those that anything in the Project uses.
func (s *state) everyRepository(ctx context.Context) (*inventory, bool) {
	stages, ok := s.everyStage(ctx)
	if !ok {
		return nil, false
	}
	return s.usedBy(ctx, func(string) bool { return true }, stages)
}

func (s *state) usedBy(ctx context.Context, looked func(warehouse string) bool, stages []placed) (*inventory, bool) {
	objects, ok := s.list(ctx, warehouseKind, s.Namespace)
	if !ok {
		return nil, false
	}
	v := &inventory{unknown: map[credentials.Type]bool{}}
	for i := range objects {
		if looked(objects[i].GetName()) {
			s.subscribed(v, &objects[i])
		}
	}
	for _, stage := range stages {
		s.stepped(v, stage)
	}
	return v, true
}

// subscribed adds the repositories of a Warehouse.
func (s *state) subscribed(v *inventory, warehouse *unstructured.Unstructured) {
	subscriptions, _, err := unstructured.NestedSlice(warehouse.Object, "spec", "subscriptions")
	if err != nil {
		return
	}
	for _, one := range subscriptions {
		subscription, _ := one.(map[string]any)
		known := false
		for field, t := range map[string]credentials.Type{"image": credentials.TypeImage, "git": credentials.TypeGit, "chart": credentials.TypeHelm} {
			url, found, err := unstructured.NestedString(subscription, field, "repoURL")
			if err != nil || !found || url == "" {
				continue
			}
			known = true
			u := used{by: "Warehouse " + warehouse.GetName(), warehouse: warehouse.GetName()}
			u.Type, u.URL, u.Namespace = t, url, s.Namespace
			if of := s.ServicesOf[u.warehouse]; len(of) == 1 {
				u.service = of[0]
			}
			v.used = append(v.used, u)
		}
		if !known {
			v.unknownOf(anyType...) // a kind of subscription that is not known here
		}
	}
}
