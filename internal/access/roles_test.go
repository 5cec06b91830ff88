package access_test

import (
	"testing"
)

// Whether a role includes somebody shows in whether what it may, they may.
func TestRolesIncludeWhoHasAnyOfTheirClaims(t *testing.T) {
	const old = "rbac.kargo.akuity.io/claim."
	for _, test := range []struct {
		name        string
		annotations map[string]string
		want        bool
	}{
		{"email", claims(`{"email": ["hubot@acme.dev", "octocat@acme.dev"]}`), true},
		{"email in another case", claims(`{"email": ["Octocat@Acme.Dev"]}`), true},
		{"email with space around", claims(`{"email": [" octocat@acme.dev "]}`), true},
		{"another email", claims(`{"email": ["hubot@acme.dev"]}`), false},
		{"part of the email", claims(`{"email": ["octocat"]}`), false},
		{"group", claims(`{"groups": ["acme:ops", "acme:web"]}`), true},
		{"group in another case", claims(`{"groups": ["Acme:Web"]}`), false},
		{"any claim is enough", claims(`{"email": ["hubot@acme.dev"], "groups": ["acme:web"]}`), true},
		{"a claim that we know nothing of", claims(`{"sub": ["octocat@acme.dev", "acme:web"]}`), false},
		{"a group is not an email", claims(`{"groups": ["octocat@acme.dev"], "email": ["acme:web"]}`), false},
		{"empty values", claims(`{"email": [""], "groups": ["", " "]}`), false},
		{"no claims", claims(`{}`), false},

		{"old, email", map[string]string{old + "email": "octocat@acme.dev"}, true},
		{"old, a list", map[string]string{old + "email": "hubot@acme.dev, octocat@acme.dev"}, true},
		{"old, group", map[string]string{old + "groups": "acme:ops,acme:web"}, true},
		{"old, another", map[string]string{old + "email": "hubot@acme.dev"}, false},
		{"old, empty", map[string]string{old + "email": " , "}, false},
		{"old and new together", map[string]string{old + "groups": "acme:web", "rbac.kargo.akuity.io/claims": `{"email": ["hubot@acme.dev"]}`}, true},

		{"malformed JSON", claims(`{"email": ["octocat@acme.dev"]`), false},
		{"no list, which Kargo takes for malformed too", claims(`{"email": "octocat@acme.dev"}`), false},
		{"one claim malformed", claims(`{"email": ["octocat@acme.dev"], "groups": 7}`), false},
		{"JSON of another shape", claims(`["octocat@acme.dev"]`), false},
		{"malformed JSON beside old claims", map[string]string{old + "email": "octocat@acme.dev", "rbac.kargo.akuity.io/claims": "{"}, true},
		{"somebody else's annotation", map[string]string{"rbac.kargo.akuity.io/managed": "true", "email": "octocat@acme.dev"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &apiServer{allows: []string{account("promoter")}}
			decision, err := decide(t, server, kargoRole("microsvcs", "promoter", test.annotations))
			if err != nil {
				t.Fatal(err)
			}
			if decision.Allowed != test.want {
				t.Errorf("allowed: %v", decision.Allowed)
			}
		})
	}
}
