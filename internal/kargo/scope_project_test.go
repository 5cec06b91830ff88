package kargo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

func TestScopeByProject(t *testing.T) {
	catalogue := kargo.NewCatalogue(fake.NewClientBuilder().WithScheme(runtime.NewScheme()).Build(), []kargo.Pipeline{
		{Project: "shop", Namespace: "shop", Services: []string{"red", "blue"}, Environments: []kargo.Environment{{Name: "staging"}, {Name: "production"}}},
		{Project: "billing", Namespace: "money", Services: []string{"api"}, Environments: []kargo.Environment{{Name: "dev"}, {Name: "production"}}},
	})
	for _, test := range []struct {
		services    []string
		environment string
		want        []kargo.ProjectScope
	}{
		{nil, "", []kargo.ProjectScope{{Project: "shop", Namespace: "shop"}, {Project: "billing", Namespace: "money"}}},
		{[]string{"billing/all"}, "", []kargo.ProjectScope{{Project: "billing", Namespace: "money"}}},
		{[]string{"dev"}, "", []kargo.ProjectScope{{Project: "billing", Namespace: "money", Environments: []string{"dev"}}}},
		{[]string{"api"}, "", []kargo.ProjectScope{{Project: "billing", Namespace: "money", Services: []string{"api"}}}},
		{[]string{"red", "api"}, "Production", []kargo.ProjectScope{
			{Project: "shop", Namespace: "shop", Services: []string{"red"}, Environments: []string{"production"}},
			{Project: "billing", Namespace: "money", Services: []string{"api"}, Environments: []string{"production"}},
		}},
	} {
		scope, err := catalogue.Scope(t.Context(), test.services, test.environment)
		if err != nil {
			t.Errorf("%v %s: %v", test.services, test.environment, err)
			continue
		}
		if diff := cmp.Diff(test.want, scope.Projects()); diff != "" {
			t.Errorf("%v %s (-want +got)\n%s", test.services, test.environment, diff)
		}
	}
}
