package resolve_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/helmfile/vals/pkg/providers/registry"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TestBackendsOfThisBuild fails if the build tags leave out a backend that is supported, or have one that is not.
func TestBackendsOfThisBuild(t *testing.T) {
	if diff := cmp.Diff(credentials.Backends(), slices.Sorted(slices.Values(all))); diff != "" {
		t.Errorf("declarations allow other backends than are read (-allowed +read):\n%s", diff)
	}
	for _, name := range all {
		switch name {
		case "env", "envfile", "file": // ours, and the one that is always there
		default:
			if _, ok := registry.GetProvider(name); !ok {
				t.Errorf("%s is supported, but not in this build: add its tag", name)
			}
		}
	}
	for _, name := range []string{
		"gitlab", "tfstate", "bw", "conjur", "hcpvaultsecrets", "httpjson", "infisical", "keychain", "oci", "pulumistateapi", "scw",
		"tss", "yclockbox", "servercore",
	} {
		if _, ok := registry.GetProvider(name); ok {
			t.Errorf("%s is in this build, but nobody can use it: take out its tag", name)
		}
	}
}

// TestBackendsThatAreNotSupported has those of vals that there are in any build, or in one with our tags.
func TestBackendsThatAreNotSupported(t *testing.T) {
	for _, scheme := range []string{
		"echo", "exec", "envsubst", "s3", "awskms", "gcs", "gkms", "googlesheets", "httpjson", "tfstate", "nonsense",
	} {
		reference := "ref+" + scheme + "://" + sentinel + "#/key"
		answers := resolve.New(resolve.Options{Backends: append([]string{scheme}, all...)}).Resolve(t.Context(), []string{reference}, nil)
		got := answers.Values[reference]
		never, unknown := "backend "+scheme+" is never allowed: ", `backend "`+scheme+`" is not known; `
		if !got.Value.Empty() || !strings.HasPrefix(got.Problem, never) && !strings.HasPrefix(got.Problem, unknown) {
			t.Errorf("%s: %q", scheme, got.Problem)
		}
		if len(answers.Sources) != 0 {
			t.Errorf("%s is asked: %+v", scheme, answers.Sources)
		}
	}
}

// TestExecRunsNothing has exec asked for what it would leave behind.
func TestExecRunsNothing(t *testing.T) {
	left := t.TempDir() + "/left"
	touch, err := exec.LookPath("touch")
	if err != nil {
		t.Fatal(err)
	}
	_, problem := one(t, resolve.Options{Backends: append([]string{"exec"}, all...)}, "ref+exec://"+touch+"?args="+left)
	if problem == "" {
		t.Error("exec is not refused")
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("exec has run a program")
	}
}
