package credentials_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestParseReference(t *testing.T) {
	for _, test := range []struct{ text, source, document, path, fragment string }{
		{"ref+vault://kv/github?address=https://vault.acme.dev:8200#/token", "vault vault.acme.dev:8200", "ref+vault://kv/github?address=https://vault.acme.dev:8200", "kv/github", "token"},
		{"ref+vault://kv/github#/token", "vault at VAULT_ADDR", "ref+vault://kv/github", "kv/github", "token"},
		{"ref+vault://kv/github?namespace=team&proto=http&host=127.0.0.1:8200#/a/b", "vault 127.0.0.1:8200 namespace=team", "ref+vault://kv/github?namespace=team&proto=http&host=127.0.0.1:8200", "kv/github", "a/b"},
		{"ref+vault://kv/x?address=https://127.0.0.1:8200#/y", "vault 127.0.0.1:8200", "ref+vault://kv/x?address=https://127.0.0.1:8200", "kv/x", "y"},
		{"ref+openbao://kv/x?token_env=T1#/y", "openbao at BAO_ADDR token_env=T1", "ref+openbao://kv/x?token_env=T1", "kv/x", "y"},
		{"ref+awssecrets://team/doc?region=eu-west-3#/a", "awssecrets region=eu-west-3", "ref+awssecrets://team/doc?region=eu-west-3", "team/doc", "a"},
		{"ref+awssecrets://arn:aws:secretsmanager:eu-west-3:123456789012:secret:team-x#/a", "awssecrets", "ref+awssecrets://arn:aws:secretsmanager:eu-west-3:123456789012:secret:team-x", "arn:aws:secretsmanager:eu-west-3:123456789012:secret:team-x", "a"},
		{"ref+awsssm://team/token?profile=prod", "awsssm profile=prod", "ref+awsssm://team/token?profile=prod", "team/token", ""},
		{"ref+gcpsecrets://project/secret?version=3", "gcpsecrets project", "ref+gcpsecrets://project/secret?version=3", "project/secret", ""},
		{"ref+gcpsecrets://secret", "gcpsecrets", "ref+gcpsecrets://secret", "secret", ""},
		{"ref+azurekeyvault://my-vault/token", "azurekeyvault my-vault", "ref+azurekeyvault://my-vault/token", "my-vault/token", ""},
		{"ref+op://Vault/Item/field", "op", "ref+op://Vault/Item/field", "Vault/Item/field", ""},
		{"ref+onepasswordconnect://Vault/Item#/password", "onepasswordconnect", "ref+onepasswordconnect://Vault/Item", "Vault/Item", "password"},
		{"ref+doppler://project/prd/TOKEN", "doppler api.doppler.com", "ref+doppler://project/prd/TOKEN", "project/prd/TOKEN", ""},
		{"ref+doppler://#TOKEN", "doppler api.doppler.com", "ref+doppler://", "", "TOKEN"},
		{"ref+sops://secrets/kargo.yaml#/github/token", "sops secrets/kargo.yaml", "ref+sops://secrets/kargo.yaml", "secrets/kargo.yaml", "github/token"},
		{"ref+k8s://v1/Secret/ns/name/key?kubeContext=minikube", "k8s kubeContext=minikube", "ref+k8s://v1/Secret/ns/name/key?kubeContext=minikube", "v1/Secret/ns/name/key", ""},
		{"ref+file:///run/secrets/token", "file /run/secrets/token", "ref+file:///run/secrets/token", "/run/secrets/token", ""},
		{"ref+env://GITHUB_PAT", "env", "ref+env://GITHUB_PAT", "GITHUB_PAT", ""},
		{"ref+envfile://c++ project/.env#/GITHUB_PAT", "envfile c++ project/.env", "ref+envfile://c++ project/.env", "c++ project/.env", "GITHUB_PAT"},
	} {
		r, err := credentials.ParseReference(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if r.Source != test.source || r.Document != test.document || r.Path != test.path || r.Fragment != test.fragment {
			t.Errorf("%s:\n%q %q %q %q", test.text, r.Source, r.Document, r.Path, r.Fragment)
		}
	}
}

func TestReferencesOfOneSourceAndOfTwo(t *testing.T) {
	source := func(text string) string {
		r, err := credentials.ParseReference(text)
		if err != nil {
			t.Fatal(err)
		}
		return r.Source
	}
	one := source("ref+vault://kv/a?address=https://v.acme.dev&role_id=first#/x")
	if other := source("ref+vault://kv/b?role_id=first&address=https://v.acme.dev#/y"); other != one {
		t.Errorf("the same server is %q and %q", one, other)
	}
	if other := source("ref+vault://kv/a?address=https://v.acme.dev&role_id=second#/x"); other == one {
		t.Errorf("two roles are one source, %q: what is refused to one would hold up the other", one)
	}
	long := strings.Repeat("d/", 150)
	a, b := source("ref+file://"+long+"a"), source("ref+file://"+long+"b")
	if a == b || len([]rune(a)) > 200 || !strings.HasPrefix(a, "file d/d/") {
		t.Errorf("two files with a long path are %q and %q", a, b)
	}
	if source("ref+sops://a.yaml#/x") == source("ref+sops://b.yaml#/x") {
		t.Error("two files are one source")
	}
}

func TestReferenceShowsNothingSecret(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	for _, text := range []string{
		"ref+vault://kv/a?role_id=" + sentinel + "&secret_id=" + sentinel + "&address=https://x:" + sentinel + "@v.acme.dev#/x",
		"ref+vault://kv/a?role%5Fid=" + sentinel + "#/x", "ref+doppler://p/prd/T?token=" + sentinel,
		"ref+gcpsecrets://p/s?fallback_value=" + sentinel, "ref+openbao://kv/a?password=" + sentinel,
		"ref+vault://kv/a?address=https%3A%2F%2Fx%3A" + sentinel + "%40v.acme.dev#/x",
	} {
		r, err := credentials.ParseReference(text)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.Source, sentinel) || strings.Contains(r.String(), sentinel) {
			t.Errorf("shown: %s, %s", r.Source, r)
		}
	}
}

func TestParseReferenceExplainsWhatIsWrong(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	for text, want := range map[string]string{
		sentinel:                                                      "is not a reference; write one such as ref+vault://kv/github#/token",
		"ref+" + sentinel:                                             "is not a reference; write one such as ref+vault://kv/github#/token",
		"ref+" + sentinel + "://x":                                    "is not a reference: there is no backend before ://; write one such as ref+vault://kv/github#/token",
		"secretref+vault://kv/x#/y":                                   "begins with secretref+, which is of use in templates only; write ref+ instead",
		"ref+echo://" + sentinel:                                      "backend echo is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file",
		"ref+exec://cat/" + sentinel:                                  "backend exec is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file",
		"ref+envsubst://$X":                                           "backend envsubst is never allowed: it runs programs, or gives back what the reference says; keep the value in a store, or in a file",
		"ref+vualt://kv/x#/y":                                         `backend "vualt" is not known; did you mean vault? Otherwise: backends are ` + strings.Join(credentials.Backends(), ", "),
		"ref+vault://kv#/y":                                           "has a path of fewer than 2 parts; write where the value is in vault, behind ://",
		"ref+vault://kv/x#":                                           "has nothing behind #; write the key, such as #/token, or remove the #",
		"ref+vault://kv/x#/a%20b":                                     "has a percent sign behind #, which can't be read; give the key in the store a plain name",
		"ref+vault://kv/x#/a#/b":                                      "has a second #; write # only before the key",
		"ref+vault://kv/x y#/a":                                       "contains a plus sign, a space, or a comma or quotation mark at its end, where a reference would end; write %2B for a plus sign and %20 for a space, or give it another name in the store",
		"ref+vault://kv/ref+env://X#/a":                               "contains a plus sign, a space, or a comma or quotation mark at its end, where a reference would end; write %2B for a plus sign and %20 for a space, or give it another name in the store",
		"ref+vault://kv/x?a=%zz#/a":                                   "has something behind ? that is no list of parameters; write name=value, joined by &",
		"ref+vault://kv/x\n#/a":                                       "contains a character that is not text; write it anew",
		"ref+op://My%20Vault/item/field":                              "is not written as a URL; write the ID of what has a name with other signs than letters, digits, hyphens and dots",
		"ref+vault://user:" + sentinel + "@kv/a#/b":                   "what stands before @ would be lost; take it out, and write %40 if the sign belongs to a name",
		"ref+vault://kv/a?address=https://127.0.0.1.acme.dev#/b":      "has 127.0.0.1 in the address of another host, whose certificate would not be checked; give the host by another name",
		"ref+openbao://kv/a?host=127.0.0.1.acme.dev:8200#/b":          "has 127.0.0.1 in the address of another host, whose certificate would not be checked; give the host by another name",
		"ref+vault://kv/a?address=https://v.acme.dev/?x=127.0.0.1#/b": "has 127.0.0.1 in the address of another host, whose certificate would not be checked; give the host by another name",
		"ref+env://1X":                                                "does not name an environment variable; write it as ref+env://GITHUB_PAT",
		"ref+env://X#/y":                                              "does not name an environment variable; write it as ref+env://GITHUB_PAT",
		"ref+envfile://.env":                                          "does not name a variable of the file; write it as ref+envfile://kargo/.env#/GITHUB_PAT",
		"ref+k8s://apps/Deployment/a/b/c":                             "is of no object that can be read; write it as ref+k8s://v1/Secret/NAMESPACE/NAME/KEY",
		"ref+file://" + strings.Repeat("a", 3000):                     "is longer than any reference; check that it is one",
	} {
		_, err := credentials.ParseReference(text)
		var fault *credentials.Fault
		if !errors.As(err, &fault) || err.Error() != want {
			t.Errorf("%.80s:\n got %v\nwant %s", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), sentinel) {
			t.Errorf("shown: %v", err)
		}
	}
}

func TestReferencesInTheDocumentationAreRead(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "credentials.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, text := range regexp.MustCompile(`ref\+[a-z0-9]+://[^\x60'\s]+`).FindAllString(string(data), -1) {
		r, err := credentials.ParseReference(strings.Replace(text, "{KEY}", "KEY", 1))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		shown[r.Backend] = true
	}
	for _, backend := range credentials.Backends() {
		if !shown[backend] {
			t.Errorf("%s has no example", backend)
		}
	}
}
