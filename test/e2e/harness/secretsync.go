package harness

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// envSecretsync is the path of another secretsync than bin/secretsync.
const envSecretsync = "SECRETSYNC_BINARY"

// Secretsync is secretsync with a namespace, an identity and a folder of a test's own.
type Secretsync struct {
	*Person

	// Namespace is that of a Kargo Project.
	Namespace string
	// Dir is the folder that it is started in.
	Dir string

	cluster *Cluster
}

// NewSecretsync makes a namespace, and an identity that may do nothing yet.
func (c *Cluster) NewSecretsync(t testing.TB) *Secretsync {
	t.Helper()
	s := &Secretsync{Person: c.NewPerson(t, "secretsync"), Namespace: c.nameFor(t, "creds"), Dir: t.TempDir(), cluster: c}
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: s.Namespace, Labels: map[string]string{"kargo.akuity.io/project": "true"},
	}})
	return s
}

// Permit gives what keeping Secrets of these names needs, and no more: no right is about all Secrets.
func (s *Secretsync) Permit(t testing.TB, names ...string) {
	t.Helper()
	s.grant(t, []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "watch", "create", "patch", "delete"}, ResourceNames: names},
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "create", "patch"}, ResourceNames: []string{"kargo-secretsync-inventory"}},
		{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"get", "create", "patch"}},
	})
}

func (s *Secretsync) grant(t testing.TB, rules []rbacv1.PolicyRule) {
	t.Helper()
	meta := metav1.ObjectMeta{Namespace: s.Namespace, Name: "secretsync"}
	s.cluster.create(t, &rbacv1.Role{ObjectMeta: meta, Rules: rules})
	s.cluster.create(t, &rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: s.Username}},
	})
}

// PermitNamespace gives what making a namespace, and keeping the Secrets in it, needs. A Role can't be in a namespace that
// is not there, so these are rights in all.
func (s *Secretsync) PermitNamespace(t testing.TB, namespace string, names ...string) {
	t.Helper()
	name := s.cluster.nameFor(t, "namespaces")
	s.cluster.create(t, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"get", "create", "patch"}, ResourceNames: []string{namespace}},
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "create", "patch"}, ResourceNames: names},
	}})
	s.cluster.create(t, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: s.Username}},
	})
}

// Write writes a file in the folder.
func (s *Secretsync) Write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Move puts a file of the folder in the place of another, as editors do.
func (s *Secretsync) Move(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(s.Dir, from), filepath.Join(s.Dir, to)); err != nil {
		t.Fatal(err)
	}
}

// Run runs secretsync to its end. It is given how to reach Kubernetes if it is to do so. The test fails if it prints a
// value.
func (s *Secretsync) Run(t testing.TB, args ...string) Ran {
	t.Helper()
	return s.RunWith(t, "", args...)
}

// RunWith is Run with something on standard input.
func (s *Secretsync) RunWith(t testing.TB, stdin string, args ...string) Ran {
	t.Helper()
	path, err := program(envSecretsync, "secretsync")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), runTimeout)
	defer cancel()
	switch args[0] {
	case "plan", "apply", "pass":
		args = append(args, "--kubeconfig", s.Kubeconfig)
	}
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // the path is the tester's own
	cmd.Dir = s.Dir
	cmd.Env = []string{"HOME=" + s.Dir, "PATH=" + os.Getenv("PATH")}
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Fatalf("secretsync: %v", err)
		}
	}
	ran := Ran{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
	if strings.Contains(ran.Stdout+ran.Stderr, Sentinel) {
		t.Errorf("secretsync %s prints a value:\n%s\n%s", strings.Join(args, " "), ran.Stdout, ran.Stderr)
	}
	return ran
}

// Start runs `secretsync run` until the test ends. The test fails if it logs a value, or does not end well.
func (s *Secretsync) Start(t testing.TB, declaration string) {
	t.Helper()
	path, err := program(envSecretsync, "secretsync")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), path, "run", "-f", declaration, "--kubeconfig", s.Kubeconfig, "--admin", "127.0.0.1:0") //nolint:gosec // the path is the tester's own
	cmd.Dir = s.Dir
	cmd.Env = []string{"HOME=" + s.Dir, "PATH=" + os.Getenv("PATH")}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start secretsync: %v", err)
	}
	t.Cleanup(func() {
		kill := time.AfterFunc(stopTimeout, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil || t.Failed() || strings.Contains(log.String(), Sentinel) {
			t.Errorf("secretsync run ends with %v; it logs:\n%s", err, log.String())
		}
	})
}

// Secret reads a Secret.
func (s *Secretsync) Secret(t testing.TB, name string) *corev1.Secret {
	t.Helper()
	var secret corev1.Secret
	s.cluster.Get(t, s.Namespace, name, &secret)
	return &secret
}

// Make makes an object in the namespace as the administrator.
func (s *Secretsync) Make(t testing.TB, object client.Object) {
	t.Helper()
	object.SetNamespace(s.Namespace)
	s.cluster.create(t, object)
}

// Edit changes a Secret as somebody with an editor does.
func (s *Secretsync) Edit(t testing.TB, name, patch string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: name}}
	if err := s.cluster.Client.Patch(ctx, secret, client.RawPatch(types.MergePatchType, []byte(patch)), client.FieldOwner("kubectl-edit")); err != nil {
		t.Fatalf("edit %s: %v", name, err)
	}
}

// Versions are the resourceVersions of all that is in the namespace of what secretsync writes.
func (s *Secretsync) Versions(t testing.TB) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), requestTimeout)
	defer cancel()
	versions := map[string]string{}
	for kind, list := range map[string]client.ObjectList{"Secret": &corev1.SecretList{}, "ConfigMap": &corev1.ConfigMapList{}, "Event": &corev1.EventList{}} {
		if err := s.cluster.Client.List(ctx, list, client.InNamespace(s.Namespace)); err != nil {
			t.Fatalf("list %ss: %v", kind, err)
		}
		switch list := list.(type) {
		case *corev1.SecretList:
			for i := range list.Items {
				versions[kind+"/"+list.Items[i].Name] = list.Items[i].ResourceVersion
			}
		case *corev1.ConfigMapList:
			for i := range list.Items {
				versions[kind+"/"+list.Items[i].Name] = list.Items[i].ResourceVersion
			}
		case *corev1.EventList:
			for i := range list.Items {
				versions[kind+"/"+list.Items[i].Name] = list.Items[i].ResourceVersion
			}
		}
	}
	return versions
}
