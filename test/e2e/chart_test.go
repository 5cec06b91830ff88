package e2e_test

import (
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestTheBotMayDoNoMoreThanItNeeds: all other tests show that what the chart allows is enough.
func TestTheBotMayDoNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	other := cluster.NewProject(t, "other")
	user := w.Installation.String()
	for _, test := range []struct {
		namespace, verb, group, resource, subresource string
		may                                           bool
	}{
		{w.Name, "promote", "kargo.akuity.io", "stages", "", true},
		{w.Name, "create", "kargo.akuity.io", "promotions", "", true},
		{w.Name, "create", "kargobot.dev", "shipments", "", true},
		{w.Name, "patch", "kargobot.dev", "shipments", "status", true},
		{w.Name, "get", "", "secrets", "", false},
		{w.Name, "list", "", "secrets", "", false},
		{w.Installation.Namespace, "get", "", "secrets", "", false},
		{w.Installation.Namespace, "get", "", "configmaps", "", false},
		// Kargo is asked by annotations, and Freight is approved in its status.
		{w.Name, "patch", "kargo.akuity.io", "promotions", "", true},
		{w.Name, "patch", "kargo.akuity.io", "stages", "", true},
		{w.Name, "patch", "kargo.akuity.io", "warehouses", "", true},
		{w.Name, "patch", "kargo.akuity.io", "freights", "status", true},
		{w.Name, "patch", "kargobot.dev", "shipments", "", true},
		{w.Name, "update", "kargo.akuity.io", "stages", "", false},
		{w.Name, "update", "kargo.akuity.io", "promotions", "", false},
		{w.Name, "update", "kargo.akuity.io", "warehouses", "", false},
		{w.Name, "patch", "kargo.akuity.io", "freights", "", false},
		{w.Name, "patch", "kargo.akuity.io", "promotions", "status", false},
		{w.Name, "patch", "kargo.akuity.io", "stages", "status", false},
		{w.Name, "patch", "kargo.akuity.io", "projectconfigs", "", false},
		{w.Name, "delete", "kargo.akuity.io", "promotions", "", false},
		{w.Name, "update", "kargobot.dev", "shipments", "", false},
		{w.Name, "create", "", "serviceaccounts", "token", false},
		{w.Name, "create", "rbac.authorization.k8s.io", "rolebindings", "", false},
		{other.Name, "list", "kargo.akuity.io", "stages", "", false},
		{other.Name, "promote", "kargo.akuity.io", "stages", "", false},
		{other.Name, "create", "kargo.akuity.io", "promotions", "", false},
		{"", "list", "kargo.akuity.io", "promotions", "", false},
		{"", "impersonate", "", "users", "", false},
	} {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User:   user,
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + w.Installation.Namespace, "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: test.namespace, Verb: test.verb, Group: test.group, Resource: test.resource, Subresource: test.subresource, Name: "x",
			},
		}}
		if test.verb == "list" || test.verb == "create" {
			review.Spec.ResourceAttributes.Name = ""
		}
		if err := cluster.Client.Create(t.Context(), review); err != nil {
			t.Fatal(err)
		}
		if review.Status.Allowed != test.may {
			t.Errorf("may it %s %s/%s in %q? %v; want %v", test.verb, test.resource, test.subresource, test.namespace, review.Status.Allowed, test.may)
		}
	}
}

// TestTheAPIServerRefusesTheBotWhatItNeedNotDo: the same, not asked but tried, with its own token.
func TestTheAPIServerRefusesTheBotWhatItNeedNotDo(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	bot, err := client.New(w.Installation.Config, client.Options{Scheme: cluster.Client.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	if err := bot.List(t.Context(), &corev1.SecretList{}, client.InNamespace(w.Name)); !apierrors.IsForbidden(err) {
		t.Errorf("reading Secrets was answered: %v", err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.Name + "-more"}}
	if err := bot.Create(t.Context(), namespace); !apierrors.IsForbidden(err) {
		t.Errorf("making a Namespace was answered: %v", err)
	}
}

// TestTheAPIServerTakesAllOfTheChart, each field of it.
func TestTheAPIServerTakesAllOfTheChart(t *testing.T) {
	t.Parallel()
	project := cluster.NewProject(t, "")
	var values map[string]any
	if err := yaml.Unmarshal([]byte(everyValue), &values); err != nil {
		t.Fatal(err)
	}
	values["projects"] = []any{project.Name}
	// What is of the whole cluster is there already by the name of the other tests' release.
	wantTaken(t, harness.BotChart, project.Name, values, "Deployment", "Service", "Ingress", "NetworkPolicy", "PodDisruptionBudget", "ConfigMap", "ServiceAccount", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
}

// wantTaken expects the API server to take all that a chart makes, and the chart to make at least these kinds.
func wantTaken(t *testing.T, chart, namespace string, values map[string]any, want ...string) {
	t.Helper()
	objects, err := harness.RenderChart(chart, "everything", namespace, values)
	if err != nil {
		t.Fatal(err)
	}
	strict := client.WithFieldValidation(cluster.Client, metav1.FieldValidationStrict)
	kinds := map[string]bool{}
	for _, object := range objects {
		kinds[object.GetKind()] = true
		if err := strict.Create(t.Context(), object, client.DryRunAll); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
	}
	for _, kind := range want {
		if !kinds[kind] {
			t.Errorf("the chart has no %s", kind)
		}
	}
}

// everyValue are values of the chart that bring everything into it that it can have.
const everyValue = `
image: {repository: registry.acme.dev/kargo-bot, tag: "1.2.3"}
imagePullSecrets: [{name: registry}]
config: {pipelines: [{file: pipelines/color.yaml}]}
pipelineFiles: {color.yaml: "project: microsvcs"}
secrets: {github: kargo-bot-github, slack: kargo-bot-slack}
serviceAccount: {annotations: {acme.dev/role: bot}}
ingress: {enabled: true, className: public, host: bot.acme.dev, annotations: {acme.dev/waf: "on"}, tlsSecret: bot-tls}
networkPolicy: {enabled: true, metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]}
podAnnotations: {acme.dev/a: b}
podLabels: {acme.dev/c: d}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: spot, operator: Exists}]
affinity: {nodeAffinity: {}}
`
