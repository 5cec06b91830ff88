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

// whole is a file that manifests can be made of, with some lines more.
func whole(services, environments, more string) string {
	return "project: p\ngitRepo: https://github.com/acme/p.git\ndockerRegistry: quay.io/acme\nkustomizeBasePath: overlays\n" +
		"services: " + services + "\nenvironments:\n- {name: dev, warehouse: {}}\n" + environments + more
}

func TestParseCompleteTellsWhatIsWrong(t *testing.T) {
	const prod = "- {name: prod}\n"
	for _, test := range []struct{ name, data, want string }{
		{"nothing to commit to", "project: p\nservices: [red]\nenvironments:\n- {name: dev, warehouse: {}}\n",
			"config.yaml:1:1: gitRepo: missing: promotions commit to it; add it, for example gitRepo: https://github.com/acme/microsvcs.git\n" +
				"config.yaml:1:1: dockerRegistry: missing: services have their images there; add it, for example dockerRegistry: quay.io/acme\n" +
				"config.yaml:1:1: kustomizeBasePath: missing: promotions change the overlays there; add it, for example kustomizeBasePath: k8s/overlays"},
		{"namespace", whole("[red]", "", "namespace: q\n"),
			"config.yaml:8:12: namespace: is not the project's name: Kargo keeps what belongs to a Project in the namespace of that name; remove the line, or rename the project"},
		{"unknown environment", whole("[{name: red, environments: {prd: {}}}]", prod, ""),
			`config.yaml:5:39: services[0].environments.prd: there is no environment "prd" here; did you mean prod?`},
		{"from later", whole("[red]", "- {name: eu, from: us}\n- {name: us}\n", ""),
			`config.yaml:8:20: environments[1].from[0]: there is no environment "us" here; write one of dev`},
		{"from and warehouse", whole("[red]", "- {name: eu, from: dev, warehouse: {name: x}}\n", ""),
			"config.yaml:8:20: environments[1].from: does not go with a warehouse: Freight comes from the one or the other; remove one of the two"},
		{"from two Warehouses", whole("[red]", "- {name: eu, warehouse: {name: x}}\n- {name: us, from: [dev, eu]}\n", ""),
			"config.yaml:9:14: environments[2].from: Freight of red-us would be from Warehouse red-releases and from Warehouse red-x; name environments whose Freight is from the same Warehouse"},
		{"from twice", whole("[red]", "- {name: eu, from: [dev, dev]}\n", ""),
			"config.yaml:8:26: environments[1].from[1]: \"dev\" is there twice; remove one of the two"},
		{"a digest of what", whole("[red]", "- {name: eu, warehouse: {imageSelectionStrategy: Digest}}\n", ""),
			"config.yaml:8:50: environments[1].warehouse.imageSelectionStrategy: needs the one tag that Digest follows; add it as semverConstraint, for example semverConstraint: latest"},
		{"a digest of many", whole("[red]", "- {name: eu, warehouse: {imageSelectionStrategy: Digest, semverConstraint: '>=1', imageTagPattern: x}}\n", ""),
			"config.yaml:8:76: environments[1].warehouse.semverConstraint: is not a tag, and Digest follows one; write one such as latest\n" +
				"config.yaml:8:100: environments[1].warehouse.imageTagPattern: has no effect with the strategy Digest, which follows one tag; remove the line"},
		{"versions of builds", whole("[red]", "- {name: eu, warehouse: {imageSelectionStrategy: NewestBuild, semverConstraint: ^1}}\n", ""),
			"config.yaml:8:81: environments[1].warehouse.semverConstraint: has no effect with the strategy NewestBuild, which knows no versions; remove the line, or write imageSelectionStrategy: SemVer"},
		{"soaking in a Warehouse", whole("[red]", "- {name: eu, warehouse: {name: x}, requiredSoakTime: 1h}\n", ""),
			"config.yaml:8:54: environments[1].requiredSoakTime: has no effect on Freight that comes from a Warehouse; remove the line, or the warehouse"},
		{"part of a second", whole("[red]", "- {name: prod, requiredSoakTime: 1500ms}\n", ""),
			"config.yaml:8:34: environments[1].requiredSoakTime: is not a duration that Kargo takes; write whole seconds, minutes or hours, such as 90s, 5m or 24h, or remove the line"},
		{"two kinds of one Warehouse", whole("[red]", "- {name: eu, warehouse: {semverConstraint: ^2}}\n", ""),
			"config.yaml:8:14: environments[1].warehouse: Warehouse red-releases would be of two kinds; give one of the two a name, such as name: nightly"},
		{"one Warehouse of two services", whole("[red, red-x]", "- {name: eu, warehouse: {name: x-releases}}\n", ""),
			"config.yaml:5:17: services[1]: Warehouse red-x-releases would be both of red and of red-x; rename one of the services"},
		{"repository", whole("[{name: red, image: 'https://quay.io/acme/red:1'}]", "", ""),
			"config.yaml:5:31: services[0].image: is not a repository of images; write it without https:// and without a tag, such as quay.io/acme/red"},
		{"image and images", whole("[{name: red, image: a/b, images: [{repository: a/b}, {repository: a/b}]}]", "", ""),
			"config.yaml:5:31: services[0].image: does not go with images; make it the first of images\n" +
				"config.yaml:5:77: services[0].images[1].repository: is there twice; remove one of the two"},
		{"chart", whole("[{name: red, charts: [{repository: 'oci://ghcr.io'}, {repository: 'oci://ghcr.io/a/b', name: b}, {repository: 'https://a.dev'}]}]", "", ""),
			"config.yaml:5:46: services[0].charts[0].repository: is not the URL of a repository of charts; write one such as oci://ghcr.io/acme/charts/red, or https://charts.acme.dev with a name\n" +
				"config.yaml:5:104: services[0].charts[1].name: does not go with an OCI repository, whose URL ends with the chart's name; remove the line\n" +
				"config.yaml:5:108: services[0].charts[2]: does not say which chart of the repository; add name"},
		{"tag of a second image", whole("[{name: red, promotion: {helm: {}}, images: [{repository: a/b}, {repository: a/c}]}]", "", ""),
			"config.yaml:5:75: services[0].images[1]: does not say where its tag stands in the values of the chart; add tagKey, for example tagKey: sidecar.image.tag"},
		{"out of the repository", whole("[red]", "", "promotion: {path: '../{service}'}\n"),
			"config.yaml:8:19: promotion.path: is not a folder of the repository; write one such as k8s/overlays/{environment}/{service}"},
		{"placeholder", whole("[red]", "", "promotion: {path: \"{svc}\"}\n"),
			"config.yaml:8:19: promotion.path: is not a folder of the repository; write one such as k8s/overlays/{environment}/{service}"},
		{"misspelt step", whole("[red]", "", "promotion: {steps: [git-clone, git-comit]}\n"),
			`config.yaml:8:32: promotion.steps[1]: "git-comit" is not a step that is written for you; did you mean git-commit? Otherwise add config`},
		{"aliases", whole("[red]", "", "promotion:\n  steps:\n  - {uses: fail, as: a, config: {}}\n  - {uses: fail, as: a, config: {}}\n  - {uses: fail, as: step-1, config: {}}\n"),
			"config.yaml:11:22: promotion.steps[1].as: is the alias of another step; choose another one\n" +
				"config.yaml:12:22: promotion.steps[2].as: is an alias that Kargo gives by itself; choose another one"},
		{"aliases that are given", whole("[red]", "", "promotion:\n  steps:\n  - kustomize-set-image\n  - helm-set-image\n  - {uses: http, as: push, config: {}}\n  - git-push\n  - git-push\n"),
			"config.yaml:11:5: promotion.steps[1]: has the alias of another step, set-image, and Kargo takes each only once; give it one of its own: {uses: helm-set-image, as: …}\n" +
				"config.yaml:13:5: promotion.steps[3]: has the alias of another step, push, and Kargo takes each only once; give it one of its own: {uses: git-push, as: …}\n" +
				"config.yaml:14:5: promotion.steps[4]: has the alias of another step, push, and Kargo takes each only once; give it one of its own: {uses: git-push, as: …}"},
		{"outputs of nothing", whole("[red]", "", "promotion: {steps: [git-open-pr, git-push]}\n"),
			"config.yaml:8:21: promotion.steps[0]: needs git-push before it, which says the branch; add git-push, or write the config of this step"},
		{"waiting for nothing", whole("[red]", "", "promotion: {steps: [git-wait-for-pr]}\n"),
			"config.yaml:8:21: promotion.steps[0]: needs git-open-pr before it, which says the pull request; add git-open-pr, or write the config of this step"},
		{"outputs of a step without a name", whole("[red]", "", "promotion: {steps: [{uses: git-push, config: {}}, git-open-pr]}\n"),
			"config.yaml:8:51: promotion.steps[1]: can't refer to the git-push before it, which has no alias; add as to that step, for example as: push"},
		{"pull requests that no step opens", whole("[red, {name: blue, promotion: {by: pullRequest}}]", prod, "promotion: {by: pullRequest, argocdUpdate: true, steps: [git-clone]}\n"),
			"config.yaml:5:46: services[1].promotion.by: is not what the steps of Stage blue-dev do, which commit to the branch: none is git-open-pr; add git-open-pr and git-wait-for-pr to them behind git-push, or write by: commit for it\n" +
				"config.yaml:9:17: promotion.by: is not what the steps of Stage red-dev do, which commit to the branch: none is git-open-pr; add git-open-pr and git-wait-for-pr to them behind git-push, or write by: commit for it\n" +
				"config.yaml:9:44: promotion.argocdUpdate: is not what the steps of Stage red-dev do: none is argocd-update; add argocd-update to them, or write argocdUpdate: false for it"},
		{"charts of nobody", whole("[{name: red, charts: [{repository: 'oci://ghcr.io/a/b'}]}, blue]", "", "promotion: {steps: [git-clone, helm-update-chart]}\n"),
			"config.yaml:8:13: promotion.steps: has helm-update-chart, and blue has no charts, which Kargo refuses in Stage blue-dev; add charts to the service, or give it steps of its own"},
		{"task", whole("[red]", "", "promotion:\n  steps:\n  - {task: warm, continueOnError: true}\n  - {uses: fail, task: warm}\n  - {as: nothing}\n"),
			"config.yaml:10:35: promotion.steps[0].continueOnError: does not go with a task; remove it; a task takes vars\n" +
				"config.yaml:11:5: promotion.steps[1]: has both uses and task; remove one of the two\n" +
				"config.yaml:12:5: promotion.steps[2]: says neither which step it uses nor which task; add uses"},
		{"no steps", whole("[red]", "", "promotion: {steps: []}\n"),
			"config.yaml:8:13: promotion.steps: is empty: a Stage without steps can't be promoted to; name the steps, or remove it"},
		{"verification of nothing", whole("[red]", "- {name: prod, verification: {}}\n", ""),
			"config.yaml:8:16: environments[1].verification: names no AnalysisTemplate, so that nothing is verified; add analysisTemplates, or remove it"},
		{"destination", whole("[red]", "", "argocd: {destination: a/b}\n"),
			"config.yaml:8:23: argocd.destination: is not a namespace; write one such as {service}-{environment}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := manifests.ParseComplete("config.yaml", []byte(test.data))
			if _, ok := errors.AsType[strictyaml.Problems](err); !ok || p != nil {
				t.Fatalf("accepted: %+v, %v", p, err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTheLastThatSaysSomethingDecides(t *testing.T) {
	p, err := manifests.ParseComplete("config.yaml", []byte(whole(
		"[{name: red, promotion: {path: red}, environments: {prod: {autoPromote: true, promotion: {by: commit}}}}, blue]",
		"- {name: prod, promotion: {path: prod, by: pullRequest}}\n", "promotion: {path: all, image: a/b}\n")))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for i := range p.Services {
		_, deliveries := p.Of(&p.Services[i])
		for _, d := range deliveries {
			auto := "by hand"
			if d.AutoPromote {
				auto = "by itself"
			}
			got[d.Stage] = []string{d.Promotion.Path, d.Promotion.By, d.Promotion.Image, auto, d.Warehouse, strings.Join(d.Upstream, " ")}
		}
	}
	want := map[string][]string{
		"red-dev":   {"red", "", "a/b", "by hand", "red-releases", ""},
		"red-prod":  {"red", "commit", "a/b", "by itself", "red-releases", "red-dev"},
		"blue-dev":  {"all", "", "a/b", "by hand", "blue-releases", ""},
		"blue-prod": {"prod", "pullRequest", "a/b", "by hand", "blue-releases", "blue-dev"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryExampleIsComplete(t *testing.T) {
	for _, name := range []string{"everything.yaml", "color/kargo/config.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := manifests.ParseComplete(name, data); err != nil {
			t.Error(err)
		}
	}
}
