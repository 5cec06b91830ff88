package resolve_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dopplerhttp "github.com/DopplerHQ/cli/pkg/http"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// doppler starts a fake of Doppler's API with a config, and counts what it is asked.
func doppler(t testing.TB) *atomic.Int64 {
	t.Helper()
	var reads atomic.Int64
	attempts := dopplerhttp.RequestAttempts
	dopplerhttp.RequestAttempts = 1
	t.Cleanup(func() { dopplerhttp.RequestAttempts = attempts })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v3/configs/config/secrets", func(w http.ResponseWriter, r *http.Request) {
		reads.Add(1)
		refuse := func(status int) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"messages":[%q],"success":false}`, sentinel)
		}
		switch {
		case r.Header.Get("Authorization") != "Bearer dp.st.good":
			refuse(http.StatusUnauthorized)
		case r.URL.Query().Get("project") == "closed":
			refuse(http.StatusForbidden)
		case r.URL.Query().Get("project") != "kargo" || r.URL.Query().Get("config") != "prd":
			refuse(http.StatusNotFound)
		default:
			_, _ = w.Write([]byte(`{"secrets":{"GITHUB_PAT":{"raw":"r","computed":"of doppler"},"QUAY_TOKEN":{"raw":"r","computed":"q"},"EMPTY":{"raw":"","computed":""}}}`))
		}
	})
	t.Setenv("DOPPLER_API_ADDR", serve(t, mux))
	t.Setenv("DOPPLER_TOKEN", "dp.st.good")
	return &reads
}

func TestDoppler(t *testing.T) {
	reads := doppler(t)
	references := []string{"ref+doppler://kargo/prd/GITHUB_PAT", "ref+doppler://kargo/prd#/GITHUB_PAT", "ref+doppler://kargo/prd/QUAY_TOKEN"}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for i, want := range []string{"of doppler", "of doppler", "q"} {
		if got := answers.Values[references[i]]; got.Value.Reveal() != want {
			t.Errorf("%s: %q (%s)", references[i], got.Value.Reveal(), got.Problem)
		}
	}
	if got := reads.Load(); got != 1 {
		t.Errorf("the config was read %d times", got)
	}
	for reference, want := range map[string]string{
		"ref+doppler://kargo/prd/NONE":   "kargo/prd of Doppler api.doppler.com has no key NONE (it has EMPTY, GITHUB_PAT, QUAY_TOKEN); correct the reference, or add the key",
		"ref+doppler://kargo/prd/EMPTY":  "kargo/prd of Doppler api.doppler.com is empty at EMPTY; put the secret there",
		"ref+doppler://kargo/dev/TOKEN":  "Doppler api.doppler.com has nothing at kargo/dev; put the secret there, or correct the reference",
		"ref+doppler://closed/prd/TOKEN": "Doppler api.doppler.com does not let this program read closed/prd; give its service token access to the config",
	} {
		problemIs(t, resolve.Options{}, reference, want)
	}
	t.Setenv("DOPPLER_TOKEN", "dp.st.bad")
	problemIs(t, resolve.Options{}, "ref+doppler://kargo/prd/GITHUB_PAT",
		"Doppler api.doppler.com does not accept who this program says it is; set DOPPLER_TOKEN to a service token")
	t.Setenv("DOPPLER_API_ADDR", "http://127.0.0.1:1")
	problemIs(t, resolve.Options{}, "ref+doppler://kargo/prd/GITHUB_PAT", "Doppler api.doppler.com refuses connections; check its address and port, and that it runs")
}

// problemIs resolves a reference that can't be.
func problemIs(t testing.TB, options resolve.Options, reference, want string) {
	t.Helper()
	options.Backends, options.Timeout = all, 20*time.Second
	answers := resolve.New(options).Resolve(t.Context(), []string{reference}, nil)
	if got := answers.Values[reference]; got.Problem != want || !got.Value.Empty() {
		t.Errorf("%s:\n got %q\nwant %q", reference, got.Problem, want)
	}
	unseen(t, answers)
}

// TestOnePasswordConnect reads an item by IDs, as titles take its client two requests more.
func TestOnePasswordConnect(t *testing.T) {
	vault, item := strings.Repeat("v", 26), strings.Repeat("i", 26)
	var reads atomic.Int64
	mux := http.NewServeMux()
	// Its client asks by title for what it has not got by ID.
	for _, route := range []string{"GET /v1/vaults/{vault}/items", "GET /v1/vaults/{vault}/items/{item}"} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			reads.Add(1)
			w.Header().Set("Content-Type", "application/json")
			refuse := func(status int) {
				w.WriteHeader(status)
				_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "message": sentinel})
			}
			switch {
			case r.Header.Get("Authorization") != "Bearer good":
				refuse(http.StatusUnauthorized)
			case r.PathValue("vault") != vault:
				refuse(http.StatusForbidden)
			case r.URL.Query().Has("filter"):
				_, _ = w.Write([]byte("[]"))
			case r.PathValue("item") != item:
				refuse(http.StatusNotFound)
			default:
				_ = json.NewEncoder(w).Encode(map[string]any{"id": item, "fields": []any{
					map[string]any{"id": "username", "label": "username", "value": "bot"},
					map[string]any{"id": "password", "label": "token", "value": "0123"},
				}})
			}
		})
	}
	t.Setenv("OP_CONNECT_HOST", serve(t, mux))
	t.Setenv("OP_CONNECT_TOKEN", "good")
	prefix := "ref+onepasswordconnect://" + vault + "/" + item
	references := []string{prefix + "#/token", prefix + "#/username"}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for i, want := range []string{"0123", "bot"} {
		if got := answers.Values[references[i]]; got.Value.Reveal() != want {
			t.Errorf("%s: %q (%s)", references[i], got.Value.Reveal(), got.Problem)
		}
	}
	if got := reads.Load(); got != 1 {
		t.Errorf("the item was read %d times", got)
	}
	other := strings.Repeat("o", 26)
	problemIs(t, resolve.Options{}, "ref+onepasswordconnect://"+vault+"/"+other+"#/token",
		"1Password Connect has nothing at "+vault+"/"+other+"; put the secret there, or correct the reference")
	problemIs(t, resolve.Options{}, "ref+onepasswordconnect://"+other+"/"+item+"#/token",
		"1Password Connect does not let this program read "+other+"/"+item+"; give its token access to the vault")
	t.Setenv("OP_CONNECT_TOKEN", "bad")
	problemIs(t, resolve.Options{}, prefix+"#/token", "1Password Connect does not accept who this program says it is; set OP_CONNECT_HOST and OP_CONNECT_TOKEN")
}

// TestKubernetes reads Secrets of a cluster that a kubeconfig says.
func TestKubernetes(t *testing.T) {
	var reads atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/{namespace}/secrets/{name}", func(w http.ResponseWriter, r *http.Request) {
		reads.Add(1)
		w.Header().Set("Content-Type", "application/json")
		refuse := func(code int, reason, message string) {
			w.WriteHeader(code)
			_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message + sentinel})
		}
		switch {
		case r.Header.Get("Authorization") != "Bearer good":
			refuse(http.StatusUnauthorized, "Unauthorized", "Unauthorized")
		case r.PathValue("namespace") != "vault":
			refuse(http.StatusForbidden, "Forbidden", `secrets "x" is forbidden: User "y" cannot get resource`)
		case r.PathValue("name") != "github":
			refuse(http.StatusNotFound, "NotFound", `secrets "x" not found`)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Secret", "apiVersion": "v1", "metadata": map[string]any{"name": "github"}, "data": map[string]any{"token": []byte("of a cluster"), "user": []byte("bot")}})
		}
	})
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	ca := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	kubeconfig := func(token string) string {
		return `{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],` +
			`"clusters":[{"name":"c","cluster":{"server":"` + server.URL + `","certificate-authority-data":"` + ca + `"}}],"users":[{"name":"u","user":{"token":"` + token + `"}}]}`
	}
	dir := folder(t, map[string]string{"good": kubeconfig("good"), "bad": kubeconfig("bad")})
	options := resolve.Options{Dir: dir}
	t.Setenv("KUBECONFIG", dir+"/good")
	references := []string{"ref+k8s://v1/Secret/vault/github/token", "ref+k8s://v1/Secret/vault/github#/token", "ref+k8s://v1/Secret/vault/github/user"}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for i, want := range []string{"of a cluster", "of a cluster", "bot"} {
		if got := answers.Values[references[i]]; got.Value.Reveal() != want {
			t.Errorf("%s: %q (%s)", references[i], got.Value.Reveal(), got.Problem)
		}
	}
	if got := reads.Load(); got != 1 {
		t.Errorf("the Secret was read %d times", got)
	}
	if got, problem := one(t, options, "ref+k8s://v1/Secret/vault/github/token?kubeConfigPath=good"); got != "of a cluster" {
		t.Errorf("with a kubeconfig of the reference: %q (%s)", got, problem)
	}
	login := "; run it in the cluster, or set KUBECONFIG"
	for reference, want := range map[string]string{
		"ref+k8s://v1/Secret/vault/none/token":                      "Kubernetes has nothing at v1/Secret/vault/none; put the secret there, or correct the reference",
		"ref+k8s://v1/Secret/other/github/token":                    "Kubernetes does not let this program read v1/Secret/other/github; allow its service account `get` on it",
		"ref+k8s://v1/Pod/vault/github/token":                       "Kubernetes has no such kind of path as v1/Pod/vault/github; correct the reference",
		"ref+k8s://v1/Secret/vault/github/token?kubeConfigPath=bad": "Kubernetes kubeConfigPath=bad does not accept who this program says it is" + login,
		"ref+k8s://v1/Secret/vault/github/token?kubeConfigPath=no":  "Kubernetes kubeConfigPath=no is not asked, as nothing here says who this program is" + login,
	} {
		problemIs(t, options, reference, want)
	}
}
