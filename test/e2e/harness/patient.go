package harness

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// argocd has the resources of Argo CD, as much as the doctor reads of them.
//
//go:embed testdata/argocd.yaml
var argocd string

// argoDefinitions returns the CRDs of Argo CD.
func argoDefinitions() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	var all []*apiextensionsv1.CustomResourceDefinition
	for one := range strings.SplitSeq(argocd, "\n---\n") {
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict([]byte(one), definition); err != nil {
			return nil, fmt.Errorf("read the definitions of Argo CD: %w", err)
		}
		all = append(all, definition)
	}
	return all, nil
}

// Patient is a project, with namespaces for Argo CD, Kargo and shared credentials beside it, for who looks for what is
// wrong in it.
type Patient struct {
	*Project

	// Around is the namespace of Argo CD, of Kargo's controller and of shared credentials.
	Around string
	// Person may do everything.
	Person *Person

	dir, config string
}

// NewPatient makes a patient with a namespace beside it.
func (c *Cluster) NewPatient(t testing.TB) *Patient {
	t.Helper()
	p := &Patient{Project: c.NewProject(t, ""), Around: c.nameFor(t, "around"), Person: c.NewPerson(t, "admin"), dir: t.TempDir()}
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.Around}})
	c.create(t, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: p.Around},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: p.Person.Username}},
	})
	p.config = filepath.Join(p.dir, "config.yaml")
	text := fmt.Sprintf("pipelines: [{project: %s, environments: [staging, production]}]\n"+
		"kargo: {namespace: %[2]s, argocdNamespace: %[2]s, sharedNamespace: %[2]s}\n", p.Name, p.Around)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// Doctor runs `bot doctor` as a person, who types what is in stdin.
func (p *Patient) Doctor(t testing.TB, person *Person, stdin string, args ...string) Ran {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	return p.exec(t, person, stdin, path, append([]string{"doctor", "--config", p.config, "--kubeconfig", person.Kubeconfig}, args...)...)
}

// Plain runs `bot doctor` as the person who may do everything, with no other flags than those.
func (p *Patient) Plain(t testing.TB, args ...string) Ran {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	return p.exec(t, p.Person, "", path, append([]string{"doctor"}, args...)...)
}

// Shell runs a command as the person who may do everything would in a shell, with Kubernetes' own kubectl. {project} and
// {around} stand for the namespaces.
func (p *Patient) Shell(t testing.TB, command, stdin string) {
	t.Helper()
	fill := strings.NewReplacer("{project}", p.Name, "{around}", p.Around).Replace
	if ran := p.exec(t, p.Person, fill(stdin), "bash", "-euo", "pipefail", "-c", fill(command)); ran.Code != 0 {
		t.Fatalf("exit code %d of:\n%s\n%s%s", ran.Code, fill(command), ran.Stdout, ran.Stderr)
	}
}

// Apply makes objects, or changes them, as they are written.
func (p *Patient) Apply(t testing.TB, objects string) {
	t.Helper()
	p.Shell(t, "kubectl apply -f -", objects)
}

func (p *Patient) exec(t testing.TB, person *Person, stdin, program string, args ...string) Ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the tester's own
	cmd.Dir = p.dir
	cmd.Env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH"), "KUBECONFIG=" + person.Kubeconfig}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if _, ok := errors.AsType[*exec.ExitError](cmd.Run()); !ok && cmd.ProcessState == nil {
		t.Fatalf("%s could not be run: is it installed? make prepare", program)
	}
	return Ran{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}
