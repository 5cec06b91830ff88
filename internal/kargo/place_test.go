package kargo_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

func TestPlaceOf(t *testing.T) {
	c := kargo.NewCatalogue(nil, []kargo.Pipeline{
		{Project: "microsvcs", Namespace: "microsvcs", Environments: []kargo.Environment{{Name: "staging"}, {Name: "production"}, {Name: "eu-production"}}},
		{Project: "billing", Namespace: "billing", StagePattern: "{environment}.{service}", Environments: []kargo.Environment{{Name: "prod"}}},
	})
	for _, test := range []struct{ namespace, stage, want string }{
		{"microsvcs", "red-production", "microsvcs red production"},
		{"microsvcs", "git-sync-staging", "microsvcs git-sync staging"},
		{"microsvcs", "red-eu-production", "microsvcs red eu-production"},
		{"microsvcs", "production", ""},
		{"microsvcs", "prod.api", ""},
		{"billing", "prod.api", "billing api prod"},
		{"elsewhere", "red-production", ""},
	} {
		project, service, environment, found := c.PlaceOf(test.namespace, test.stage)
		got := ""
		if found {
			got = project + " " + service + " " + environment
		}
		if got != test.want {
			t.Errorf("%s/%s: %q, want %q", test.namespace, test.stage, got, test.want)
		}
	}
}
