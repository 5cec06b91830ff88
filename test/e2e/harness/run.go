package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// runTimeout bounds a `bot run`.
const runTimeout = 90 * time.Second

// Run is a `bot run`.
type Run struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

// Ran is what a `bot run` printed, and its exit code.
type Ran struct {
	Stdout, Stderr string
	Code           int
}

// Run gives a command from a person's terminal, and returns when it has ended. The configuration has the
// pipelines alone.
func (w *World) Run(t testing.TB, p *Person, args ...string) Ran {
	t.Helper()
	return w.StartRun(t, p, args...).Wait(t)
}

// StartRun gives a command from a person's terminal, and does not wait.
func (w *World) StartRun(t testing.TB, p *Person, args ...string) *Run {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf("pipelines: [{project: %s, environments: [staging, production]}]\n", w.Name)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), runTimeout)
	t.Cleanup(cancel)
	r := &Run{}
	r.cmd = exec.CommandContext(ctx, path, append([]string{"run", "--config", config, "--kubeconfig", p.Kubeconfig}, args...)...) //nolint:gosec // the path is the tester's own
	r.cmd.Dir = dir
	r.cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatalf("start bot run: %v", err)
	}
	return r
}

// Interrupt does what Ctrl-C does.
func (r *Run) Interrupt(t testing.TB) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("interrupt bot run: %v", err)
	}
}

// Wait returns when it has ended.
func (r *Run) Wait(t testing.TB) Ran {
	t.Helper()
	err := r.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatalf("bot run: %v", err)
	}
	return Ran{Stdout: r.stdout.String(), Stderr: r.stderr.String(), Code: r.cmd.ProcessState.ExitCode()}
}
