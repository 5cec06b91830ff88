package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestKubectlGetShipmentsReadsWell asks for what kubectl asks for.
func TestKubectlGetShipmentsReadsWell(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Fail("build", "the build is on fire"))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseFailed)

	answer, err := cluster.Core.CoreV1().RESTClient().Get().
		AbsPath("/apis/kargobot.dev/v1alpha1/namespaces", w.Name, "shipments").
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var table metav1.Table
	if err := json.Unmarshal(answer, &table); err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	var narrow []string
	for i, column := range table.ColumnDefinitions {
		if column.Priority == 0 {
			narrow = append(narrow, strings.ToUpper(column.Name))
		}
		text, _ := table.Rows[0].Cells[i].(string)
		shown[column.Name] = text
	}
	if got, want := strings.Join(narrow, " "), "NAME REQUEST PHASE STEP BY AGE"; got != want {
		t.Errorf("kubectl get shipments shows %s; want %s", got, want)
	}
	for column, want := range map[string]string{
		"Request": "red 3.1.0 → 3.2.0 to production", "Phase": "Failed", "Step": "3/3", "By": harness.OctocatEmail,
		"From": "slack", "Promotion": s.Status.Items[0].Stages[0].Promotion, "Message": `step "build": failed: the build is on fire`,
	} {
		if shown[column] != want {
			t.Errorf("column %s shows %q; want %q", column, shown[column], want)
		}
	}
}

func TestAShipmentsSpecCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded).DeepCopy()
	err := cluster.Client.Patch(t.Context(), s, client.RawPatch(types.MergePatchType, []byte(`{"spec": {"reason": "as it should have been"}}`)))
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), "the record of what was asked and cannot be changed") {
		t.Errorf("changing the record was answered: %v", err)
	}
}
