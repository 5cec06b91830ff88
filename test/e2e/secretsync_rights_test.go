package e2e_test

import (
	"fmt"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// twoSecrets declares quay-creds, and another Secret.
const twoSecrets = `namespace: %[1]s
credentials:
  backends: [envfile]
  createNamespaces: true
  secrets:
  - {name: quay-creds, type: image, repoURL: quay.io/acme/red, username: acme, password: 'ref+envfile://.env#/QUAY_PASSWORD'}
  - {name: other-creds, namespaces: [%[2]s], type: git, repoURL: 'https://github.com/acme/red', username: octocat, password: 'ref+envfile://.env#/GITHUB_PAT'}
`

func TestSecretsyncNeedsNoRightToOtherSecrets(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Permit(t, "quay-creds")
	s.Write(t, ".env", env("1"))
	s.Write(t, "credentials.yaml", fmt.Sprintf(twoSecrets, s.Namespace, s.Namespace))
	// A right to create by name is one to apply by name, and not to create.
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: "quay-creds"}}
	if err := s.Client.Create(t.Context(), secret); !apierrors.IsForbidden(err) {
		t.Fatalf("it may create any Secret: %v", err)
	}
	if err := s.Client.List(t.Context(), &corev1.SecretList{}, client.InNamespace(s.Namespace)); !apierrors.IsForbidden(err) {
		t.Fatalf("it may list all Secrets: %v", err)
	}

	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "Done: 1 added, 1 failed.", "not permitted to get secrets \"other-creds\" in namespace "+s.Namespace,
		`{apiGroups: [""], resources: [secrets], verbs: [get, watch, create, patch, delete], resourceNames: [other-creds]}`)
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-1" {
		t.Errorf("the password is %q", p)
	}
}

func TestSecretsyncSaysWhichRightIsMissing(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Write(t, ".env", env("1"))
	ran := s.Run(t, "apply", "--env-file", ".env", "-n", s.Namespace)
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stderr, "configmaps", "kargo-secretsync-inventory", "verbs: [get, create, patch]")
	if ran.Stdout != "" {
		t.Errorf("it prints %s", ran.Stdout)
	}
}

func TestSecretsyncMakesAProjectsNamespaceIfToldTo(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Permit(t, "quay-creds")
	missing := s.Namespace + "-made"
	s.Write(t, ".env", env("1"))
	s.Write(t, "credentials.yaml", fmt.Sprintf(twoSecrets, s.Namespace, missing))
	s.PermitNamespace(t, missing, "other-creds")
	mustSay(t, s.Run(t, "plan", "-f", "credentials.yaml").Stderr, missing+" does not exist, and will be made")
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
	var namespace corev1.Namespace
	if err := cluster.Client.Get(t.Context(), client.ObjectKey{Name: missing}, &namespace); err != nil {
		t.Fatal(err)
	}
	if namespace.Labels["kargo.akuity.io/project"] != "true" {
		t.Errorf("it has labels %v", namespace.Labels)
	}
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 2 unchanged.")
}

func TestSecretsyncSaysThatANamespaceIsMissing(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Permit(t, "quay-creds")
	missing := s.Namespace + "-missing"
	s.PermitNamespace(t, missing, "other-creds")
	s.Write(t, ".env", env("1"))
	s.Write(t, "credentials.yaml", fmt.Sprintf(`namespace: %s
credentials:
  backends: [envfile]
  secrets:
  - {name: other-creds, namespaces: [%s, %s], type: generic, data: {token: 'ref+envfile://.env#/GITHUB_PAT'}}
`, s.Namespace, missing, s.Namespace))
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "Namespace "+missing+" does not exist", "kubectl create namespace "+missing, "createNamespaces: true", "Done: 1 added, 1 failed.")
}

func TestTwoSecretsyncsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	s := newGuide(t)
	var both sync.WaitGroup
	for _, name := range []string{"quay-creds", "github-creds", "dockerhub-creds"} {
		both.Go(func() { s.Run(t, "apply", "-f", "credentials.yaml", "--only", s.Namespace+"/"+name) })
	}
	both.Wait()
	var inventory corev1.ConfigMap
	cluster.Get(t, s.Namespace, "kargo-secretsync-inventory", &inventory)
	if len(inventory.Data) != 3 {
		t.Errorf("the inventory has %v", inventory.Data)
	}
	before := s.Versions(t)
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
	unchanged(t, s, before)
}
