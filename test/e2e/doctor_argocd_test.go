package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// annotated is the metadata of an Application with one annotation.
func annotated(annotation string) string { return "  annotations: {" + annotation + "}\n" }

const (
	authorizedKey = "kargo.akuity.io/authorized-stage"
	authorized    = authorizedKey + `: "{project}:red-production"`
)

func TestDoctorCuresApplications(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	for _, a := range []ailment{
		{
			name: "missing", check: "argocd-application", finds: "error Application/red-app",
			says: []string{"does not exist", "https://git.acme.dev/acme/microsvcs.git"},
		},
		{
			name: "not annotated", objects: application("red-app", ""), make: "kubectl -n {around} annotate applications.argoproj.io red-app " + authorizedKey + "-",
			check: "argocd-authorization", finds: "error Application/red-app", says: []string{"lacks the annotation"}, fixable: true,
		},
		{
			name: "misspelt", make: "kubectl -n {around} annotate applications.argoproj.io red-app " + authorizedKey + "- kargo.akuity.io/authorised-stage={project}:red-production",
			check: "argocd-authorization", finds: "error Application/red-app", says: []string{"authorised-stage instead of"}, fixable: true,
		},
		{
			name: "of another stage", make: "kubectl -n {around} annotate --overwrite applications.argoproj.io red-app " + authorizedKey + "={project}:red-staging,billing:red",
			check: "argocd-authorization", finds: "error Application/red-app", says: []string{"red-staging", "billing:red"}, fixable: true,
			then: `test "$(kubectl -n {around} get applications.argoproj.io red-app -o jsonpath='{.metadata.annotations.kargo\.akuity\.io/authorized-stage}')" = {project}:red-staging,billing:red,{project}:red-production`,
		},
		{
			name: "out of sync", objects: application("red-app", annotated(authorized)), make: `kubectl -n {around} patch applications.argoproj.io red-app --type=merge -p '{"status":{"sync":{"status":"OutOfSync"}}}'`,
			check: "argocd-application", finds: "warning Application/red-app", says: []string{"out of sync"},
			then: `test -n "$(kubectl -n {around} get applications.argoproj.io red-app -o jsonpath='{.operation.sync}')"; kubectl -n {around} patch applications.argoproj.io red-app --type=merge -p '{"operation":null,"status":{"sync":{"status":"Synced"}}}'`,
		},
		{
			name: "can't be compared", make: `kubectl -n {around} patch applications.argoproj.io red-app --type=merge -p '{"status":{"conditions":[{"type":"ComparisonError","message":"app path does not exist"}]}}'`,
			check: "argocd-application", finds: "error Application/red-app", says: []string{"app path does not exist"},
			then: `test "$(kubectl -n {around} get applications.argoproj.io red-app -o jsonpath='{.metadata.annotations.argocd\.argoproj\.io/refresh}')" = hard; kubectl -n {around} patch applications.argoproj.io red-app --type=merge -p '{"status":{"conditions":null}}'`,
		},
	} {
		t.Run(a.name, func(t *testing.T) { a.cure(t, p) })
	}
}

func TestDoctorSaysWhatIsUnhealthyInAnApplication(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	p.Apply(t, `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: red-app, namespace: "{around}", annotations: {`+authorized+`}}
spec: {}
status:
  health: {status: Degraded, message: "one Deployment is not available\nstack trace"}
  resources:
  - {kind: Deployment, name: red, namespace: production, health: {status: Degraded}}
  - {kind: Service, name: red, namespace: production, health: {status: Healthy}}
`)
	d := examine(t, p)
	for _, f := range d.Findings {
		if f.Check == "argocd-application" {
			mustSay(t, f.What, "degraded", "one Deployment is not available.")
			mustSay(t, f.Command, "kubectl -n production describe deployment red")
			return
		}
	}
	t.Errorf("not found: %+v", d)
}

// applicationSet makes Applications by a template.
func applicationSet(template string) string {
	return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: services, namespace: "{around}"}
spec:
  generators: [{list: {elements: [{service: red}]}}]
  template: {metadata: {name: "` + template + `"}, spec: {project: default}}
`
}

func TestDoctorMendsTheTemplateOfAnApplicationSet(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-production"))
	p.Apply(t, applicationSet("{{service}}-production"))
	p.Apply(t, application("red-production", `  ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: services, uid: 4d1f4a0e-0000-4000-8000-000000000000}]
`))
	ailment{
		check: "argocd-authorization", finds: "error ApplicationSet/services", says: []string{"{{service}}-production"}, fixable: true,
		// Argo CD makes of the template what the Application has.
		then: `test "$(kubectl -n {around} get applicationset services -o jsonpath='{.spec.template.metadata.annotations.kargo\.akuity\.io/authorized-stage}')" = '{project}:{{service}}-production'
kubectl -n {around} annotate applications.argoproj.io red-production ` + authorizedKey + `={project}:red-production`,
	}.cure(t, p)
}

func TestDoctorSaysWhatItMayNotLookAt(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	stranger := cluster.NewPerson(t, "stranger")
	ran := p.Doctor(t, stranger, "")
	mustEnd(t, ran, 2)
	mustSay(t, ran.Stderr, "kubectl -n "+p.Name)

	w := cluster.NewWorld(t, harness.WorldOptions{Project: p.Project})
	w.BindTerminal(t, stranger.Username)
	ran = p.Doctor(t, stranger, "")
	mustEnd(t, ran, 1) // the Warehouse finds nothing
	mustSay(t, ran.Stdout, "of them not done", "argocd-authorization: You may not list applications.argoproj.io in namespace "+p.Around,
		"credential-secret: You may not list secrets in namespace "+p.Name, "slack-app: ", "bot-permissions: ")
	if ran.Stderr != "" {
		t.Errorf("it says: %s", ran.Stderr)
	}
}

func TestDoctorSaysThatStepsOfTasksAreNotKnown(t *testing.T) {
	t.Parallel()
	p := cluster.NewPatient(t)
	p.Apply(t, staged("red-app"))
	p.Shell(t, `kubectl -n {project} patch stages.kargo.akuity.io red-production --type=merge -p '{"spec":{"promotionTemplate":{"spec":{"steps":[{"task":{"name":"deploy"}}]}}}}'`, "")
	d := examine(t, p)
	for _, n := range d.NotLooked {
		if n.Check == "argocd-application" {
			mustSay(t, n.Why, "PromotionTasks")
			return
		}
	}
	t.Errorf("it is not said: %+v", d)
}
