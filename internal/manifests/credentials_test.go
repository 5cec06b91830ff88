package manifests_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

const declared = `credentials:
  backends: [vault]
  repositories: [{type: helm, url: oci://quay.io/acme/charts/red}]
  secrets:
  - {name: quay-creds, type: image, repoURLRegex: quay.io/*, username: x, password: ref+vault://kv/quay#/token}
`

func TestCredentialsInThePipelineFile(t *testing.T) {
	data, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, append(data, "\n"+declared...), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := manifests.LoadCredentials(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range file.Overlaps() {
		got = append(got, o.Message)
	}
	const none = ": no credential matches, so that Kargo asks without one. If it is private, declare one."
	want := []string{"https://github.com/davidaparicio/microsvcs.git (git, microsvcs)" + none}
	for _, service := range []string{"red", "blue", "green", "yellow", "git-sync"} {
		want = append(want, "quay.io/davidaparicio/"+service+" (image, microsvcs): Kargo takes microsvcs/quay-creds.")
	}
	want = append(want, "oci://quay.io/acme/charts/red (helm, microsvcs)"+none)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(file.Warnings) != 1 || !strings.Contains(file.Warnings[0].Error(), `^quay\.io/ was probably meant`) {
		t.Errorf("warnings: %v", file.Warnings)
	}
}

func TestCredentialsInAFileOfTheirOwn(t *testing.T) {
	file, err := manifests.ParseCredentials("credentials.yaml", []byte("namespace: p\n"+declared))
	if err != nil {
		t.Fatal(err)
	}
	if wanted := file.Wanted(); len(wanted) != 1 || wanted[0].String() != "p/quay-creds" {
		t.Errorf("wanted: %v", wanted)
	}
}

func TestCredentialsTellWhatIsWrong(t *testing.T) {
	wrong := strings.Replace(declared, "[vault]", "[sops]", 1)
	const refused = "credentials.secrets[0].password: backend vault is not among those that the declaration allows; add it: credentials.backends: [sops, vault]"
	for data, want := range map[string]string{
		smallest:                  "f: credentials: missing; add it, or name the file that has it",
		smallest + wrong:          "f:9:85: " + refused,
		"namespace: p\n" + wrong:  "f:6:85: " + refused,
		"namespace: p\n":          "f:1:1: credentials: missing; add it, for example credentials: {backends: [vault], secrets: [...]}",
		declared:                  "f:1:1: namespace: missing; add it, for example namespace: microsvcs",
		"project: p\n" + declared: "f:1:1: services: missing; add it, for example services: [red, blue]\nf:1:1: environments: missing; add a list",
		"namespace: Pp\n" + "credentials: {secrets: []}": `f:1:12: namespace: "Pp" is not a name that Kubernetes takes; write pp` + "\nf:2:15: credentials.secrets: is empty; write a list",
	} {
		file, err := manifests.ParseCredentials("f", []byte(data))
		if err == nil || file != nil {
			t.Errorf("accepted: %s", data)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", data, diff)
		}
	}
	if _, err := manifests.LoadCredentials(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !strings.HasSuffix(err.Error(), "no such file; create it, or correct the path") {
		t.Errorf("got %v", err)
	}
}
