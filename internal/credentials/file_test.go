package credentials_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func lines(problems strictyaml.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Error() + "\n")
	}
	return b.String()
}

func TestParseTellsAllThatIsWrong(t *testing.T) {
	file, err := credentials.Parse("credentials.yaml", read(t, "errors.yaml"))
	var problems strictyaml.Problems
	if !errors.As(err, &problems) || file != nil {
		t.Fatalf("accepted: %v, %v", file, err)
	}
	got := lines(problems)
	golden.Compare(t, "errors.txt", got)
	for _, shown := range []string{"hunter2", "sentinel"} {
		if strings.Contains(got, shown) {
			t.Errorf("a secret of the file is shown")
		}
	}
}

func TestParseWarnsOfWhatIsProbablyNotMeant(t *testing.T) {
	file, err := credentials.Parse("credentials.yaml", read(t, "warnings.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "warnings.txt", lines(file.Warnings))
}

const small = `
namespace: microsvcs
credentials:
  backends: [vault]
  secrets:
  - {name: quay-creds, type: image, repoURL: quay.io/acme/red, username: acme, password: ref+vault://kv/quay#/token}
  - {name: app, namespaces: [team-b, team-a], type: generic, data: {b: ref+vault://kv/app#/b, a: ref+vault://kv/app#/a, c: ref+vault://kv/app#/a}}
  - {name: aaa, namespaces: microsvcs, type: generic, data: {x: ref+vault://kv/quay#/token}}
`

func TestParseDefaultsAndWhatIsWanted(t *testing.T) {
	file, err := credentials.Parse("f", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	d := file.Declaration
	if d.Owner != "kargo-secretsync" || d.Interval != 10*time.Minute || d.Timeout != 20*time.Second || d.Check != "off" ||
		d.FailingAfter != 2*time.Minute || d.ExpiryWarning != 7*24*time.Hour || d.SharedNamespace != "kargo-shared-resources" || d.Prune || d.CreateNamespaces {
		t.Errorf("defaults: %+v", d)
	}
	var got []string
	for _, w := range file.Wanted() {
		line := w.String() + ":"
		for _, r := range w.Credential.References() {
			line += " " + r.Text
		}
		got = append(got, line)
	}
	want := []string{
		"microsvcs/aaa: ref+vault://kv/quay#/token",
		"microsvcs/quay-creds: ref+vault://kv/quay#/token",
		"team-a/app: ref+vault://kv/app#/a ref+vault://kv/app#/b",
		"team-b/app: ref+vault://kv/app#/a ref+vault://kv/app#/b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wanted (-want +got)\n%s", diff)
	}
}

func TestParseBoundsTheNumberOfSecrets(t *testing.T) {
	declare := func(secrets int) error {
		var b strings.Builder
		b.WriteString("namespace: p\ncredentials:\n  backends: [env]\n  secrets:\n  - {name: a, type: generic, data: {x: ref+env://X}, namespaces: [")
		for i := range secrets {
			fmt.Fprintf(&b, "n%d,", i)
		}
		b.WriteString("]}\n")
		_, err := credentials.Parse("f", []byte(b.String()))
		return err
	}
	if err := declare(credentials.MaxSecrets); err != nil {
		t.Errorf("as many as allowed: %v", err)
	}
	const want = "f:4:3: credentials.secrets: these are more than 5000 Secrets; use several declarations, each with its owner"
	if err := declare(credentials.MaxSecrets + 1); err == nil || err.Error() != want {
		t.Errorf("one more: %v", err)
	}
}

func TestExamplesAreValid(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "..", "examples", "credentials", "*.yaml"))
	if err != nil || len(names) < 3 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := credentials.Parse(filepath.Base(name), data)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range file.Warnings {
			t.Error(w)
		}
		for _, o := range file.Overlaps() {
			if o.Taken == nil || len(o.Shadowed) > 0 {
				t.Errorf("%s: %s", name, o.Message)
			}
		}
	}
}
