package githubfake_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

// What one call costs, with and without the contract: the fake must not be what a load
// test measures.
func BenchmarkCreateComment(b *testing.B) {
	for name, contract := range map[string]githubfake.Contract{"checked": openapi.Contract{}, "unchecked": githubfake.Unchecked{}} {
		b.Run(name, func(b *testing.B) {
			given := config()
			given.Contract, given.QuietOwn, given.Limits.PerHour = contract, true, 1<<30
			g, err := githubfake.New(given)
			if err != nil {
				b.Fatal(err)
			}
			defer g.Close()
			token := rawToken(b, g, newClock())
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/repos/acme/microsvcs/issues/1/comments", strings.NewReader(`{"body":"hello"}`))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("User-Agent", "bench")
				r.Header.Set("Authorization", "token "+token)
				w := httptest.NewRecorder()
				g.ServeHTTP(w, r)
				if w.Code != http.StatusCreated {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
