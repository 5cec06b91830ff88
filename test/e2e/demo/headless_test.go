// Package demo_test is about `bot demo`: the page in a real browser, and the commands of a terminal. It
// needs no API server, as the demo brings everything along.
package demo_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// patience bounds everything that is waited for here; a command takes seconds.
const patience = time.Minute

// TestRunDoesWhatIsTyped: the exit code says whether every command was accepted and ended well.
func TestRunDoesWhatIsTyped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"one command": {
			[]string{"--run", "/promote red production"}, 0,
			[]string{"octocat in #deploys: /promote red production", "red 3.2.0 is live in production"},
		},
		"several, in their order": {
			[]string{"--run", "/promote red production", "--run", "/kargo promote blue prod"}, 0,
			[]string{"red 3.2.0 is live in production", "is live in production"},
		},
		"on GitHub": {
			[]string{"--run", "/promote red production", "--on", "github"}, 0,
			[]string{"red 3.2.0 is live in production"},
		},
		"one is refused": {
			[]string{"--run", "/promote red production", "--run", "/promote pink production"}, 1,
			[]string{"red 3.2.0 is live in production", `No service "pink"`},
		},
		"one who may not": {
			[]string{"--run", "/promote red production", "--as", "hubot"}, 1,
			[]string{"You can't promote to production", "red-production"},
		},
		"one fails": {
			[]string{"--run", "/promote red production", "--fail", "red"}, 1,
			[]string{"Promotion of red to production failed at"},
		},
		"wrong flag": {[]string{"--runn", "/promote red production"}, 2, []string{"--runn"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, output := runDemo(t, test.args...)
			if code != test.code {
				t.Errorf("the exit code is %d; want %d", code, test.code)
			}
			rest := output
			for _, words := range test.says {
				_, after, found := strings.Cut(rest, words)
				if !found {
					t.Errorf("it does not say %q, or not in its order:\n%s", words, output)
					continue
				}
				rest = after
			}
		})
	}
}

// runDemo runs `bot demo` to its end, and returns its exit code and all it said.
func runDemo(t *testing.T, args ...string) (code int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path, err := harness.BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, path, append([]string{"demo"}, args...)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("it did not end within %s:\n%s", patience, said.String())
	case errors.As(err, &exit):
		return exit.ExitCode(), said.String()
	case err != nil:
		t.Fatal(err)
	}
	return 0, said.String()
}
