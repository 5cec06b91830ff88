package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/config"
)

// withGitHub is the smallest configuration with GitHub and these fields of it.
func withGitHub(fields string) string {
	return `
pipelines: [{project: billing, environments: [dev], services: [api, till]}, {project: shop, environments: [dev]}]
github:
  app: {id: 1, privateKey: {env: KEY}}
  webhookSecrets: [{env: SECRET}]
` + fields
}

func TestWhereTheCodeOfAServiceIs(t *testing.T) {
	c := parse(t, withGitHub(`
  sources:
    "*": {repo: "acme/{service}"}
    api: {repo: acme/mono, paths: ["projects/api/**", go.mod], tags: ["api-v{version}"], commits: []}
    shop/api: {repo: acme/shop}
`))
	tags, commits := []string{"{service}/{version}"}, []string{"sha-{commit}"}
	for _, test := range []struct {
		project, service string
		want             config.Code
	}{
		{"billing", "api", config.Code{Repo: "acme/mono", Paths: []string{"projects/api", "go.mod"}, Tags: []string{"api-v{version}"}}},
		{"shop", "api", config.Code{Repo: "acme/shop", Tags: tags, Commits: commits}},
		{"billing", "till", config.Code{Repo: "acme/{service}", Tags: tags, Commits: commits}},
	} {
		if diff := cmp.Diff(test.want, c.CodeOf(test.project, test.service)); diff != "" {
			t.Errorf("%s/%s: -want +got\n%s", test.project, test.service, diff)
		}
	}
	guide := parse(t, strings.Replace(withGitHub(""), "[{project: billing, environments: [dev], services: [api, till]}, {project: shop, environments: [dev]}]", "[{file: kargo/config.yaml}]", 1))
	if diff := cmp.Diff(config.Code{Paths: []string{"projects/{service}"}, Tags: tags, Commits: commits}, guide.CodeOf("microsvcs", "red")); diff != "" {
		t.Errorf("of the guide: -want +got\n%s", diff)
	}
	bare := parse(t, withGitHub(""))
	if diff := cmp.Diff(config.Code{Tags: tags, Commits: commits}, bare.CodeOf("billing", "api")); diff != "" {
		t.Errorf("of nothing said: -want +got\n%s", diff)
	}
}

func TestGitHubsPagesBelongToItsAPI(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.github.com/":       "https://github.com",
		"https://ghe.acme.dev/api/v3/":  "https://ghe.acme.dev",
		"https://api.acme.ghe.com/":     "https://acme.ghe.com",
		"http://127.0.0.1:8080/api/v3/": "http://127.0.0.1:8080",
	} {
		if got := parse(t, withGitHub("  url: "+api)).GitHub.Web; got != want {
			t.Errorf("%s: pages at %s, want %s", api, got, want)
		}
	}
	if got := parse(t, withGitHub("  web: https://git.acme.dev/")).GitHub.Web; got != "https://git.acme.dev" {
		t.Errorf("as configured: %s", got)
	}
}
