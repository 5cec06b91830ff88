package kargo_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// guide is the pipeline of the deployment guide.
func guide() kargo.Pipeline {
	return kargo.Pipeline{
		Project: "microsvcs", Namespace: "microsvcs",
		Services: []string{"red", "blue", "green", "yellow"},
		Environments: []kargo.Environment{
			{Name: "development", Aliases: []string{"dev"}},
			{Name: "staging", Aliases: []string{"stg"}},
			{Name: "production", Aliases: []string{"prod", "prd"}},
		},
	}
}

// billing is a pipeline whose services are found from its Stages.
func billing() kargo.Pipeline {
	return kargo.Pipeline{
		Project: "billing", Namespace: "billing-system",
		Environments: []kargo.Environment{{Name: "production"}, {Name: "eu-production", Aliases: []string{"eu"}}, {Name: "dev"}},
	}
}

func stageIn(namespace, name string) client.Object {
	stage := newStage(name, direct)
	stage.Namespace = namespace
	return stage
}

func newCatalogue(t *testing.T) *kargo.Catalogue {
	t.Helper()
	var stages []client.Object
	for _, service := range guide().Services {
		for _, env := range guide().Environments {
			if service != "yellow" || env.Name != "production" {
				stages = append(stages, stageIn("microsvcs", service+"-"+env.Name))
			}
		}
	}
	for _, name := range []string{
		"git-sync-production", "invoices-production", "invoices-eu-production", "ledger-eu-production", "red-dev", "infra", "-production",
	} {
		stages = append(stages, stageIn("billing-system", name))
	}
	stages = append(stages, stageIn("shop", "production.cart"), stageIn("shop", "cart-production"))
	return kargo.NewCatalogue(newClient(t, stages...), []kargo.Pipeline{guide(), billing(), {
		Project: "shop", Namespace: "shop", StagePattern: "{environment}.{service}",
		Environments: []kargo.Environment{{Name: "production"}},
	}})
}

func TestFind(t *testing.T) {
	catalogue := newCatalogue(t)
	for _, test := range []struct{ service, environment, project, namespace, stage, called string }{
		{"blue", "production", "microsvcs", "microsvcs", "blue-production", "blue in production"},
		{"blue", "prod", "microsvcs", "microsvcs", "blue-production", "blue in production"},
		{"blue", "prd", "microsvcs", "microsvcs", "blue-production", "blue in production"},
		{"BLUE", "Prod", "microsvcs", "microsvcs", "blue-production", "blue in production"},
		{"microsvcs/red", "dev", "microsvcs", "microsvcs", "red-development", "red in development"},
		{"Microsvcs/Red", "staging", "microsvcs", "microsvcs", "red-staging", "red in staging"},
		{"billing/red", "dev", "billing", "billing-system", "red-dev", "red in dev"},
		{"git-sync", "production", "billing", "billing-system", "git-sync-production", "git-sync in production"},
		{"invoices", "eu-production", "billing", "billing-system", "invoices-eu-production", "invoices in eu-production"},
		{"invoices", "production", "billing", "billing-system", "invoices-production", "invoices in production"},
		{"ledger", "eu", "billing", "billing-system", "ledger-eu-production", "ledger in eu-production"},
		{"cart", "production", "shop", "shop", "production.cart", "cart in production"},
	} {
		target, err := catalogue.Find(t.Context(), test.service, test.environment)
		if err != nil {
			t.Errorf("%s to %s: %v", test.service, test.environment, err)
			continue
		}
		if target.Project != test.project || target.Namespace != test.namespace || target.Stage.Name != test.stage || target.String() != test.called {
			t.Errorf("%s to %s: found %q, Stage %s/%s of project %s", test.service, test.environment,
				target, target.Namespace, target.Stage.Name, target.Project)
		}
		if target.Stage.Namespace != test.namespace || len(target.Stage.Spec.RequestedFreight) == 0 {
			t.Errorf("%s to %s: the Stage was not read: %+v", test.service, test.environment, target.Stage)
		}
	}
}

func TestFindRefuses(t *testing.T) {
	catalogue := newCatalogue(t)
	for _, test := range []struct {
		service, environment string
		code                 chatops.ProblemCode
		says                 string
	}{
		{"yelow", "production", chatops.CodeUnknownService, `No service "yelow". Did you mean yellow?`},
		{"purple", "production", chatops.CodeUnknownService,
			"No service \"purple\".\nServices: blue, cart, git-sync, green, invoices, ledger, red, yellow"},
		{"microsvcs/rde", "production", chatops.CodeUnknownService, `No service "microsvcs/rde". Did you mean microsvcs/red?`},
		{"shop/blue", "production", chatops.CodeUnknownService,
			"No service \"shop/blue\".\nServices: billing/git-sync, billing/invoices, billing/ledger, billing/red, " +
				"microsvcs/blue, microsvcs/green, microsvcs/red, microsvcs/yellow, shop/cart"},
		{"/blue", "production", chatops.CodeUnknownService, ""},
		{"invoices-eu", "production", chatops.CodeUnknownService, `No service "invoices-eu". Did you mean invoices?`},
		{"red", "production", chatops.CodeAmbiguousService, "Several projects have a service red.\nWrite one of: microsvcs/red, billing/red"},
		{"blue", "prodution", chatops.CodeUnknownEnvironment, `No environment "prodution". Did you mean production?`},
		{"blue", "sgt", chatops.CodeUnknownEnvironment, `No environment "sgt". Did you mean staging?`},
		{"blue", "moon", chatops.CodeUnknownEnvironment, "No environment \"moon\".\nEnvironments: development, staging, production"},
		{"blue", "eu-production", chatops.CodeUnknownEnvironment, ""},
		{"yellow", "production", chatops.CodeNoStage,
			"There is no yellow in production.\nKargo has no Stage yellow-production in project microsvcs."},
		{"git-sync", "dev", chatops.CodeNoStage, "There is no git-sync in dev.\nKargo has no Stage git-sync-dev in project billing."},
	} {
		target, err := catalogue.Find(t.Context(), test.service, test.environment)
		if err == nil {
			t.Errorf("%s to %s: found %s", test.service, test.environment, target)
			continue
		}
		says := wantProblem(t, err, test.code)
		if test.says != "" && says != test.says {
			t.Errorf("%s to %s: says\n%s\nwant\n%s", test.service, test.environment, says, test.says)
		}
	}
}

func TestFindListsNotAllOfVeryManyServices(t *testing.T) {
	pipeline := guide()
	pipeline.Services = nil
	for i := range 100 {
		pipeline.Services = append(pipeline.Services, fmt.Sprintf("service-%02d", i))
	}
	_, err := kargo.NewCatalogue(newClient(t), []kargo.Pipeline{pipeline}).Find(t.Context(), "x", "production")
	says := wantProblem(t, err, chatops.CodeUnknownService)
	if want := "service-18, service-19 and 80 more"; says[len(says)-len(want):] != want {
		t.Errorf("says %q", says)
	}
}

func TestServices(t *testing.T) {
	catalogue := newCatalogue(t)
	configured, found := guide(), billing()
	for _, test := range []struct {
		name     string
		pipeline *kargo.Pipeline
		want     []string
	}{
		{"as configured, in that order", &configured, []string{"red", "blue", "green", "yellow"}},
		{"from the Stages, sorted, each once", &found, []string{"git-sync", "invoices", "ledger", "red"}},
	} {
		got, err := catalogue.Services(t.Context(), test.pipeline)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
	}
}

func TestFindSaysWhenItCannotLook(t *testing.T) {
	broken := errors.New("connection refused")
	reader := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return broken
		},
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			return broken
		},
	}).Build()
	for name, pipeline := range map[string]kargo.Pipeline{"the Stage": guide(), "the services": billing()} {
		_, err := kargo.NewCatalogue(reader, []kargo.Pipeline{pipeline}).Find(t.Context(), "red", "production")
		var problem *chatops.Problem
		if !errors.Is(err, broken) || errors.As(err, &problem) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestFindInALongListOfStagesIsNotConfusedByTheirNames(t *testing.T) {
	catalogue := kargo.NewCatalogue(newClient(t, stageIn("p", "a-b-dev"), stageIn("p", "dev")), []kargo.Pipeline{{
		Project: "p", Namespace: "p", Environments: []kargo.Environment{{Name: "dev"}, {Name: "b-dev"}},
	}})
	target, err := catalogue.Find(t.Context(), "a", "b-dev")
	if err != nil {
		t.Fatal(err)
	}
	if target.Stage.Name != "a-b-dev" {
		t.Errorf("found %s", target.Stage.Name)
	}
	_, err = catalogue.Find(t.Context(), "a-b", "dev")
	wantProblem(t, err, chatops.CodeUnknownService)
}
