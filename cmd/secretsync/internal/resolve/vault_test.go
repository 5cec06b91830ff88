package resolve_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/vaultfake"
)

// sentinel is what must never be seen: it is the value of every secret that is not asked for, and said in errors.
const sentinel = "s3ntinel-8d2f6b2"

// product is Vault or OpenBao: they differ in the names of variables.
type product struct{ scheme, prefix, label string }

var products = []product{{"vault", "VAULT", "Vault"}, {"openbao", "BAO", "OpenBao"}}

// serve starts a fake and returns where it is.
func serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// vault starts a fake that accepts the token of the environment.
func (p product) vault(t testing.TB) (*vaultfake.Vault, string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv(p.prefix+"_TOKEN", "hvs.good")
	t.Setenv(p.prefix+"_MAX_RETRIES", "0")
	v := vaultfake.New("hvs.good")
	return v, serve(t, v)
}

func each(t *testing.T, test func(t *testing.T, p product)) {
	t.Helper()
	for _, p := range products {
		t.Run(p.scheme, func(t *testing.T) { test(t, p) })
	}
}

func TestVaultIsRead(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		v.Put("kv/team/github", map[string]any{"token": "first"})
		v.Put("kv/team/github", map[string]any{
			"token": "second", "encoded": base64.StdEncoding.EncodeToString([]byte("plain")), "deep": map[string]any{"key": "below"},
		})
		v.Put("old/quay", map[string]any{"password": "of version 1"})
		for reference, want := range map[string]string{
			"kv/team/github?address=%s#/token":                   "second",
			"kv/team/github/token?address=%s":                    "second",
			"kv/team/github?version=1&address=%s#/token":         "first",
			"kv/team/github?address=%s#/deep/key":                "below",
			"kv/team/github?decode=base64&address=%s#/encoded":   "plain",
			"kv/team/github/encoded?decode=base64&address=%s":    "plain",
			"old/quay?address=%s#/password":                      "of version 1",
			"old/quay?proto=http&host=" + url[7:] + "#/password": "of version 1",
		} {
			reference = "ref+" + p.scheme + "://" + strings.Replace(reference, "%s", url, 1)
			if got, problem := one(t, resolve.Options{}, reference); got != want {
				t.Errorf("%s is %q (%s), want %q", reference, got, problem, want)
			}
		}
		t.Setenv(p.prefix+"_ADDR", url)
		if got, problem := one(t, resolve.Options{}, "ref+"+p.scheme+"://old/quay#/password"); got != "of version 1" {
			t.Errorf("at the address of the environment is %q (%s)", got, problem)
		}
	})
}

func TestVaultLogins(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		t.Setenv(p.prefix+"_TOKEN", "")
		v.Put("kv/github", map[string]any{"token": "right"})
		v.AppRole("bot", "approle's")
		v.Kubernetes("secretsync", "service account's")
		dir := folder(t, map[string]string{"token": "hvs.good", "jwt": "service account's"})
		t.Setenv("OTHER_TOKEN", "hvs.good")
		t.Setenv(p.prefix+"_SECRET_ID", "approle's")
		t.Setenv("VAULT_KUBERNETES_JWT_TOKEN_PATH", filepath.Join(dir, "jwt"))
		logins := []string{"token_env=OTHER_TOKEN", "token_file=token", "auth_method=approle&role_id=bot"}
		if p.scheme == "vault" {
			// OpenBao's has a fixed path for the service account's token.
			logins = append(logins, "auth_method=kubernetes&role_id=secretsync")
		}
		for _, login := range logins {
			reference := "ref+" + p.scheme + "://kv/github?address=" + url + "&" + login + "#/token"
			if got, problem := one(t, resolve.Options{Dir: dir}, reference); got != "right" {
				t.Errorf("with %s it is %q (%s)", login, got, problem)
			}
		}
	})
}

// TestVaultFaults has everything that can be wrong with Vault, and a Vault that repeats secrets in its errors.
func TestVaultFaults(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		v.Say(" " + sentinel)
		v.Put("kv/github", map[string]any{"token": sentinel, "user": sentinel, "id": 17, "map": map[string]any{"a": sentinel}, "none": nil})
		v.Deny("kv/denied")
		v.AppRole("bot", "right")
		dir := folder(t, map[string]string{"newline": sentinel + "\n", "bad": sentinel})
		t.Setenv(p.prefix+"_SECRET_ID", sentinel)
		where := p.label + " " + url[7:]
		login := "; set " + p.prefix + "_TOKEN, " + p.prefix + "_TOKEN_FILE, or auth_method=kubernetes or approle with the role_id that " + p.label + " has for it"
		for query, want := range map[string]struct{ problem, source string }{
			"kv/missing?#/token":                                {problem: where + " has nothing at kv/missing; put the secret there, or correct the reference"},
			"kv/denied?#/token":                                 {problem: where + " does not let this program read kv/denied; give the policy of its role the capability read there"},
			"none/github?#/token":                               {problem: where + " does not let this program read none/github; give the policy of its role the capability read there"},
			"kv/github?version=9&#/token":                       {problem: where + " has nothing at kv/github; put the secret there, or correct the reference"},
			"kv/github?#/pass":                                  {problem: "kv/github of " + where + " has no key pass (it has id, map, none, token, user); correct the reference, or add the key"},
			"kv/github?#/id":                                    {problem: "kv/github of " + where + " has a number or a yes/no at id, which may have been changed on its way; put it in quotes"},
			"kv/github?#/map":                                   {problem: "kv/github of " + where + " has several values at map (it has a); name the one that is meant"},
			"kv/github?#/none":                                  {problem: "kv/github of " + where + " has no value at none; give it one"},
			"kv/github?decode=base64&#/token":                   {problem: "kv/github of " + where + " has a value that is not base64, though decode=base64 says so; correct one of them"},
			"kv/github?token_file=bad&#/token":                  {source: where + " token_file=bad does not accept who this program says it is" + login},
			"kv/github?token_file=newline&#/token":              {source: where + " token_file=newline can't be sent its token, as that has a character that none has, such as a line break at its end; take it out of the file or variable"},
			"kv/github?token_file=none&#/token":                 {source: where + " token_file=none is not asked, as nothing here says who this program is" + login},
			"kv/github?token_env=NOT_SET&#/token":               {source: where + " token_env=NOT_SET is not asked, as nothing here says who this program is" + login},
			"kv/github?auth_method=approle&role_id=bot&#/token": {source: where + " auth_method=approle role 74c6847e does not accept who this program says it is" + login},
		} {
			reference := "ref+" + p.scheme + "://" + strings.Replace(query, "?", "?address="+url+"&", 1)
			resolver := resolve.New(resolve.Options{Backends: all, Dir: dir})
			answers := resolver.Resolve(t.Context(), []string{reference}, nil)
			got := answers.Values[reference]
			if want.source != "" {
				want.problem = want.source
			}
			if !got.Value.Empty() || got.Problem != want.problem {
				t.Errorf("%s:\n got %q\nwant %q", query, got.Problem, want.problem)
			}
			if s := answers.Sources[0]; len(answers.Sources) != 1 || !strings.HasPrefix(s.Name, p.scheme+" "+url[7:]) || s.Backend != p.scheme || s.Message != want.source || s.Reads != 1 {
				t.Errorf("%s: the source is reported as %+v", query, answers.Sources)
			}
			unseen(t, answers)
		}
	})
}

// unseen fails if anything that is printed of the value shows the sentinel.
func unseen(t testing.TB, v any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if shown := fmt.Sprintf(verb, v); strings.Contains(shown, sentinel) {
			t.Errorf("%s shows a secret: %s", verb, shown)
		}
	}
}

func TestVaultThatIsOutOfOrder(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		plain := httptest.NewServer(http.NotFoundHandler())
		closed := plain.URL
		plain.Close()
		untrusted := httptest.NewTLSServer(http.NotFoundHandler())
		t.Cleanup(untrusted.Close)
		t.Setenv(p.prefix+"_SKIP_VERIFY", "false")
		_, _ = p.vault(t) // the environment
		broken := map[string]http.HandlerFunc{
			"sealed": func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, `{"errors":["`+sentinel+`"]}`, http.StatusServiceUnavailable)
			},
			"busy":    func(w http.ResponseWriter, _ *http.Request) { http.Error(w, sentinel, http.StatusTooManyRequests) },
			"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>" + sentinel)) },
			"odd": func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"data":{"path":["` + sentinel + `"],"options":7}}`))
			},
			"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		}
		at := map[string]string{"refused": closed, "tls": strings.Replace(untrusted.URL, "127.0.0.1", "localhost", 1), "dns": "http://vault.invalid"}
		for name, handler := range broken {
			at[name] = serve(t, handler)
		}
		for name, want := range map[string]string{
			"refused": " refuses connections; check its address and port, and that it runs",
			"dns":     " has a name that DNS does not know; correct the address, or the DNS of this cluster",
			"tls":     " has a certificate that is not trusted here, or not for its name; mount its CA, and name it in SSL_CERT_FILE (VAULT_CACERT and BAO_CACERT for these)",
			"sealed":  " is not able to answer: it is sealed, starting, or out of order; look after it",
			"busy":    " has been asked too often and refuses to answer for a while; raise interval if that goes on",
			"cut off": " can't be reached, or broke off; check the network and its policies",
			"garbage": " answered something unexpected when asked for kv/github; run `secretsync validate` to check the reference, and look into the store's own log",
			"odd":     " answered something unexpected when asked for kv/github; run `secretsync validate` to check the reference, and look into the store's own log",
		} {
			_, host, _ := strings.Cut(at[name], "://")
			reference := "ref+" + p.scheme + "://kv/github?address=" + at[name] + "#/token"
			answers := resolve.New(resolve.Options{Backends: all, Timeout: 10 * time.Second}).Resolve(t.Context(), []string{reference}, nil)
			if got := answers.Values[reference].Problem; got != p.label+" "+host+want {
				t.Errorf("%s:\n got %q\nwant %q", name, got, p.label+" "+host+want)
			}
			if whole := answers.Sources[0].Message != ""; whole == strings.Contains(want, "unexpected") {
				t.Errorf("%s: the source says %q", name, answers.Sources[0].Message)
			}
			unseen(t, answers)
		}
	})
}
