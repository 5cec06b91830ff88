package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// asBot makes the test's own program be the bot.
const asBot = "KARGO_BOT_TEST_AS_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(asBot) != "" {
		main()
		return
	}
	m.Run()
}

// patience bounds every run of the program.
const patience = time.Minute

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), asBot+"=1")
	return cmd
}

// bot runs the program to its end and returns what it prints and its exit code.
func bot(t *testing.T, args ...string) (printed, said string, code int) {
	t.Helper()
	cmd := command(t, args...)
	var out, log strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &log
	var failed *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// called is bot in the test's own process, which need not start. It is for what ends before anything begins, and
// for tests that are not parallel: loggers are the process's.
func called(t *testing.T, args ...string) (printed, said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	root := newRoot()
	var out, log strings.Builder
	root.SetOut(&out)
	root.SetErr(&log)
	root.SetArgs(args)
	code = execute(ctx, root)
	return out.String(), log.String(), code
}

func TestDemoRun(t *testing.T) {
	t.Parallel()
	printed, said, code := bot(t, "demo",
		"--run", "/kargo diff red production", "--run", "/promote red production", "--run", "/kargo help")
	if code != 0 || said != "" {
		t.Errorf("what went well ends with %d: %s", code, said)
	}
	for _, says := range []string{
		"Breaking: feat(red)!: drop /v1 (#211, hubot)", "Release notes: 3.1.1", "+        image: quay.io/davidaparicio/red:3.2.0",
		"octocat in #deploys: /promote red production", "red 3.2.0 is live in production", "\n\noctocat in #deploys: /kargo help",
	} {
		if !strings.Contains(printed, says) {
			t.Errorf("no %q in:\n%s", says, printed)
		}
	}
}

func TestDemoRunThatDoesNotEndWell(t *testing.T) {
	t.Parallel()
	_, said, code := bot(t, "demo", "--fail", "yellow", "--run", "/promote purple production",
		"--run", "/promote red production", "--run", "/promote yellow production")
	const want = "bot: /promote purple production: refused; /promote yellow production: failed\n"
	if code != exitFailure || said != want {
		t.Errorf("exit code %d, %s", code, said)
	}
}

func TestDemoRunInTime(t *testing.T) {
	t.Parallel()
	_, said, code := bot(t, "demo", "--step", "1h", "--timeout", "100ms", "--run", "/promote red production")
	if code != exitFailure || !strings.Contains(said, "gave up after 100ms") {
		t.Errorf("exit code %d, %s", code, said)
	}
}

func TestDemoUsage(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		"is no command":    {"--run", "promote red"},
		"nobody called":    {"--run", "/promote red production", "--as", "defunkt"},
		`no "teams"`:       {"--run", "/promote red production", "--on", "teams"},
		"no service":       {"--run", "/promote red production", "--fail", "purple"},
		"loopback only":    {"--listen", "0.0.0.0:7878"},
		"no address":       {"--listen", "7878"},
		"unknown flag":     {"--runn", "x"},
		"invalid argument": {"--timeout", "soon"},
	} {
		printed, said, code := bot(t, append([]string{"demo"}, args...)...)
		if code != exitUsage || printed != "" || !strings.Contains(said, says) {
			t.Errorf("%q: exit code %d, %s", args, code, said)
		}
	}
}

func TestDemoServesUntilCtrlC(t *testing.T) {
	t.Parallel()
	cmd := command(t, "demo", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	open := regexp.MustCompile(`^Open +http://127\.0\.0\.1:[1-9][0-9]*/$`)
	seen := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if open.MatchString(lines.Text()) {
			seen = true
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || !seen {
		t.Errorf("it ended with %v; the page's address was printed: %v", err, seen)
	}
}
