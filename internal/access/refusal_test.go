package access_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// plain is what a person reads of a problem.
func plain(p *chatops.Problem) string {
	lines := []string{"[" + string(p.Code) + "] " + p.Title}
	for _, text := range p.Body {
		lines = append(lines, text.String())
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestRefusal(t *testing.T) {
	for _, test := range []struct {
		golden   string
		decision access.Decision
	}{
		{"refused.txt", access.Decision{Subject: octocat}},
		{"refused-no-groups.txt", access.Decision{Subject: access.Subject{Username: "github:octocat"}}},
		{"refused-roles-may.txt", access.Decision{Subject: octocat, RolesThatMay: []string{"promoter-prod", "release-manager"}}},
		{"refused-roles-may-no-email.txt", access.Decision{Subject: access.Subject{Username: "github:octocat"}, RolesThatMay: []string{"promoter-prod"}}},
		{"refused-odd-names.txt", access.Decision{Subject: access.Subject{Username: "x; rm -rf / #'$(id)`\n", Groups: []string{"a b"}}}},
		{"refused-odd-email.txt", access.Decision{Subject: access.Subject{Username: "o'hara", Email: "o'hara $HOME@acme.dev"}, RolesThatMay: []string{"promoter-prod"}}},
	} {
		golden.Compare(t, test.golden, plain(test.decision.Refusal(question, "production")))
	}
}

// The commands of a refusal are there to be copied into a shell.
func TestRefusalQuotesForTheShell(t *testing.T) {
	for username, want := range map[string]string{
		"octocat@acme.dev":     "--user=octocat@acme.dev",
		"github:octocat":       "--user=github:octocat",
		"":                     "--user=''",
		"o'hara":               `--user='o'\''hara'`,
		"two words":            "--user='two words'",
		"$(reboot)":            "--user='$(reboot)'",
		"a;b":                  "--user='a;b'",
		"größe":                "--user='größe'",
		"~root":                "--user='~root'",
		"{a,b}":                "--user='{a,b}'",
		"*":                    "--user='*'",
		"a\\b":                 `--user='a\b'`,
		"-rf":                  "--user=-rf",
		"oidc:https://x/y#42!": "--user='oidc:https://x/y#42!'",
	} {
		p := access.Decision{Subject: access.Subject{Username: username}}.Refusal(question, "production")
		if said := plain(p); !strings.HasSuffix(said, " "+want+"\n") {
			t.Errorf("%q: %s", username, said)
		}
	}
}
