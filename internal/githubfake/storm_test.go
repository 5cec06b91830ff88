package githubfake_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// weather returns how so many calls were answered, a letter each: a dot if nothing went wrong.
func weather(t *testing.T, g *githubfake.GitHub, token string, calls int) string {
	t.Helper()
	var b strings.Builder
	for range calls {
		answer, _ := call(t, g, http.MethodPost, issuePath+"/comments", `{"body":"hello"}`, "Authorization", token)
		switch {
		case answer.StatusCode == http.StatusCreated:
			b.WriteByte('.')
		case answer.Header.Get("Retry-After") == "7":
			b.WriteByte('L')
		case answer.StatusCode >= http.StatusInternalServerError:
			b.WriteByte('F')
		default:
			t.Fatalf("answered %s", answer.Status)
		}
	}
	return b.String()
}

func TestStormsAreTheSameInEveryRun(t *testing.T) {
	const calls = 300
	var seen []string
	for _, seed := range []uint64{1, 1, 2} {
		g := start(t, config())
		token := "token " + installationToken(t, g)
		g.SetStorm(githubfake.Storm{Seed: seed, Share: 0.2, RetryAfter: 7 * time.Second})
		got := weather(t, g, token, calls)
		limited, failed := strings.Count(got, "L"), strings.Count(got, "F")
		if hit := limited + failed; hit != g.Stormed() || hit < calls/10 || hit > calls*3/10 || limited == 0 || failed == 0 {
			t.Errorf("%d limited, %d failed, %d counted", limited, failed, g.Stormed())
		}
		// Some were carried out all the same.
		if made := len(g.Comments(repo, 1)); made <= strings.Count(got, ".") || made > calls-limited {
			t.Errorf("%d comments after %s", made, got)
		}
		g.SetStorm(githubfake.Storm{})
		if after := weather(t, g, token, 50); strings.Trim(after, ".") != "" {
			t.Errorf("after the storm: %s", after)
		}
		seen = append(seen, got)
	}
	if seen[0] != seen[1] || seen[0] == seen[2] {
		t.Errorf("of one seed:\n%s\n%s\nof another:\n%s", seen[0], seen[1], seen[2])
	}
}

func TestFailLate(t *testing.T) {
	g := start(t, config())
	g.Inject("issues/create-comment", 1, githubfake.FailLate(http.StatusBadGateway))
	answer, _ := call(t, g, http.MethodPost, issuePath+"/comments", `{"body":"hello"}`, "Authorization", "token "+installationToken(t, g))
	if answer.StatusCode != http.StatusBadGateway || len(g.Comments(repo, 1)) != 1 {
		t.Errorf("%d, %d comments", answer.StatusCode, len(g.Comments(repo, 1)))
	}
}
