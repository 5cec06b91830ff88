package harness

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Process is a program that runs beside the tests.
type Process struct {
	// Log is what it logs.
	Log *Log
	// Started is when it was started.
	Started time.Time

	cmd    *exec.Cmd
	exited chan struct{}
	err    error // of its end, once exited is closed
}

// launch starts a program in a folder and does not wait. It is killed at the end of the test, if it still runs.
func launch(t testing.TB, dir, path string, args ...string) *Process {
	t.Helper()
	p := &Process{Log: newLog(), exited: make(chan struct{}), Started: time.Now()}
	p.cmd = exec.CommandContext(context.Background(), path, args...) //nolint:gosec // the path is the tester's own
	p.cmd.Dir = dir
	// Nothing of the environment of the tests is to reach it.
	p.cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	go func() {
		defer close(p.exited)
		p.Log.read(stderr)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.Kill(t)
		if t.Failed() {
			t.Logf("log of %s (process %d):\n%s", path, p.cmd.Process.Pid, p.Log.tail(60))
		}
	})
	return p
}

// Exited is closed when it has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// AwaitLog returns the first entry of the log with a message.
func (p *Process) AwaitLog(t testing.TB, message string, within time.Duration) LogEntry {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		entry, more := p.Log.find(message)
		switch {
		case entry != nil:
			return entry
		case more == nil:
			<-p.exited
			t.Fatalf("it ended (%v) without saying %q:\n%s", p.err, message, p.Log.tail(40))
		}
		select {
		case <-more:
		case <-deadline.C:
			t.Fatalf("it did not say %q within %s:\n%s", message, within, p.Log.tail(40))
		}
	}
}

// Kill ends it at once, as a machine that dies does.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// Terminate tells it to stop, and does not wait.
func (p *Process) Terminate(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("tell it to stop: %v", err)
	}
}

// AwaitExit returns the exit code of one that is about to end.
func (p *Process) AwaitExit(t testing.TB, within time.Duration) int {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(within):
		t.Fatalf("it still runs after %s:\n%s", within, p.Log.tail(40))
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok {
		return exit.ExitCode()
	}
	if p.err != nil {
		t.Fatalf("it ended with: %v", p.err)
	}
	return 0
}
