package secret_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const sentinel = "sentinel-8d2f6b2"

func reader(files fstest.MapFS, env map[string]string) secret.Reader {
	return secret.Reader{
		Open: files.Open,
		LookupEnv: func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		},
	}
}

func TestResolve(t *testing.T) {
	r := reader(fstest.MapFS{
		"token":   {Data: []byte(sentinel), Mode: 0o600},
		"newline": {Data: []byte(sentinel + "\n"), Mode: 0o440},
		"windows": {Data: []byte(sentinel + "\r\n"), Mode: 0o400},
		"two":     {Data: []byte(sentinel + "\n\n"), Mode: 0o400},
		"spaces":  {Data: []byte("  " + sentinel + " "), Mode: 0o400},
		"most":    {Data: []byte(strings.Repeat("k", secret.MaxSize)), Mode: 0o400},
	}, map[string]string{"TOKEN": sentinel + "\n"})
	for _, test := range []struct {
		source secret.Source
		want   string
	}{
		{secret.Source{File: "token"}, sentinel},
		{secret.Source{File: "newline"}, sentinel},
		{secret.Source{File: "windows"}, sentinel},
		{secret.Source{File: "two"}, sentinel + "\n"},
		{secret.Source{File: "spaces"}, "  " + sentinel + " "},
		{secret.Source{File: "most"}, strings.Repeat("k", secret.MaxSize)},
		{secret.Source{Env: "TOKEN"}, sentinel},
	} {
		text, warning, err := test.source.Resolve(r)
		if err != nil || warning != nil || text.Reveal() != test.want {
			t.Errorf("%s: %d bytes, warning %v, error %v; want %d bytes",
				test.source, len(text.Reveal()), warning, err, len(test.want))
		}
	}
}

func TestResolveExplainsWhatIsWrong(t *testing.T) {
	r := reader(fstest.MapFS{
		"empty":     {Mode: 0o600},
		"blank":     {Data: []byte(" \n\t\n"), Mode: 0o600},
		"large":     {Data: []byte(sentinel + strings.Repeat("k", secret.MaxSize)), Mode: 0o600},
		"folder/in": {Data: []byte(sentinel), Mode: 0o600},
	}, map[string]string{"EMPTY": "", "LARGE": strings.Repeat(sentinel, secret.MaxSize)})
	for _, test := range []struct {
		source secret.Source
		want   string
	}{
		{secret.Source{}, "no source is given; set file or env"},
		{secret.Source{File: "a", Env: "B"}, "file a is given together with environment variable B; keep one of file and env"},
		{secret.Source{File: "missing"}, "file missing does not exist; create or mount it, or correct the path"},
		{secret.Source{File: "folder"}, "file folder is a folder; name the file inside it"},
		{secret.Source{File: "empty"}, "file empty is empty; put the secret into it"},
		{secret.Source{File: "blank"}, "file blank is empty; put the secret into it"},
		{secret.Source{File: "large"}, "file large holds more than 64 KiB; check that it is the right one"},
		{secret.Source{Env: "MISSING"}, "environment variable MISSING is not set; set it, or correct the name"},
		{secret.Source{Env: "EMPTY"}, "environment variable EMPTY is empty; put the secret into it"},
		{secret.Source{Env: "LARGE"}, "environment variable LARGE holds more than 64 KiB; check that it is the right one"},
	} {
		text, warning, err := test.source.Resolve(r)
		var fault *secret.Fault
		if !errors.As(err, &fault) || err.Error() != test.want || fault.Fix == "" {
			t.Errorf("%+v:\n got %v\nwant %s", test.source, err, test.want)
		}
		if !text.Empty() || warning != nil {
			t.Errorf("%+v: a secret or a warning (%v) beside the error", test.source, warning)
		}
		if strings.Contains(err.Error(), sentinel) {
			t.Errorf("%+v: the error shows the content: %v", test.source, err)
		}
	}
}

func TestResolveWarnsOfFilesThatEverybodyReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(sentinel), 0o600); err != nil {
		t.Fatal(err)
	}
	source := secret.Source{File: path}
	for mode, want := range map[fs.FileMode]string{
		0o600: "",
		0o440: "",
		0o644: "file " + path + " can be read by everybody (mode 0644); " +
			"chmod o= it, or mount the Kubernetes Secret with defaultMode 0440",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		text, warning, err := source.Resolve(secret.System())
		if err != nil || text.Reveal() != sentinel {
			t.Fatalf("mode %o: %v", mode, err)
		}
		got := ""
		if warning != nil {
			got = warning.Error()
		}
		if got != want {
			t.Errorf("mode %o warns %q, want %q", mode, got, want)
		}
	}
}

func TestResolveKeepsTheCause(t *testing.T) {
	for cause, want := range map[error]string{
		fs.ErrPermission: "file token must not be read by this user; let the user that runs the bot read it",
		syscall.ELOOP:    "file token can't be read: too many levels of symbolic links; check the path",
	} {
		broken := reader(nil, nil)
		broken.Open = func(name string) (fs.File, error) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: cause}
		}
		_, _, err := secret.Source{File: "token"}.Resolve(broken)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%v does not wrap its cause", err)
		}
	}
}

func TestSystemReadsTheEnvironment(t *testing.T) {
	t.Setenv("KARGO_BOT_TEST_TOKEN", sentinel)
	text, _, err := secret.Source{Env: "KARGO_BOT_TEST_TOKEN"}.Resolve(secret.System())
	if err != nil || text.Reveal() != sentinel {
		t.Errorf("got %d bytes, %v", len(text.Reveal()), err)
	}
}

func FuzzResolveNeverShowsContent(f *testing.F) {
	f.Add([]byte("xoxb-1-2-abcdefgh\n"))
	f.Add([]byte("\x00\n\r\n"))
	f.Add([]byte("        \n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		const name = "t"
		_, _, err := secret.Source{File: name}.Resolve(reader(fstest.MapFS{name: {Data: content}}, nil))
		if err != nil && len(strings.TrimSpace(string(content))) > 8 && strings.Contains(err.Error(), string(content)) {
			t.Fatalf("the error shows the content: %v", err)
		}
	})
}
