package doctor_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

// clusterOf is a cluster with those objects, in YAML with --- between.
func clusterOf(t *testing.T, objects ...string) client.WithWatch {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme)
	for one := range strings.SplitSeq(strings.Join(objects, "\n---\n"), "\n---\n") {
		if strings.TrimSpace(one) == "" {
			continue
		}
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(one), &o.Object); err != nil {
			t.Fatalf("%v in %s", err, one)
		}
		if o.GetKind() == "Secret" {
			encodeSecret(t, o)
		}
		builder = builder.WithObjects(o)
	}
	return interceptor.NewClient(builder.Build(), interceptor.Funcs{List: listSecretsByType})
}

// encodeSecret does what the API server does with stringData, which the fake does not.
func encodeSecret(t *testing.T, o *unstructured.Unstructured) {
	t.Helper()
	texts, _, err := unstructured.NestedStringMap(o.Object, "stringData")
	if err != nil {
		t.Fatal(err)
	}
	delete(o.Object, "stringData")
	data := map[string]any{}
	for key, value := range texts {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	o.Object["data"] = data
}

// listSecretsByType does what the API server does with a field selector on the type of Secrets, which the fake has not.
func listSecretsByType(ctx context.Context, under client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
	o := (&client.ListOptions{}).ApplyOptions(options)
	selector := o.FieldSelector
	o.FieldSelector = nil
	if err := under.List(ctx, list, o); err != nil || selector == nil {
		return err
	}
	secrets, ok := list.(*corev1.SecretList)
	if !ok {
		return fmt.Errorf("field selector %s on %T", selector, list)
	}
	secrets.Items = slices.DeleteFunc(secrets.Items, func(s corev1.Secret) bool {
		return !selector.Matches(fields.Set{"type": string(s.Type)})
	})
	return nil
}

// staged is the Stage of a service, with steps.
func staged(name, steps string) string {
	return fmt.Sprintf(`apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: %s, namespace: microsvcs}
spec:
  requestedFreight: []
  promotionTemplate: {spec: {steps: [%s]}}`, name, steps)
}

// updating is the Stage of a service that changes an Application.
func updating(name, app string) string {
	return staged(name, "{uses: argocd-update, config: {apps: ["+app+"]}}")
}

// argo is an Application with annotations, and what else is in its metadata.
func argo(name, authorized, more string) string {
	text := fmt.Sprintf("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: %s\n  namespace: argocd\n  %s\n", name, more)
	if authorized != "" {
		text += fmt.Sprintf("  annotations: {kargo.akuity.io/authorized-stage: %q}\n", authorized)
	}
	return text + "status: {sync: {status: Synced}, health: {status: Healthy}}\n"
}

// look looks at everything, as a person.
func (w *world) look(t *testing.T, cluster client.Client) (answers.Diagnosis, []doctor.Repair) {
	t.Helper()
	d, repairs, err := w.doctor(t, doctor.Ports{Reader: cluster, Reviews: cluster, Person: true}).ExamineToRepair(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return d, repairs
}

// findings returns what a check has found.
func findings(d answers.Diagnosis, check string) []answers.Finding {
	var all []answers.Finding
	for _, f := range d.Findings {
		if f.Check == check {
			all = append(all, f)
		}
	}
	return all
}

// only returns the one finding of a check.
func only(t *testing.T, d answers.Diagnosis, check string) answers.Finding {
	t.Helper()
	all := findings(d, check)
	if len(all) != 1 {
		t.Fatalf("%d findings of %s: %+v; not looked at %+v", len(all), check, all, d.NotLooked)
	}
	return all[0]
}

// secretOf is a Secret with a credential of that type; of none, without a label.
func secretOf(name, kind, data, more string) string {
	label := ""
	if kind != "" {
		label = "kargo.akuity.io/cred-type: " + kind
	}
	return fmt.Sprintf(`apiVersion: v1
kind: Secret
metadata:
  name: %s
  namespace: microsvcs
  labels: {%s}
  %s
stringData: {%s, username: octocat, password: hunter2}`, name, label, more, data)
}
