package e2e_test

import (
	"strings"
	"testing"
)

func TestDoctorCuresWarehousesAndProjects(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	for _, a := range []ailment{
		{
			name: "allowTags", make: `kubectl -n {project} patch warehouse red --type=json -p '[{"op":"add","path":"/spec/subscriptions/0/image/allowTags","value":"^v\\d+'"'"'s$"}]'`,
			check: "warehouse", finds: "error Warehouse/red", says: []string{"allowTagsRegexes"}, fixable: true,
			then: `test "$(kubectl -n {project} get warehouse red -o jsonpath='{.spec.subscriptions[0].image.allowTagsRegexes[0]}')" = '^v\d+'"'"'s$'`,
		},
		{
			name: "no label", make: "kubectl label namespace {project} kargo.akuity.io/project-", check: "project-namespace",
			finds: "error Namespace/{project}", says: []string{"lacks the label"}, fixable: true,
		},
		{
			name: "no webhook receiver", check: "webhook-receiver", finds: "info ProjectConfig/{project}",
			says: []string{"up to 24 h", "quay"},
		},
		{
			name: "a deprecated policy", make: `kubectl -n {project} patch projectconfig {project} --type=merge -p '{"spec":{"promotionPolicies":[{"stage":"red-production","autoPromotionEnabled":false}]}}'`,
			check: "deprecated", finds: "info ProjectConfig/{project}", says: []string{"red-production"},
			then: `test "$(kubectl -n {project} get projectconfig {project} -o jsonpath='{.spec.promotionPolicies[0].stageSelector.name}')" = red-production`,
		},
	} {
		a.finds = strings.ReplaceAll(a.finds, "{project}", p.Name)
		t.Run(a.name, func(t *testing.T) { a.cure(t, p) })
	}
}

func TestDoctorSaysWhichKargoItIs(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	controller := func(image string) string {
		return `apiVersion: apps/v1
kind: Deployment
metadata: {name: kargo-controller, namespace: "{around}"}
spec:
  selector: {matchLabels: {app: kargo}}
  template:
    metadata: {labels: {app: kargo}}
    spec: {containers: [{name: controller, image: "` + image + `"}]}
`
	}
	p.Apply(t, controller("ghcr.io/akuity/kargo:v1.10.4"))
	d := examine(t, p)
	if got := d.found("kargo-version"); len(got) != 1 || got[0] != "error Deployment/kargo-controller" {
		t.Errorf("%+v", d)
	}
	for image, want := range map[string]int{
		"ghcr.io/akuity/kargo:v1.11.2@sha256:" + strings.Repeat("a", 64): 0,
		"registry:5000/kargo:v1.12.0":                                    0, "ghcr.io/akuity/kargo:v1.13.0-rc.1": 1, "ghcr.io/akuity/kargo:latest": 0,
	} {
		p.Apply(t, controller(image))
		if got := examine(t, p).found("kargo-version"); len(got) != want {
			t.Errorf("%s: %v", image, got)
		}
	}
}

func TestDoctorNamesWhatTheBotMayNot(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	p.Shell(t, "kubectl -n {around} create serviceaccount kargo-bot", "")
	account := "--bot-serviceaccount=" + p.Around + "/kargo-bot"
	d := examine(t, p, account)
	command := ""
	for _, f := range d.Findings {
		if f.Check == "bot-permissions" {
			mustSay(t, f.What, "promote stages", "delete shipments", "patch freights/status")
			command = f.Command
		}
	}
	if command == "" {
		t.Fatalf("not found: %+v", d)
	}
	p.Shell(t, command, "")
	if got := examine(t, p, account).found("bot-permissions"); len(got) > 0 {
		t.Errorf("after %s: %v", command, got)
	}
}

func TestDoctorTakesAPipelineFileOrAProject(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	p.Shell(t, `cat > pipeline.yaml <<'EOF'
project: {project}
services: [red, blue]
dockerRegistry: quay.io/acme
environments: [{name: staging, warehouse: {semverConstraint: '>=0.0.0'}}, {name: production}]
EOF`, "")
	ran := p.Plain(t, "red", "-f", "pipeline.yaml", "-o", "json")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, `"service": "red"`, "Warehouse/red")
	ran = p.Plain(t, "-f", "pipeline.yaml", "--project", "other")
	mustEnd(t, ran, 2)
	mustSay(t, ran.Stderr, `no project "other"`)
	ran = p.Plain(t, "rde", "-f", "pipeline.yaml")
	mustEnd(t, ran, 2)
	mustSay(t, ran.Stderr, "Did you mean red?")
	ran = p.Plain(t, "--project", p.Name)
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "1 Stage", "Warehouse/red")
	ran = p.Plain(t, "--project", p.Name, "--context", "nowhere")
	mustEnd(t, ran, 2)
	for _, args := range [][]string{nil, {"--project", p.Name, "-o", "yaml"}, {"--project", p.Name, "--yes"}, {"--project", p.Name, "--bot-serviceaccount", "x"}} {
		mustEnd(t, p.Plain(t, args...), 2)
	}
}
