package generate_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// oneService is a file with one service, of which a test says how it is promoted.
const oneService = `project: p
gitRepo: https://github.com/acme/p.git
dockerRegistry: quay.io/acme
kustomizeBasePath: overlays
services: [red]
argocd: {}
environments:
- name: dev
  autoPromote: true
  warehouse: {}
`

// made returns the generated file of a path.
func made(t *testing.T, file, path string) string {
	t.Helper()
	for _, f := range generate.Files(generate.Manifests(parse(t, []byte(file))), "config.yaml") {
		if f.Path == path {
			return string(f.Data)
		}
	}
	t.Fatalf("no %s is made", path)
	return ""
}

func TestWhatIsVerifiedHasArgoCDSynchroniseFirst(t *testing.T) {
	for _, test := range []struct {
		more  string
		waits bool
	}{
		{"", false},
		{"  verification: {analysisTemplates: [smoke]}\n", true},
		{"  verification: {analysisTemplates: [smoke]}\n  promotion: {argocdUpdate: false}\n", false},
		{"  promotion: {argocdUpdate: true}\n", true},
	} {
		stage := made(t, oneService+test.more, "stages/red-dev.yaml")
		if got := strings.Contains(stage, "uses: argocd-update"); got != test.waits {
			t.Errorf("%q has Argo CD synchronise: %t\n%s", test.more, got, stage)
		}
		auto := `autoSync: "true"`
		if test.waits {
			auto = `autoSync: "false"`
		}
		if set := made(t, oneService+test.more, "argocd/applicationset.yaml"); !strings.Contains(set, auto) {
			t.Errorf("%q: the ApplicationSet has no %s\n%s", test.more, auto, set)
		}
	}
}

func TestExpressionsOfTheFileKnowWhereTheyAre(t *testing.T) {
	const asked = "      - name: environment\n        value: dev\n      - name: service\n        value: red\n"
	for more, want := range map[string]bool{
		"": false,
		"promotion: {by: pullRequest, pullRequest: {title: Ship it}}\n":                                                    false,
		"promotion: {by: pullRequest, pullRequest: {title: \"Ship ${{ vars.service }}\"}}\n":                               true,
		"promotion: {by: pullRequest, pullRequest: {labels: [\"${{ vars.environment }}\"]}}\n":                             true,
		"promotion: {steps: [{uses: git-clone, if: \"${{ vars.service == 'red' }}\"}]}\n":                                  true,
		"promotion: {steps: [{uses: git-clone, vars: {where: \"${% vars.environment %}\"}}]}\n":                            true,
		"promotion: {steps: [{uses: git-clone, vars: {where: here}}]}\n":                                                   false,
		"promotion: {steps: [git-clone, {uses: http, config: {url: \"https://tickets.acme.dev/${{ vars.service }}\"}}]}\n": true,
	} {
		if stage := made(t, oneService+more, "stages/red-dev.yaml"); strings.Contains(stage, asked) != want {
			t.Errorf("%q: vars are there: %t\n%s", more, !want, stage)
		}
	}
}

func TestAnOutputIsOfTheStepBefore(t *testing.T) {
	stage := made(t, oneService+`promotion:
  steps:
  - git-clone
  - {uses: git-push, as: first}
  - git-open-pr
  - git-wait-for-pr
  - git-push
`, "stages/red-dev.yaml")
	for _, want := range []string{`sourceBranch: "${{ outputs['first'].branch }}"`, `prNumber: "${{ outputs['open-pr'].pr.id }}"`} {
		if !strings.Contains(stage, want) {
			t.Errorf("no %q in\n%s", want, stage)
		}
	}
}

func TestWhatFollowsATagIsToldApartByItsDigest(t *testing.T) {
	file := strings.Replace(oneService, "warehouse: {}", "warehouse: {imageSelectionStrategy: Digest, semverConstraint: latest}", 1)
	const image = `imageFrom("quay.io/acme/red")`
	for _, test := range []struct{ more, path, want string }{
		{"", "warehouses/red-dev.yaml", "      imageSelectionStrategy: Digest\n      constraint: latest\n"},
		{"", "stages/red-dev.yaml", "            newName: quay.io/acme/red\n            digest: ${{ " + image + ".Digest }}\n"},
		{"", "stages/red-dev.yaml", "message: '[dev] red: ${{ " + image + ".Digest }}'\n"},
		{"promotion: {path: x, helm: {}}\n", "stages/red-dev.yaml", "value: ${{ " + image + ".Tag }}@${{ " + image + ".Digest }}\n"},
	} {
		if got := made(t, file+test.more, test.path); !strings.Contains(got, test.want) {
			t.Errorf("no %q in\n%s", test.want, got)
		}
	}
}

func TestArgoCDDeploysTheBranchThatPromotionsPushTo(t *testing.T) {
	for more, want := range map[string]string{"": "main", "gitBranch: main\n": "main", "gitBranch: trunk\n": "trunk"} {
		if set := made(t, oneService+more, "argocd/applicationset.yaml"); !strings.Contains(set, "targetRevision: "+want+"\n") {
			t.Errorf("%q: %s", more, set)
		}
	}
}
