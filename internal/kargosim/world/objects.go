package world

import (
	"encoding/json"
	"fmt"
	"path"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Objects returns what describes the world to Kargo, in the order in which it has to be made: the
// namespace, the Project and its configuration, Warehouses and Stages. Nothing has happened in it yet.
func (s Spec) Objects() []client.Object {
	objects := []client.Object{s.namespace(), s.project(), s.projectConfig()}
	for _, service := range s.Services {
		for _, warehouse := range s.warehouses(service.Name) {
			objects = append(objects, warehouse)
		}
	}
	for _, service := range s.Services {
		for _, stage := range s.stages(service.Name) {
			objects = append(objects, stage)
		}
	}
	return objects
}

func (s Spec) namespace() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: s.Project, Labels: map[string]string{kargo.LabelKeyProject: kargo.LabelValueTrue},
	}}
}

func (s Spec) project() *kargo.Project {
	return &kargo.Project{ObjectMeta: metav1.ObjectMeta{Name: s.Project}}
}

func (s Spec) projectConfig() *kargo.ProjectConfig {
	config := &kargo.ProjectConfig{ObjectMeta: metav1.ObjectMeta{Namespace: s.Project, Name: s.Project}}
	for _, environment := range []string{Development, Staging, Production} {
		config.Spec.PromotionPolicies = append(config.Spec.PromotionPolicies, kargo.PromotionPolicy{
			StageSelector:        &kargo.PromotionPolicySelector{Name: "glob:*-" + environment},
			AutoPromotionEnabled: environment != Production,
		})
	}
	return config
}

func (s Spec) warehouses(service string) []*kargo.Warehouse {
	warehouse := func(name string, image kargo.ImageSubscription) *kargo.Warehouse {
		image.RepoURL, image.DiscoveryLimit = s.Repository(service), 10
		return &kargo.Warehouse{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.Project, Name: name},
			Spec: kargo.WarehouseSpec{
				Interval:      &metav1.Duration{Duration: 5 * time.Minute},
				Subscriptions: []kargo.RepoSubscription{{Image: &image}},
			},
		}
	}
	return []*kargo.Warehouse{
		warehouse(DevWarehouse(service), kargo.ImageSubscription{
			ImageSelectionStrategy: "NewestBuild", AllowTagsRegexes: []string{"^sha-.*"},
		}),
		warehouse(ReleasesWarehouse(service), kargo.ImageSubscription{
			ImageSelectionStrategy: "SemVer", Constraint: ">=0.0.0",
		}),
	}
}

func (s Spec) stages(service string) []*kargo.Stage {
	var stages []*kargo.Stage
	for _, environment := range []string{Development, Staging, Production} {
		stages = append(stages, s.stage(service, environment))
	}
	return stages
}

func (s Spec) stage(service, environment string) *kargo.Stage {
	warehouse := ReleasesWarehouse(service)
	sources := kargo.FreightSources{Direct: true}
	switch environment {
	case Development:
		warehouse = DevWarehouse(service)
	case Production:
		sources = kargo.FreightSources{Stages: []string{StageName(service, Staging)}}
	}
	stage := &kargo.Stage{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.Project, Name: StageName(service, environment)},
		Spec: kargo.StageSpec{
			RequestedFreight: []kargo.FreightRequest{{
				Origin:  kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: warehouse},
				Sources: sources,
			}},
			PromotionTemplate: &kargo.PromotionTemplate{Spec: kargo.PromotionTemplateSpec{
				Steps: s.steps(service, environment),
			}},
		},
	}
	if s.Adjust != nil {
		s.Adjust(service, environment, stage)
	}
	return stage
}

// steps returns the guide's steps. Argo CD synchronises development and staging by itself.
func (s Spec) steps(service, environment string) []kargo.PromotionStep {
	const clone = "./src"
	short := map[string]string{Development: "dev", Staging: "stg", Production: "prd"}[environment]
	image := s.Repository(service)
	steps := []kargo.PromotionStep{
		step("git-clone", "", map[string]any{
			"repoURL":  s.GitRepo,
			"checkout": []any{map[string]any{"branch": s.GitBranch, "path": clone}},
		}),
		step("kustomize-set-image", "set-image", map[string]any{
			"path": clone + "/" + path.Join(s.BasePath, environment, service),
			"images": []any{map[string]any{
				"image": s.Images + "/app", "newName": image, "tag": fmt.Sprintf("${{ imageFrom(%q).Tag }}", image),
			}},
		}),
		step("git-commit", "commit", map[string]any{
			"path":    clone,
			"message": fmt.Sprintf("[%s] %s: ${{ imageFrom(%q).Tag }}", short, service, image),
		}),
		step("git-push", "push", map[string]any{"path": clone, "targetBranch": s.GitBranch}),
	}
	if environment != Production {
		return steps
	}
	return append(steps, step("argocd-update", "", map[string]any{
		"apps": []any{map[string]any{"name": StageName(service, environment)}},
	}))
}

func step(uses, as string, config map[string]any) kargo.PromotionStep {
	raw, err := json.Marshal(config)
	if err != nil {
		raw = nil // strings, lists and maps can always be encoded
	}
	return kargo.PromotionStep{Uses: uses, As: as, Config: &apiextensionsv1.JSON{Raw: raw}}
}
