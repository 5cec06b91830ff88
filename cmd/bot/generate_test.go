package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newPipeline copies the guide's file into a folder of the test's own.
func newPipeline(t *testing.T) (dir, file string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	file = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

// must calls the bot, and fails the test if it ends with another code or says something else.
func must(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	printed, said, got := called(t, args...)
	if got != code || !strings.Contains(printed+said, says) {
		t.Errorf("%q: exit code %d; want %d and %q. It printed:\n%s\nand said:\n%s", args, got, code, says, printed, said)
	}
}

func TestGenerateWritesChecksAndShows(t *testing.T) {
	dir, file := newPipeline(t)
	out := filepath.Join(dir, "generated")
	must(t, 1, "add    "+out+"/stages/red-production.yaml", "generate", "-f", file, "-o", out, "--check")
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Fatalf("--check wrote something: %v", err)
	}
	must(t, 0, out+": 27 files, 27 added, 0 changed, 0 removed", "generate", "-f", file, "-o", out)
	must(t, 0, "", "generate", "-f", file, "-o", out, "--check")
	must(t, 0, out+": 27 files, nothing to do", "generate", "-f", file, "-o", out)

	must(t, 0, file+" has purple now", "service", "add", "purple", "-f", file)
	must(t, 1, out+" is stale: run bot generate -f "+file+" -o "+out+", and commit what it writes", "generate", "-f", file, "-o", out, "--check")
	must(t, 1, "+++ b/stages/purple-staging.yaml", "generate", "-f", file, "-o", out, "--diff")
	must(t, 0, "32 files, 5 added, 0 changed, 0 removed", "generate", "-f", file, "-o", out)
	must(t, 0, "32 files, nothing to do", "service", "add", "purple", "-f", file, "-o", out)

	if err := os.WriteFile(filepath.Join(out, "project.yaml"), []byte("kind: Project\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, 1, "project.yaml was not written by bot generate", "generate", "-f", file, "-o", out)
	must(t, 0, "0 added, 1 changed, 0 removed", "generate", "-f", file, "-o", out, "--overwrite")
}

func TestGenerateUsage(t *testing.T) {
	dir, file := newPipeline(t)
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("project: p\nservices: [red]\nenvironments: [{name: dev, warehouse: {}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "name the pipeline file: -f kargo/config.yaml"},
		{"-f " + file, exitUsage, "say where to: -o kargo/generated, or --apply"},
		{"-f " + file + " --apply --diff", exitUsage, "choose one"},
		{"-f " + file + " -o x --check --diff", exitUsage, "choose one"},
		{"-f " + file + " -o x --kargo-version newest", exitUsage, "is not a version of Kargo"},
		{"-f " + file + " -o x --kargo-version 1.8", exitFailure, "nothing can be generated for Kargo 1.8"},
		{"-f " + file + " -o " + dir + "/x --kargo-version 1.10", 0, "warning: Kargo 1.10 takes these manifests, but the bot does not support it"},
		{"-f " + wrong + " -o " + dir + "/y", exitFailure, "gitRepo: missing: promotions commit to it"},
		{"-f " + dir + "/none.yaml -o " + dir + "/y", exitFailure, "no such file"},
		{"-f " + file + " --apply --kubeconfig " + dir + "/none", exitFailure, "find Kubernetes"},
		{"--schema", 0, `"title": "Pipeline file of kargo-bot"`},
	} {
		must(t, test.code, test.says, append([]string{"generate"}, strings.Fields(test.args)...)...)
	}
	if _, err := os.Stat(filepath.Join(dir, "y")); !os.IsNotExist(err) {
		t.Errorf("something was written of a file that is wrong: %v", err)
	}
}

func TestServiceAddLeavesAFileAloneThatItCantChange(t *testing.T) {
	_, file := newPipeline(t)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	must(t, exitFailure, `"Purple" is not a name that Kubernetes takes; write purple`, "service", "add", "Purple", "-f", file)
	must(t, 0, file+" has red already", "service", "add", "red", "-f", file)
	must(t, exitUsage, "name the pipeline file", "service", "add", "red")
	after, err := os.ReadFile(file)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestServiceAddChangesNothingWhereTheFolderIsSomebodyElses(t *testing.T) {
	dir, file := newPipeline(t)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "project.yaml"), []byte("kind: Project\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, exitFailure, "Nothing was written: choose another folder", "service", "add", "purple", "-f", file, "-o", dir)
	after, err := os.ReadFile(file)
	if err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}
