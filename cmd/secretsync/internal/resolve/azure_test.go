package resolve_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// keyVault starts fakes that play the vault acme and the identity of an App Service, and counts reads.
func keyVault(t testing.TB) *atomic.Int64 {
	t.Helper()
	var reads atomic.Int64
	refuse := func(w http.ResponseWriter, status int, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": sentinel}})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /secrets/{name}/{version...}", func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
		case "":
			w.Header().Set("WWW-Authenticate", `Bearer authorization="https://login.microsoftonline.com/acme", resource="https://vault.azure.net"`)
			refuse(w, http.StatusUnauthorized, "Unauthorized")
			return
		default:
			refuse(w, http.StatusUnauthorized, "Unauthorized")
			return
		}
		reads.Add(1)
		switch r.PathValue("name") {
		case "github":
			_ = json.NewEncoder(w).Encode(map[string]any{"id": "https://acme.vault.azure.net/secrets/github/1", "value": `{"token":"of azure","user":"bot"}`})
		case "denied":
			refuse(w, http.StatusForbidden, "Forbidden")
		default:
			refuse(w, http.StatusNotFound, "SecretNotFound")
		}
	})
	server := httptest.NewUnstartedServer(mux)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{world.certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	world.play(t, "acme.vault.azure.net:443", server.Listener.Addr().String())
	t.Setenv("IDENTITY_ENDPOINT", serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-IDENTITY-HEADER") != "mine" || r.URL.Query().Get("resource") != "https://vault.azure.net" {
			refuse(w, http.StatusBadRequest, sentinel)
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"good","expires_on":"4102444800","resource":"https://vault.azure.net","token_type":"Bearer"}`))
	})))
	t.Setenv("IDENTITY_HEADER", "mine")
	t.Setenv("AZKV_AUTH", "managed")
	return &reads
}

func TestAzureKeyVault(t *testing.T) {
	reads := keyVault(t)
	references := []string{"ref+azurekeyvault://acme/github#/token", "ref+azurekeyvault://acme/github#/user"}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for i, want := range []string{"of azure", "bot"} {
		if got := answers.Values[references[i]]; got.Value.Reveal() != want {
			t.Errorf("%s: %q (%s)", references[i], got.Value.Reveal(), got.Problem)
		}
	}
	if got := reads.Load(); got != 1 {
		t.Errorf("the secret was read %d times", got)
	}
	problemIs(t, resolve.Options{}, "ref+azurekeyvault://acme/none",
		"Azure Key Vault acme has nothing at acme/none; put the secret there, or correct the reference")
	problemIs(t, resolve.Options{}, "ref+azurekeyvault://acme/denied",
		"Azure Key Vault acme does not let this program read acme/denied; grant its identity the role Key Vault Secrets User")
	t.Setenv("AZKV_AUTH", "nonsense")
	problemIs(t, resolve.Options{}, "ref+azurekeyvault://acme/github",
		"Azure Key Vault acme is not asked, as nothing here says who this program is; use a workload or managed identity, and set AZKV_AUTH accordingly")
}
