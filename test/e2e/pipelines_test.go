package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestSeveralProjectsAtOnce: one that the guide's own file describes, by path and unchanged but for the
// project's name, and one whose services are found from the Stages that exist.
func TestSeveralProjectsAtOnce(t *testing.T) {
	t.Parallel()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(filepath.Join(root, "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	color, billing := cluster.NewProject(t, "color"), cluster.NewProject(t, "billing")
	// Tests can't share a project, so this one has another name; all else is as it is.
	renamed := strings.NewReplacer("project: microsvcs", "project: "+color.Name, "namespace: microsvcs", "namespace: "+color.Name)
	w := cluster.NewWorld(t, harness.WorldOptions{
		Project: color, Projects: []*harness.Project{billing},
		Pipelines: map[string]string{"color.yaml": renamed.Replace(string(guide))},
		Config: func(config map[string]any) {
			config["pipelines"] = []any{
				map[string]any{"file": "pipelines/color.yaml"},
				map[string]any{"project": billing.Name, "environments": []any{"dev", "prod"}},
			}
		},
	})
	w.Service(t, "red")
	for _, service := range []string{"invoices", "blue"} {
		billing.Warehouse(t, service)
		billing.NewFreight(t, service, service, "2.0.0")
		billing.NewStage(t, harness.Stage{Name: service + "-prod", Warehouses: []string{service}, Steps: harness.Passes("clone", "push")})
	}
	billing.Permit(t, harness.OctocatEmail)
	w.Start(t)

	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "invoices prod")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	awaitPhase(t, billing, v1alpha1.PhaseSucceeded)
	awaitCard(t, w, harness.Deploys, "red 3.2.0 is live in production")
	awaitCard(t, w, harness.Deploys, "invoices 2.0.0 is live in prod")

	reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "blue prod")
	mustSay(t, said(w, reply), "Several projects have a service blue", billing.Name+"/blue")
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", billing.Name+"/blue prod")
	awaitCard(t, w, harness.Deploys, "blue 2.0.0 is live in prod")
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Errorf("the project of the guide has %d Shipments; want 1", n)
	}
}
