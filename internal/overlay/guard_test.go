package overlay_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// requests counts what was sent through http.DefaultTransport, which the library's clients use.
var requests atomic.Int64

// started is the file that is there once a program was started that the library knows of.
var started string

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	requests.Add(1)
	return nil, errors.New("there is no network here")
}

// TestMain takes the network away, and puts programs in the place of those that the library starts.
func TestMain(m *testing.M) {
	http.DefaultTransport = noNetwork{}
	dir, err := os.MkdirTemp("", "overlay")
	if err != nil {
		panic(err)
	}
	started = filepath.Join(dir, "started")
	for _, name := range []string{"git", "helm", "helmV3", "go"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n: > "+started+"\nexit 1\n"), 0o700); err != nil {
			panic(err)
		}
	}
	if err := os.Setenv("PATH", dir); err != nil {
		panic(err)
	}
	code := m.Run()
	if escaped() && code == 0 {
		code = 1
	}
	_ = os.RemoveAll(dir)
	os.Exit(code) //nolint:forbidigo // It is what runs the tests.
}

// escaped reports whether anything left the process since it was last asked.
func escaped() bool {
	out := requests.Swap(0) > 0
	if _, err := os.Stat(started); err == nil {
		_ = os.Remove(started)
		out = true
	}
	return out
}

// TestTheGuardSeesTheLibraryEscape shows that the other tests would notice: this is what the library does
// with the files as they are.
func TestTheGuardSeesTheLibraryEscape(t *testing.T) {
	for _, ref := range []string{"https://acme.dev/all.yaml", "github.com/acme/base", "git@acme.dev:acme/base.git"} {
		fs := filesys.MakeFsInMemory()
		if err := fs.WriteFile("/o/kustomization.yaml", []byte("resources: ["+`"`+ref+`"`+"]")); err != nil {
			t.Fatal(err)
		}
		if _, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, "/o"); err == nil {
			t.Errorf("%s: it renders", ref)
		}
		if !escaped() {
			t.Errorf("%s: nothing was noticed", ref)
		}
	}
}
