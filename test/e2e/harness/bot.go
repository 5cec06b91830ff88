package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds the time from a bot's start until it is ready for requests. It takes about a
// second on an idle machine.
const startTimeout = 60 * time.Second

// Bot is a running `bot serve`.
type Bot struct {
	// Webhooks and Admin are the base URLs of its two servers.
	Webhooks, Admin string
	// Log is what it logs.
	Log *Log
	// Started is when it was started.
	Started time.Time

	cmd    *exec.Cmd
	exited chan struct{}
	err    error // of its end, once exited is closed
}

// Start starts a bot and returns when it is ready.
func (i *Installation) Start(t testing.TB) *Bot {
	t.Helper()
	b := i.Launch(t)
	entry := b.AwaitLog(t, "ready", startTimeout)
	b.Webhooks, b.Admin = fmt.Sprintf("http://%s", entry["listen"]), fmt.Sprintf("http://%s", entry["admin"])
	return b
}

// Launch starts a bot and does not wait. It is killed at the end of the test, if it still runs.
func (i *Installation) Launch(t testing.TB) *Bot {
	t.Helper()
	path, err := BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	b := &Bot{Log: newLog(), exited: make(chan struct{}), Started: time.Now()}
	b.cmd = exec.CommandContext(context.Background(), path, "serve", "--config", i.ConfigFile, "--kubeconfig", i.Kubeconfig) //nolint:gosec // the path is the tester's own
	b.cmd.Dir = i.dir
	// Nothing of the environment of the tests is to reach it.
	b.cmd.Env = []string{"HOME=" + i.dir, "PATH=" + os.Getenv("PATH")}
	stderr, err := b.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatalf("start the bot: %v", err)
	}
	go func() {
		defer close(b.exited)
		b.Log.read(stderr)
		b.err = b.cmd.Wait()
	}()
	t.Cleanup(func() {
		b.Kill(t)
		if t.Failed() {
			t.Logf("log of the bot (process %d):\n%s", b.cmd.Process.Pid, b.Log.tail(60))
		}
	})
	return b
}

// Exited is closed when the bot has ended.
func (b *Bot) Exited() <-chan struct{} { return b.exited }

// AwaitLog returns the first entry of the log with a message.
func (b *Bot) AwaitLog(t testing.TB, message string, within time.Duration) LogEntry {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		entry, more := b.Log.find(message)
		switch {
		case entry != nil:
			return entry
		case more == nil:
			<-b.exited
			t.Fatalf("the bot ended (%v) without saying %q:\n%s", b.err, message, b.Log.tail(40))
		}
		select {
		case <-more:
		case <-deadline.C:
			t.Fatalf("the bot did not say %q within %s:\n%s", message, within, b.Log.tail(40))
		}
	}
}

// Kill ends the bot at once, as a machine that dies does.
func (b *Bot) Kill(t testing.TB) {
	t.Helper()
	_ = b.cmd.Process.Kill()
	<-b.exited
}

// Terminate tells the bot to stop, and does not wait.
func (b *Bot) Terminate(t testing.TB) {
	t.Helper()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("tell the bot to stop: %v", err)
	}
}

// AwaitExit returns the exit code of a bot that is about to end.
func (b *Bot) AwaitExit(t testing.TB, within time.Duration) int {
	t.Helper()
	select {
	case <-b.exited:
	case <-time.After(within):
		t.Fatalf("the bot still runs after %s:\n%s", within, b.Log.tail(40))
	}
	if exit, ok := errors.AsType[*exec.ExitError](b.err); ok {
		return exit.ExitCode()
	}
	if b.err != nil {
		t.Fatalf("the bot ended with: %v", b.err)
	}
	return 0
}
