package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	username = "robot"
	// password is in no message of a Prober.
	password = "sentinel-4f1c9a7e"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// serve answers over TLS, and returns its host.
func serve(t *testing.T, handler http.Handler) (host string, server *httptest.Server) {
	t.Helper()
	server = httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Some tests break connections off.
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), server
}

// trusting is the TLS configuration of who trusts the servers.
func trusting(servers ...*httptest.Server) *tls.Config {
	pool := x509.NewCertPool()
	for _, server := range servers {
		pool.AddCert(server.Certificate())
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// guard lets in who has the password, and counts those that it does not.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, given, ok := r.BasicAuth()
		if !ok || name != username || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="`+given+`"`)
			http.Error(w, "no such password: "+given, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// gitHost serves real repositories to who has the password: acme/deploy, and nothing else.
func gitHost(t *testing.T) http.Handler {
	t.Helper()
	root := t.TempDir()
	repository := filepath.Join(root, "acme", "deploy.git")
	if err := os.MkdirAll(repository, 0o750); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "init", "--quiet", "--bare", repository).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	execPath, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatalf("git --exec-path: %v", err)
	}
	return guard(&cgi.Handler{
		Path:   filepath.Join(strings.TrimSpace(string(execPath)), "git-http-backend"),
		Env:    []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
		Stderr: io.Discard,
	})
}

// login is the content of a Secret with a user name and a password.
func login(password string) map[string][]byte {
	return map[string][]byte{credentials.KeyUsername: []byte(username), credentials.KeyPassword: []byte(password)}
}

// check compares a finding, and looks for the password in it.
func check(t *testing.T, got probe.Finding, want probe.Verdict, says string) {
	t.Helper()
	if got.Verdict != want || !strings.Contains(got.Message, says) {
		t.Errorf("found %q: %s\nwant %q with %q", got.Verdict, got.Message, want, says)
	}
	if strings.Contains(got.Message, "sentinel") {
		t.Errorf("the message shows the credential: %s", got.Message)
	}
}
