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
	// writes says that Kargo pushes to it.
	writes  bool
	service string
	// warehouse is the name of the Warehouse that subscribes to it, if it is one.
	warehouse string
}

// repositories returns the repositories that are used by what is looked at: by subscriptions of Warehouses, and steps of
// Stages. It reports false if they can't be looked at.
func (s *state) repositories(ctx context.Context) ([]used, bool) {
	var all []used
	objects, ok := s.list(ctx, warehouseKind, s.Namespace)
	if !ok {
		return nil, false
	}
	looked := map[string]bool{}
	for _, w := range s.Warehouses {
		looked[w.Name] = true
	}
	for i := range objects {
		if looked[objects[i].GetName()] {
			all = append(all, s.subscribed(&objects[i])...)
		}
	}
	stages, ok := s.stagesWithSteps(ctx)
	if !ok {
		return nil, false
	}
	for _, stage := range stages {
		all = append(all, s.cloned(stage)...)
	}
	return all, true
}

// subscribed returns the repositories of a Warehouse.
func (s *state) subscribed(warehouse *unstructured.Unstructured) []used {
	subscriptions, _, err := unstructured.NestedSlice(warehouse.Object, "spec", "subscriptions")
	if err != nil {
		return nil
	}
	var all []used
	for _, one := range subscriptions {
		subscription, _ := one.(map[string]any)
		for field, t := range map[string]credentials.Type{"image": credentials.TypeImage, "git": credentials.TypeGit, "chart": credentials.TypeHelm} {
			url, found, err := unstructured.NestedString(subscription, field, "repoURL")
			if err != nil || !found || url == "" {
				continue
			}
			u := used{by: "Warehouse " + warehouse.GetName(), warehouse: warehouse.GetName()}
			u.Type, u.URL, u.Namespace = t, url, s.Namespace
			if of := s.ServicesOf[u.warehouse]; len(of) == 1 {
				u.service = of[0]
			}
			all = append(all, u)
		}
	}
	return all
}

// cloned returns the Git repositories of a Stage's steps.
func (s *state) cloned(stage placed) []used {
	var all []used
	writes := false
	for _, one := range s.steps(stage.stage) {
		writes = writes || one.is("git-push") || one.is("git-open-pr") || one.is("git-merge-pr")
		config, ok := configured[struct {
			RepoURL string `json:"repoURL"`
		}](one)
		if !ok || !one.is("git-clone") && !one.is("git-open-pr") {
			continue
		}
		url, known := one.env.resolve(config.RepoURL)
		if !known || url == "" {
			continue
		}
		u := used{by: "Stage " + stage.stage.Name, service: stage.service}
		u.Type, u.URL, u.Namespace = credentials.TypeGit, url, s.Namespace
		all = append(all, u)
	}
	for i := range all {
		all[i].writes = writes
	}
	return all
}
