package command

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

const sentinel = "never-to-be-seen"

// env is the guide's, with values that must not be seen.
const env = "GITHUB_USERNAME=octocat\nGITHUB_PAT=ghp_" + sentinel + "\nQUAY_USERNAME=acme\nQUAY_PASSWORD=" + sentinel + "\nEDITOR=vi\n"

// program runs a command in this process.
func program(t *testing.T, stdin string, args ...string) (printed, said string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = execute(t.Context(), New("1.2.3"), args, console{in: strings.NewReader(stdin), out: &out, err: &errs})
	if strings.Contains(out.String()+errs.String(), sentinel) {
		t.Errorf("%q prints a value:\n%s\n%s", args, out.String(), errs.String())
	}
	return out.String(), errs.String(), code
}

func writeEnv(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportWritesADeclarationThatIsValid(t *testing.T) {
	t.Chdir(writeEnv(t))
	const declaration = "declared.yaml"
	_, said, code := program(t, "", "import", "--env-file", ".env", "-n", "microsvcs", "-o", declaration)
	if code != ExitOK || !strings.Contains(said, "EDITOR") {
		t.Errorf("exit code %d, %s", code, said)
	}
	text, err := os.ReadFile(declaration)
	if err != nil || !strings.Contains(string(text), "ref+envfile://.env#/QUAY_PASSWORD") {
		t.Errorf("%v in %s", err, text)
	}
	printed, said, code := program(t, "", "validate", "-f", declaration)
	if code != ExitOK || !strings.Contains(printed, "is valid: 2 Secrets") || said != "" {
		t.Errorf("exit code %d, %s%s", code, printed, said)
	}
	_, said, code = program(t, "", "import", "--env-file", ".env", "-n", "microsvcs", "-o", declaration)
	if code != ExitTrouble || !strings.Contains(said, "exists already") {
		t.Errorf("exit code %d, %s", code, said)
	}
}

func TestImportToAStore(t *testing.T) {
	dir := writeEnv(t)
	printed, _, code := program(t, "", "import", "--env-file", filepath.Join(dir, ".env"), "-n", "microsvcs", "--reference", "ref+vault://kv/kargo#/{KEY}")
	if code != ExitOK || !strings.Contains(printed, "ref+vault://kv/kargo#/GITHUB_PAT") || !strings.Contains(printed, "backends: [vault]") {
		t.Errorf("exit code %d, %s", code, printed)
	}
}

func TestValidateSaysWhichCredentialKargoTakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := `project: microsvcs
gitRepo: https://github.com/acme/deploy
dockerRegistry: quay.io/acme
services: [red]
environments: [{name: production, warehouse: {imageSelectionStrategy: SemVer}}]
credentials:
  backends: [env]
  secrets:
  - {name: a, type: git, repoURLRegex: '^https://github\.com/', username: x, password: 'ref+env://A'}
  - {name: b, type: git, repoURLRegex: '^https://github\.com/acme/', username: x, password: 'ref+env://B'}
  - {name: hub, type: image, repoURLRegex: '^docker\.io/', username: x, password: 'ref+env://C'}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, said, code := program(t, "", "validate", "-f", file)
	if code != ExitOK {
		t.Errorf("exit code %d", code)
	}
	golden.Compare(t, "validate.txt", strings.ReplaceAll(printed+said, file, "config.yaml"))
}

func TestWhatIsNotUnderstood(t *testing.T) {
	dir := writeEnv(t)
	env := filepath.Join(dir, ".env")
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("namespace: x\ncredentials: {secrets: [{name: a, type: git, password: "+sentinel+"}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{
		"-f where the declaration is":   {"plan"},
		"no such file":                  {"plan", "-f", filepath.Join(dir, "none.yaml")},
		"move it to a store":            {"apply", "-f", wrong},
		"text or json":                  {"plan", "--env-file", env, "-n", "x", "-o", "yaml"},
		"NAMESPACE/NAME":                {"plan", "--env-file", env, "-n", "x", "--only", "x/other"},
		"no way to Kubernetes":          {"plan", "--env-file", env, "-n", "x", "--kubeconfig", env},
		"--namespace where the Secrets": {"import", "--env-file", env},
		"has no {KEY}":                  {"import", "--env-file", env, "-n", "x", "--reference", "ref+env://A"},
		"unknown flag":                  {"plan", "--fiel", "x"},
		"unknown command":               {"aply"},
		"or with --env-file where":      {"run", "--kubeconfig", env},
	} {
		printed, said, code := program(t, "", args...)
		if code != ExitTrouble || printed != "" || !strings.Contains(said, says) {
			t.Errorf("%q: exit code %d, %s%s", args, code, printed, said)
		}
	}
}

func TestPassReportsWhatIsWrongWithTheRequest(t *testing.T) {
	for stdin, says := range map[string]string{
		"{":                               "is no JSON of a Request",
		strings.Repeat(" ", maxRequest+1): "the request has more than 8 MiB",
		`{"declaration": "bmFtZXNwYWNl"}`: "to be put right",
	} {
		printed, said, code := program(t, stdin, "pass", "-f", "credentials.yaml")
		if code != ExitOK || said != "" || !strings.Contains(printed, says) || !strings.HasPrefix(printed, `{"secrets":null`) {
			t.Errorf("exit code %d, %s%s", code, printed, said)
		}
	}
}

func TestAReportIsPrinted(t *testing.T) {
	long, expires := time.Now().Add(-50*time.Hour), time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	name := func(name string) credentials.SecretName {
		return credentials.SecretName{Namespace: "microsvcs", Name: name}
	}
	report := credentials.Report{
		Secrets: []credentials.Outcome{
			{SecretName: name("dockerhub-creds"), Type: credentials.TypeImage, State: credentials.StateAdded, Added: []string{"password", "repoURL"}},
			{SecretName: name("github-creds"), Type: credentials.TypeGit, State: credentials.StateUnchanged, RotatedAt: &long, ExpiresAt: &expires},
			{SecretName: name("old-creds"), State: credentials.StateOrphaned, Message: "It is no longer declared."},
			{SecretName: name("quay-creds"), Type: credentials.TypeImage, State: credentials.StateFailed, RotatedAt: &long,
				Reference: "ref+vault://kv/quay#/token", Message: "The document has no key token."},
			{SecretName: name("red-creds"), Type: credentials.TypeImage, State: credentials.StateChanged, RotatedAt: &long,
				Added: []string{"username"}, Changed: []string{"password"}, Removed: []string{"sshPrivateKey"}},
			{SecretName: name("ui-creds"), Type: credentials.TypeGeneric, State: credentials.StateRestored, RotatedAt: &long, MetadataChanged: true},
		},
		Sources:  []credentials.Source{{Name: "vault vault.acme.dev:8200", Message: "It refuses the token."}, {Name: "env"}},
		Warnings: []string{"Namespace microsvcs does not exist, and will be made."},
	}
	var out, errs strings.Builder
	if err := printText(&out, &errs, report, true); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "plan.txt", out.String()+"---\n"+errs.String())
}

func TestThePlaceOfAPanicIsToldAndNotItsWords(t *testing.T) {
	root := New("1.2.3")
	root.AddCommand(&cobra.Command{Use: "break", Run: func(*cobra.Command, []string) { panic(sentinel) }})
	var out, errs strings.Builder
	code := execute(t.Context(), root, []string{"break"}, console{out: &out, err: &errs})
	if code != ExitTrouble || strings.Contains(errs.String(), sentinel) || !strings.Contains(errs.String(), "\n  command_test.go:") {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
}

// asProgram makes the test's own program be secretsync, and what it is to do wrong.
const asProgram = "SECRETSYNC_TEST_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "":
		m.Run()
	case "chatty":
		console := harden(false)
		os.Stdout.WriteString(sentinel)
		os.Stderr.WriteString(sentinel)
		println(sentinel) //nolint:forbidigo // it is what must not be seen
		writeLine(console.out, "ours")
		writeLine(console.err, "ours, too")
	case nameOfPass, "run":
		console := harden(os.Getenv(asProgram) == nameOfPass)
		limits, _ := os.ReadFile("/proc/self/limits")
		writeLine(console.out, string(limits))
	case "panics":
		harden(false)
		go func() { panic(sentinel) }()
		<-make(chan struct{})
	case "panics in a pass":
		console := harden(false)
		_ = run.New(run.Options{
			Passer: breaking{}, Log: slog.New(slog.DiscardHandler), Crashed: func() { tellPlaces(console.err) },
			Read: func() ([]byte, error) { return nil, nil }, Parse: func([]byte) (run.Plan, error) { return run.Plan{}, nil },
		}).Run(context.Background())
	}
}

// breaking panics with a value.
type breaking struct{}

func (breaking) Pass(context.Context, credentials.Request) (credentials.Report, error) {
	panic(sentinel)
}

func TestWhatLibrariesPrintGoesNowhere(t *testing.T) {
	line := regexp.MustCompile(`:\d+`)
	for as, want := range map[string]string{
		"chatty": "oursours, too",
		"panics": "",
		"panics in a pass": "secretsync: this is a fault of the program. Please report it with these places:" +
			"  command_test.go:N  passes.go:N  waitgroup.go:N",
	} {
		path, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, path)
		cmd.Env = append(os.Environ(), asProgram+"="+as)
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err = cmd.Run()
		if got := strings.ReplaceAll(line.ReplaceAllString(out.String()+errs.String(), ":N"), "\n", ""); got != want || strings.Contains(got, sentinel) {
			t.Errorf("%s: it prints %q", as, got)
		}
		if code := cmd.ProcessState.ExitCode(); as != "chatty" && (err == nil || code == ExitTrouble || code == ExitChanges) {
			t.Errorf("%s: exit code %d, %v", as, code, err)
		}
	}
}
