package kargo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

func stagesOf(targets []kargo.Target) string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Namespace+"/"+t.Stage.Name)
	}
	return strings.Join(names, " ")
}

func TestSelect(t *testing.T) {
	catalogue := newCatalogue(t)
	for words, want := range map[string]string{
		"blue production":                      "microsvcs/blue-production",
		"green,blue prod":                      "microsvcs/green-production microsvcs/blue-production",
		"Blue,microsvcs/blue production":       "microsvcs/blue-production",
		"microsvcs/red,microsvcs/blue staging": "microsvcs/red-staging microsvcs/blue-staging",
		"all staging":                          "microsvcs/red-staging microsvcs/blue-staging microsvcs/green-staging microsvcs/yellow-staging",
		// yellow has no Stage in production.
		"microsvcs/all production": "microsvcs/red-production microsvcs/blue-production microsvcs/green-production",
		"ALL eu":                   "billing-system/invoices-eu-production billing-system/ledger-eu-production",
	} {
		services, environment, _ := strings.Cut(words, " ")
		targets, err := catalogue.Select(t.Context(), strings.Split(services, ","), environment)
		if err != nil {
			t.Errorf("%s: %v", words, err)
			continue
		}
		if diff := cmp.Diff(want, stagesOf(targets)); diff != "" {
			t.Errorf("%s: -want +got\n%s", words, diff)
		}
	}
}

func TestSelectRefuses(t *testing.T) {
	catalogue := newCatalogue(t)
	for words, want := range map[string]struct {
		code chatops.ProblemCode
		says string
	}{
		"blue,blu production":       {chatops.CodeUnknownService, "Did you mean blue?"},
		"blue,yellow production":    {chatops.CodeNoStage, "There is no yellow in production."},
		"blue,red production":       {chatops.CodeAmbiguousService, "Several projects have a service red."},
		"blue,ledger eu-production": {chatops.CodeUnknownEnvironment, `No environment "eu-production".`},
		"blue,git-sync production":  {chatops.CodeSeveralProjects, "blue and git-sync are of different projects."},
		"all,blue production":       {chatops.CodeUsage, `"all" stands for all services`},
		"all production":            {chatops.CodeAmbiguousService, "microsvcs/all, billing/all"},
		"all moon":                  {chatops.CodeUnknownEnvironment, `No environment "moon".`},
		"moon/all production":       {chatops.CodeUnknownService, "Projects: microsvcs, billing"},
		"microsvcs/all eu":          {chatops.CodeUnknownEnvironment, `No environment "eu".`},
	} {
		services, environment, _ := strings.Cut(words, " ")
		_, err := catalogue.Select(t.Context(), strings.Split(services, ","), environment)
		if says := wantProblem(t, err, want.code); !strings.Contains(says, want.says) {
			t.Errorf("%s: says %q, want %q", words, says, want.says)
		}
	}
}
