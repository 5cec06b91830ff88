package credentials_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestInspect(t *testing.T) {
	for _, test := range []struct {
		name string
		t    credentials.Type
		data map[string]string
		want []string
	}{
		{"all is well", "git", map[string]string{"repoURL": "https://github.com/acme/red", "username": "octocat", "password": "hunter2"}, nil},
		{"of no interest", "generic", map[string]string{"x": ""}, nil},
		{"a line end", "git", map[string]string{"repoURL": "https://github.com/acme/red", "username": "octocat", "password": "hunter2\n"},
			[]string{"password " + credentials.MessageLineEnd}},
		{"no repository, and half a credential", "image", map[string]string{"username": "octocat"}, []string{"repoURL is missing", "password is missing"}},
		{"a pattern that is none", "image", map[string]string{"repoURL": "quay.io/*", "username": "octocat", "password": "hunter2"},
			[]string{"repoURL is written as a pattern, but counts as it is"}},
		{"a regex that is none", "image", map[string]string{"repoURL": "quay.io/(", "repoURLIsRegex": "true", "username": "octocat", "password": "hunter2"},
			[]string{"repoURL is no regular expression, though repoURLIsRegex says so"}},
		{"a GitHub App without its key", "git", map[string]string{"repoURL": "https://github.com/acme/red", "githubAppID": "hunter2", "githubAppInstallationID": "42"},
			[]string{"githubAppID is not a number", "githubAppPrivateKey is missing"}},
		{"a key that is none", "git", map[string]string{"repoURL": "git@github.com:acme/red", "sshPrivateKey": "hunter2"},
			[]string{"sshPrivateKey is not a private key in PEM or OpenSSH's format"}},
		{"nothing to log in with", "git", map[string]string{"repoURL": "https://github.com/acme/red"},
			[]string{"password is missing, and there is no other credential"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := map[string][]byte{}
			for k, v := range test.data {
				data[k] = []byte(v)
			}
			var got []string
			for _, f := range credentials.Inspect(test.t, data) {
				if f.Fix == "" || strings.Contains(f.Error(), "hunter2") {
					t.Errorf("%v", f)
				}
				got = append(got, f.Key+" "+f.Message)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
