package harness

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// declarationFile is the declaration in the ConfigMap of secretsync's chart.
const declarationFile = "credentials.yaml"

// InstallSecretsync installs secretsync's chart into a namespace of its own, with a declaration as in the chart's values.
func (c *Cluster) InstallSecretsync(t testing.TB, declaration map[string]any) *Installation {
	t.Helper()
	i := &Installation{Namespace: c.nameFor(t, "secretsync"), dir: t.TempDir()}
	objects, err := RenderChart(SecretsyncChart, "secretsync", i.Namespace, map[string]any{
		"image": map[string]any{"repository": "secretsync"}, "declaration": declaration,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: i.Namespace}})
	for _, object := range objects {
		i.apply(t, c, object)
	}
	i.identify(t, c)
	return i
}

// Put writes a file beside the configuration, in place of what was there.
func (i *Installation) Put(t testing.TB, name, content string) {
	t.Helper()
	next := i.write(t, name+".next", content)
	if err := os.Rename(next, filepath.Join(i.dir, name)); err != nil {
		t.Fatal(err)
	}
}

// StartSecretsync starts `secretsync run` and returns when it has looked at everything once.
func (i *Installation) StartSecretsync(t testing.TB) *Process {
	t.Helper()
	path, err := program(envSecretsync, "secretsync")
	if err != nil {
		t.Fatal(err)
	}
	p := launch(t, i.dir, path, "run", "--file", i.ConfigFile, "--kubeconfig", i.Kubeconfig, "--admin", "127.0.0.1:0")
	p.AwaitLog(t, "a pass is done", passTimeout)
	return p
}

// passTimeout bounds the time of secretsync's first look.
const passTimeout = 60 * time.Second
