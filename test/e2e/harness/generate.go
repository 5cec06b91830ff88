package harness

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Generator is somebody with a pipeline file, and the administrator's kubeconfig.
type Generator struct {
	// Project is the name of the file's project. Nothing of it exists.
	Project string
	// File is the path of the pipeline file, and Dir that of the folder that it is in.
	File, Dir string

	cluster    *Cluster
	kubeconfig string
}

// NewGenerator writes a pipeline file, in which PROJECT stands for the name of a project of the test's own. A simulated
// Kargo makes the project ready; the real one does so by itself.
func (c *Cluster) NewGenerator(t testing.TB, content string) *Generator {
	t.Helper()
	dir := t.TempDir()
	g := &Generator{Project: c.nameFor(t, ""), File: filepath.Join(dir, "config.yaml"), Dir: dir, cluster: c, kubeconfig: filepath.Join(dir, "kubeconfig")}
	if err := clientcmd.WriteToFile(kubeconfig(c.Config), g.kubeconfig); err != nil {
		t.Fatal(err)
	}
	g.Write(t, content)
	c.manage(t, g.Project)
	t.Cleanup(func() {
		if !c.RealKargo {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
		defer cancel()
		if err := c.Client.Delete(ctx, &kargoapi.Project{ObjectMeta: metav1.ObjectMeta{Name: g.Project}}); client.IgnoreNotFound(err) != nil {
			t.Logf("delete Project %s: %v", g.Project, err)
		}
	})
	return g
}

// Write replaces the pipeline file.
func (g *Generator) Write(t testing.TB, content string) {
	t.Helper()
	if err := os.WriteFile(g.File, []byte(strings.ReplaceAll(content, "PROJECT", g.Project)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Run runs `bot generate -f FILE` with arguments, in the folder of the file.
func (g *Generator) Run(t testing.TB, args ...string) Ran {
	t.Helper()
	return g.bot(t, append([]string{"generate", "-f", g.File, "--kubeconfig", g.kubeconfig}, args...)...)
}

func (g *Generator) bot(t testing.TB, args ...string) Ran {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // the path is the tester's own
	cmd.Dir, cmd.Env = g.Dir, []string{"HOME=" + g.Dir, "PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatalf("bot %v: %v", args, err)
	}
	return Ran{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// manage is the part of Kargo's management controller that a new Project needs: its namespace, and the word that it is
// ready. A namespace that is there without the label keeps it from that.
func (c *Cluster) manage(t testing.TB, name string) {
	t.Helper()
	if c.RealKargo {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := c.Client.Watch(ctx, &kargoapi.ProjectList{}, client.MatchingFields{"metadata.name": name})
	if err != nil {
		cancel()
		t.Fatalf("watch for Project %s: %v", name, err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		defer stream.Stop()
		for event := range stream.ResultChan() {
			project, ok := event.Object.(*kargoapi.Project)
			if !ok || len(project.Status.Conditions) > 0 {
				continue
			}
			if err := c.makeReady(ctx, project); err != nil && ctx.Err() == nil {
				t.Errorf("make Project %s ready: %v", name, err)
			}
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
}

func (c *Cluster) makeReady(ctx context.Context, project *kargoapi.Project) error {
	condition := metav1.Condition{Type: kargoapi.ConditionTypeReady, Status: metav1.ConditionTrue, Reason: "Synced", Message: "Project is synced and ready for use", LastTransitionTime: metav1.Now()}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: project.Name, Labels: map[string]string{kargoapi.LabelKeyProject: kargoapi.LabelValueTrue},
	}}
	switch err := c.Client.Create(ctx, namespace); {
	case apierrors.IsAlreadyExists(err):
		if err := c.Client.Get(ctx, client.ObjectKeyFromObject(namespace), namespace); err != nil {
			return err
		}
		if namespace.Labels[kargoapi.LabelKeyProject] != kargoapi.LabelValueTrue {
			condition.Status, condition.Reason, condition.Message = metav1.ConditionFalse, "Conflict", "namespace already exists and is not labeled as a Project namespace"
		}
	case err != nil:
		return err
	}
	project.Status.Conditions = []metav1.Condition{condition}
	return c.Client.Status().Update(ctx, project)
}
