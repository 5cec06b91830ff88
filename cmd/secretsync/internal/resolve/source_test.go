package resolve_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TestSourcesAreCalledAsTheyAreDeclared has what tells sources apart in each backend. Who decides when a source is asked
// goes by the names in the declaration, and reads those in the report: were they not the same, nothing would be skipped.
func TestSourcesAreCalledAsTheyAreDeclared(t *testing.T) {
	asked := map[string]bool{}
	for _, reference := range []string{
		"ref+vault://kv/github#/token",
		"ref+vault://kv/github/token?address=https://vault.acme.dev:8200&version=2",
		"ref+vault://kv/github?address=https://vault.acme.dev&auth_method=kubernetes&role_id=kargo&namespace=team#/token",
		"ref+vault://kv/github?proto=http&host=vault.acme.dev&token_env=TEAM_TOKEN#/token",
		"ref+vault://kv/github?auth_method=userpass&username=bot&password_file=pass#/token",
		"ref+openbao://kv/github#/token",
		"ref+openbao://kv/github?token_file=token&namespace=team#/token",
		"ref+awssecrets://kargo/github?region=eu-west-3&profile=ci&role_arn=arn:aws:iam::123456789012:role/kargo#/token",
		"ref+awssecrets://arn:aws:secretsmanager:eu-west-3:123456789012:secret:team-x#/token",
		"ref+awsssm://kargo/github-token?region=eu-west-3", "ref+awsssm://kargo#/github-token",
		"ref+gcpsecrets://acme/github-token?version=3",
		"ref+azurekeyvault://acme-vault/github-token",
		"ref+op://Kargo/GitHub/token",
		"ref+onepasswordconnect://Kargo/GitHub#/token",
		"ref+doppler://kargo/prd/TOKEN", "ref+doppler://kargo/prd?address=https://doppler.acme.dev#/TOKEN",
		"ref+sops://secrets/creds.yaml?format=yaml#/token",
		"ref+k8s://v1/Secret/vault/github/token?kubeContext=minikube&kubeConfigPath=config", "ref+k8s://v1/Secret/vault/github#/token",
		"ref+file://" + strings.Repeat("deep/", 100) + "token", "ref+file:///run/secrets/token",
		"ref+env://GITHUB_PAT", "ref+envfile://c++ one/.env#/TOKEN",
	} {
		declared, err := credentials.ParseReference(reference)
		if err != nil {
			t.Fatalf("%s: %v", reference, err)
		}
		answers := resolve.New(resolve.Options{Backends: all}).
			Resolve(t.Context(), []string{reference}, map[string]string{declared.Source: "it was down"})
		if got := answers.Values[reference]; got.Problem != "it was down" {
			t.Errorf("%s is not skipped: %q", reference, got.Problem)
		}
		if s := answers.Sources; len(s) != 1 || s[0].Name != declared.Source || s[0].Backend != declared.Backend {
			t.Errorf("%s is of %+v, and declared as %q", reference, s, declared.Source)
		}
		asked[declared.Backend] = true
	}
	for _, backend := range all {
		if !asked[backend] {
			t.Errorf("%s has no reference here", backend)
		}
	}
}

// TestALoginThatIsRefusedHoldsUpNoOther has a token that is not valid beside ones that are, at the same server.
func TestALoginThatIsRefusedHoldsUpNoOther(t *testing.T) {
	each(t, func(t *testing.T, p product) {
		v, url := p.vault(t)
		v.Put("kv/github", map[string]any{"token": "right"})
		t.Setenv("BAD_TOKEN", "hvs.bad")
		t.Setenv("GOOD_TOKEN", "hvs.good")
		dir := folder(t, map[string]string{"bad": "hvs.bad", "good": "hvs.good"})
		at := "ref+" + p.scheme + "://kv/github?address=" + url
		bad := []string{at + "&token_env=BAD_TOKEN#/token", at + "&token_file=bad#/token"}
		good := []string{at + "&token_env=GOOD_TOKEN#/token", at + "&token_file=good#/token", at + "#/token"}
		answers := resolve.New(resolve.Options{Backends: all, Dir: dir}).Resolve(t.Context(), append(bad, good...), nil)
		for _, reference := range bad {
			if got := answers.Values[reference]; !strings.Contains(got.Problem, "does not accept who this program says it is") {
				t.Errorf("%s: %q", reference, got.Problem)
			}
		}
		for _, reference := range good {
			if got := answers.Values[reference]; got.Value.Reveal() != "right" {
				t.Errorf("%s: %q", reference, got.Problem)
			}
		}
	})
}
