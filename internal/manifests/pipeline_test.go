package manifests_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// guide is the deployment guide's own file, unchanged.
var guide = filepath.Join("testdata", "config.yaml")

func TestLoadTheGuidesFile(t *testing.T) {
	got, err := manifests.Load(guide)
	if err != nil {
		t.Fatal(err)
	}
	want := &manifests.Pipeline{
		Project:           "microsvcs",
		Namespace:         "microsvcs",
		GitRepo:           "https://github.com/davidaparicio/microsvcs.git",
		GitBranch:         "main",
		DockerRegistry:    "quay.io/davidaparicio",
		KustomizeBasePath: "k8s/overlays",
		Services:          []manifests.Service{{Name: "red"}, {Name: "blue"}, {Name: "green"}, {Name: "yellow"}, {Name: "git-sync"}},
		Environments: []manifests.Environment{
			{Name: "development", Available: "OneOf", AutoPromote: true, Warehouse: &manifests.Warehouse{
				ImageTagPattern: "^sha-.*", ImageSelectionStrategy: "NewestBuild", DiscoveryLimit: 10,
			}},
			{Name: "staging", Available: "OneOf", AutoPromote: true, Warehouse: &manifests.Warehouse{
				SemverConstraint: ">=0.0.0", ImageSelectionStrategy: "SemVer", DiscoveryLimit: 10,
			}},
			{Name: "production", Available: "OneOf"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if name := manifests.StageName("git-sync", "production"); name != "git-sync-production" {
		t.Errorf("the Stage is called %s", name)
	}
}

func TestTheExampleIsTheGuidesFile(t *testing.T) {
	want, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("examples/color/kargo/config.yaml differs (-guide +example)\n%s", diff)
	}
}

func TestParseDefaults(t *testing.T) {
	got, err := manifests.Parse("config.yaml", []byte(smallest))
	if err != nil {
		t.Fatal(err)
	}
	want := &manifests.Pipeline{
		Project: "p", Namespace: "p", GitBranch: "main", Services: []manifests.Service{{Name: "red"}},
		Environments: []manifests.Environment{{Name: "dev", Available: "OneOf", Warehouse: &manifests.Warehouse{ImageSelectionStrategy: "SemVer"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

const smallest = "project: p\nservices: [red]\nenvironments:\n- {name: dev, warehouse: {}}\n"

func TestParseTellsWhatIsWrong(t *testing.T) {
	warehouse := func(s string) string {
		return "project: p\nservices: [red]\nenvironments:\n- name: dev\n  warehouse:\n    " + s + "\n"
	}
	for _, test := range []struct {
		name, data string
		want       []string
	}{
		{"nothing there", "{}", []string{
			"config.yaml:1:1: project: missing; add it, for example project: microsvcs",
			"config.yaml:1:1: services: missing; add it, for example services: [red, blue]",
			"config.yaml:1:1: environments: missing; add a list",
		}},
		{"names", "project: Micro_Svcs\nnamespace: a.b\nservices: [red, '', blue, red, -x-]\nenvironments:\n- {name: dev, warehouse: {}}\n- {name: Pre Prod}\n- {name: dev}\n- {}\n", []string{
			`config.yaml:1:10: project: "Micro_Svcs" is not a name that Kubernetes takes; write micro-svcs`,
			`config.yaml:2:12: namespace: "a.b" is not a name that Kubernetes takes; write a-b`,
			`config.yaml:3:17: services[1]: is empty; write a name, or remove it`,
			`config.yaml:3:27: services[3]: "red" is there twice; remove one of the two`,
			`config.yaml:3:32: services[4]: "-x-" is not a name that Kubernetes takes; use at most 63 lower-case letters, digits and hyphens, with no hyphen at either end`,
			`config.yaml:6:10: environments[1].name: "Pre Prod" is not a name that Kubernetes takes; write pre-prod`,
			`config.yaml:7:10: environments[2].name: "dev" is there twice; remove one of the two`,
			`config.yaml:8:3: environments[3].name: missing; add it, for example name: staging`,
		}},
		{"no way in for Freight", "project: p\nservices: [red]\nenvironments:\n- name: dev\n- name: prod\n", []string{
			"config.yaml:4:3: environments[0]: the first environment has no warehouse, so that no Freight can ever reach it; " +
				"add one, or move the environment behind the one that it is promoted from",
		}},
		{"two Stages of one name", "project: p\nservices: [red, red-eu]\nenvironments:\n- {name: prod, warehouse: {}}\n- {name: eu-prod}\n", []string{
			"config.yaml:5:10: environments[1].name: Stage red-eu-prod would be both red in eu-prod and red-eu in prod; " +
				"rename the environment or one of the services",
		}},
		{"strategy", warehouse("imageSelectionStrategy: Semver"), []string{
			`config.yaml:6:29: environments[0].warehouse.imageSelectionStrategy: "Semver" is not known; ` +
				"did you mean SemVer? Allowed are SemVer, NewestBuild, Lexical, Digest",
		}},
		{"pattern", warehouse("imageTagPattern: 'sha-('"), []string{
			"config.yaml:6:22: environments[0].warehouse.imageTagPattern: is not a regular expression: missing closing ): `sha-(`; " +
				`write it as Go's regexp package takes it, such as "^sha-.*"`,
		}},
		{"empty pattern", warehouse("imageTagPattern: ''"), []string{
			"config.yaml:6:22: environments[0].warehouse.imageTagPattern: is empty; write a regular expression, or remove the line",
		}},
		{"range", warehouse("semverConstraint: ''"), []string{
			"config.yaml:6:23: environments[0].warehouse.semverConstraint: is not a range of versions; " +
				`write one such as ">=1.2.0" or "^3.0", or remove the line`,
		}},
		{"range without a number", warehouse("semverConstraint: '>=latest!'"), []string{
			"config.yaml:6:23: environments[0].warehouse.semverConstraint: is not a range of versions; " +
				`write one such as ">=1.2.0" or "^3.0", or remove the line`,
		}},
		{"range that is a number", warehouse("semverConstraint: 1.10"), []string{
			"config.yaml:6:23: environments[0].warehouse.semverConstraint: expected text, got a number; put it in quotes",
		}},
		{"limit", warehouse("discoveryLimit: 0"), []string{
			"config.yaml:6:21: environments[0].warehouse.discoveryLimit: 0 is out of range; write a number from 1 to 100",
		}},
		{"limit above", warehouse("discoveryLimit: 101"), []string{
			"config.yaml:6:21: environments[0].warehouse.discoveryLimit: 101 is out of range; write a number from 1 to 100",
		}},
		{"misspelt", warehouse("imageTagPatern: '^v'"), []string{
			`config.yaml:6:5: environments[0].warehouse.imageTagPatern: unknown field; did you mean "imageTagPattern"?`,
		}},
		{"branch", smallest + "gitBranch: ' '\n", []string{
			"config.yaml:5:12: gitBranch: is empty; write the branch's name, or remove the line",
		}},
		{"repository", smallest + "gitRepo: microsvcs\n", []string{
			"config.yaml:5:10: gitRepo: is not the URL of a Git repository; write a URL such as https://github.com/acme/microsvcs.git",
		}},
		{"token in the URL", smallest + "gitRepo: https://x:sentinel@github.com/acme/microsvcs\n", []string{
			"config.yaml:5:10: gitRepo: contains credentials; remove them from the URL, and change them: they were in a file",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := manifests.Parse("config.yaml", []byte(test.data))
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || p != nil {
				t.Fatalf("accepted: %+v, %v", p, err)
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n"), err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseTakesWhatGuidesOftenHave(t *testing.T) {
	for _, line := range []string{
		"gitRepo: git@github.com:acme/microsvcs.git",
		"gitRepo: ssh://git@github.com/acme/microsvcs.git",
		"gitRepo: http://gitea.local:3000/acme/microsvcs",
		"namespace: other",
	} {
		if _, err := manifests.Parse("config.yaml", []byte(smallest+line+"\n")); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, constraint := range []string{">=0.0.0", "^3.0", "~1.2.3-rc.1", "1.x", "*", ">=1.0, <2.0 || 3.1 - 3.4", "v1.2.3+build"} {
		data := strings.Replace(smallest, "warehouse: {}", "warehouse: {semverConstraint: '"+constraint+"'}", 1)
		if _, err := manifests.Parse("config.yaml", []byte(data)); err != nil {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

func TestLoadMissingFile(t *testing.T) {
	_, err := manifests.Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.HasSuffix(err.Error(), "none.yaml: no such file; create it, or correct the path") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(guide)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(smallest))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := manifests.Parse("f", data)
		if err != nil {
			return
		}
		stages := map[string]bool{}
		for _, s := range p.ServiceNames() {
			for _, e := range p.Environments {
				name := manifests.StageName(s, e.Name)
				if s == "" || e.Name == "" || p.Project == "" || p.Namespace == "" || stages[name] {
					t.Fatalf("accepted with Stage %q twice or a name missing: %+v", name, p)
				}
				stages[name] = true
			}
		}
		if len(stages) == 0 {
			t.Fatalf("accepted without any Stage: %+v", p)
		}
	})
}
