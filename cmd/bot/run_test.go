package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunUsage is about what ends before Kubernetes is asked for anything; test/e2e has the rest.
func TestRunUsage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.yaml", "pipelines: [{project: microsvcs, environments: [production]}]\n")
	wrong := write("wrong.yaml", "pipelines: [{project: microsvcs, environmnts: [production]}]\n")
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "name the configuration"},
		{"status", exitUsage, "name the configuration"},
		{"--config", exitUsage, "needs an argument"},
		{"--config " + good, exitUsage, "no command"},
		{"--config " + good + " status -o yaml", exitUsage, "--output is text or json"},
		{"--config " + good + " status --timeout 0s", exitUsage, "--timeout is longer than 0"},
		{"--config " + good + " status --timeout soon", exitUsage, "invalid argument"},
		{"--config " + wrong + " status", exitFailure, `did you mean "environments"?`},
		{"--config " + dir + "/none.yaml status", exitFailure, "none.yaml"},
		{"--config " + good + " --kubeconfig " + dir + "/none status", exitFailure, "find Kubernetes"},
	} {
		printed, said, code := called(t, append([]string{"run"}, strings.Fields(test.args)...)...)
		if code != test.code || printed != "" || !strings.Contains(said, test.says) {
			t.Errorf("%q: exit code %d, printed %q, said %q", test.args, code, printed, said)
		}
	}
}

func TestRunHelpHasTheExitCodes(t *testing.T) {
	for _, args := range [][]string{{"run", "--help"}, {"run", "status", "-h"}, {"help", "run"}} {
		printed, _, code := called(t, args...)
		for _, says := range []string{"Exit codes:", "3  refused", "4  with --wait", "--kubeconfig", "--timeout"} {
			if code != 0 || !strings.Contains(printed, says) {
				t.Errorf("%q: exit code %d, no %q in:\n%s", args, code, says, printed)
			}
		}
	}
}
