package e2e_test

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// From the secret store to a channel: secretsync, with no more rights than its chart gives it, keeps a Secret, puts
// right what somebody does to it, and has the bot tell when it can't, and when it can again.
func TestSecretsyncAndTheBotTogether(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WithAnnouncements())
	w.Start(t)
	w.AwaitListening(t)
	i := cluster.InstallSecretsync(t, declaration(t, `
namespace: `+w.Name+`
credentials:
  backends: [file]
  interval: 10s
  failingAfter: 1s
  secrets:
  - {name: github-creds, type: git, repoURL: "https://github.com/acme/shop.git", username: octocat, password: ref+file://token.yaml#/token}
`))
	i.Put(t, "token.yaml", "token: "+harness.Sentinel+"-1\n")
	s := i.StartSecretsync(t)
	awaitPassword(t, w, harness.Sentinel+"-1")

	edited := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.Name, Name: "github-creds"}}
	if err := cluster.Client.Patch(t.Context(), edited, client.RawPatch(types.MergePatchType, []byte(`{"stringData":{"password":"mine"}}`))); err != nil {
		t.Fatal(err)
	}
	awaitPassword(t, w, harness.Sentinel+"-1")
	if err := cluster.Client.Delete(t.Context(), edited); err != nil {
		t.Fatal(err)
	}
	awaitPassword(t, w, harness.Sentinel+"-1")

	i.Put(t, "token.yaml", "tokens: "+harness.Sentinel+"-2\n")
	m := awaitAnnounced(t, w, "Credential github-creds can't be renewed", "ref+file://token.yaml#/token", "type git", "tokens")
	i.Put(t, "token.yaml", "token: "+harness.Sentinel+"-3\n")
	awaitPassword(t, w, harness.Sentinel+"-3")
	if again := awaitAnnounced(t, w, "Credential github-creds works again"); again.TS != m.TS {
		t.Errorf("that it works again is another message:\n%s", w.Slack.PlainText(again))
	}

	s.Terminate(t)
	if code := s.AwaitExit(t, patience); code != 0 {
		t.Errorf("secretsync ended with %d", code)
	}
	if strings.Contains(s.Log.String(), harness.Sentinel) {
		t.Errorf("the log has a value:\n%s", s.Log)
	}
}

// declaration is a declaration as values of the chart.
func declaration(t *testing.T, text string) map[string]any {
	t.Helper()
	var d map[string]any
	if err := yaml.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// awaitPassword waits until the Secret "github-creds" has a password.
func awaitPassword(t *testing.T, w *harness.World, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var secret corev1.Secret
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: w.Name, Name: "github-creds"}, &secret)
		return err == nil && string(secret.Data["password"]) == want, client.IgnoreNotFound(err)
	})
	if err != nil {
		t.Fatalf("the password is not what it is to be: %v", err)
	}
}

// TestTheAPIServerTakesAllOfSecretsyncsChart, each field of it.
func TestTheAPIServerTakesAllOfSecretsyncsChart(t *testing.T) {
	t.Parallel()
	project := cluster.NewProject(t, "")
	var values map[string]any
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(everySecretsyncValue, "PROJECT", project.Name)), &values); err != nil {
		t.Fatal(err)
	}
	wantTaken(t, harness.SecretsyncChart, project.Name, values,
		"Deployment", "NetworkPolicy", "ConfigMap", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
}

// everySecretsyncValue are values of the chart that bring everything into it that it can have.
const everySecretsyncValue = `
image: {repository: registry.acme.dev/secretsync, tag: "1.2.3"}
imagePullSecrets: [{name: registry}]
declaration:
  namespace: PROJECT
  credentials:
    createNamespaces: true
    secrets: [{name: github-creds, type: git, repoURL: "https://github.com/acme/shop.git", username: octocat, password: ref+vault://kv/github#/token}]
retired: [PROJECT/old-creds]
env: [{name: VAULT_ADDR, value: "https://vault.acme.dev"}]
envFrom: [{secretRef: {name: vault-approle}}]
volumes: [{name: age, secret: {secretName: age-key}}]
volumeMounts: [{name: age, mountPath: /etc/age, readOnly: true}]
serviceAccount: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/kargo"}}
readSecrets: [{namespace: PROJECT, names: [github]}]
networkPolicy: {enabled: true, metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]}
podAnnotations: {acme.dev/a: b}
podLabels: {acme.dev/c: d}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: spot, operator: Exists}]
affinity: {nodeAffinity: {}}
`
