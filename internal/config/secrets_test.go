package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// everySecret refers to one of every kind.
const everySecret = `pipelines: [{project: billing, environments: [dev]}]
github:
  app: {id: 12345, privateKey: {file: key.pem}}
  webhookSecrets:
  - {file: old}
  - {env: NEW}
slack:
  teams: [T01]
  botToken: {env: BOT_TOKEN}
  signingSecrets:
  - {file: signing}
  - {env: NEXT_SIGNING}
`

// folder writes files that only their owner reads, and returns a configuration beside them.
func folder(t *testing.T, data string, files map[string]string) (dir string, c *config.Config) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return dir, c
}

// environment reads files of the system and the given variables.
func environment(vars map[string]string) secret.Reader {
	r := secret.System()
	r.LookupEnv = func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
	return r
}

func encode(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestSecrets(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	for kind, text := range map[string]string{
		"PKCS 1": encode(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil),
		"PKCS 8": encode(t, "PRIVATE KEY", pkcs8, err),
	} {
		_, c := folder(t, everySecret, map[string]string{"key.pem": text, "old": "webhook 1\n", "signing": "signing 1"})
		s, warnings, err := c.Secrets(environment(map[string]string{
			"NEW": "webhook 2", "BOT_TOKEN": "xoxb-1", "NEXT_SIGNING": "signing 2",
		}))
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%s: %v, warnings %v", kind, err, warnings)
		}
		want := config.Secrets{
			GitHub: &config.GitHubSecrets{
				PrivateKey: secret.NewText(strings.TrimSuffix(text, "\n")),
				Webhook:    []secret.Text{secret.NewText("webhook 1"), secret.NewText("webhook 2")},
			},
			Slack: &config.SlackSecrets{
				BotToken: secret.NewText("xoxb-1"),
				Signing:  []secret.Text{secret.NewText("signing 1"), secret.NewText("signing 2")},
			},
		}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", kind, diff)
		}
	}
}

func TestSecretsOfOneSurface(t *testing.T) {
	c := parse(t, smallest)
	s, _, err := c.Secrets(environment(map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}))
	if err != nil || s.GitHub != nil || len(s.Slack.Signing) != 1 || s.Slack.Signing[0].Reveal() != "s" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSecretsTellsEverythingAtOnce(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	dir, c := folder(t, everySecret, map[string]string{"key.pem": sentinel, "signing": ""})
	s, _, err := c.Secrets(environment(map[string]string{"NEW": strings.Repeat(sentinel, 10_000), "BOT_TOKEN": "xapp-" + sentinel}))
	var problems strictyaml.Problems
	if !errors.As(err, &problems) || s.GitHub != nil || s.Slack != nil {
		t.Fatalf("%+v, %v", s, err)
	}
	want := strings.Join([]string{
		"config.yaml:3:20: github.app.privateKey: file key.pem has no PEM block; " +
			"generate a private key on the App's page, and use the file as it is downloaded",
		"config.yaml:5:5: github.webhookSecrets[0]: file old does not exist; create or mount it, or correct the path",
		"config.yaml:6:5: github.webhookSecrets[1]: environment variable NEW holds more than 64 KiB; check that it is the right one",
		"config.yaml:9:3: slack.botToken: environment variable BOT_TOKEN has an app-level token; " +
			"use the Bot User OAuth Token on the app's page, which begins with xoxb-",
		"config.yaml:11:5: slack.signingSecrets[0]: file signing is empty; put the secret into it",
		"config.yaml:12:5: slack.signingSecrets[1]: environment variable NEXT_SIGNING is not set; set it, or correct the name",
	}, "\n")
	if diff := cmp.Diff(want, strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSecretsTellsWrongOnesApart(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ec)
	for _, test := range []struct{ key, token, want string }{
		{encode(t, "PRIVATE KEY", der, err), "xoxb-1", "has no RSA private key"},
		{encode(t, "RSA PRIVATE KEY", []byte("sentinel"), nil), "xoxb-1", "has no RSA private key"},
		{"", "xoxp-sentinel", "has the token of a person"},
		{"", "xoxb-senti nel", "has a token with white space or control characters in it"},
		{"", "xoxb-sentinel\n\n", "has a token with white space or control characters in it"},
	} {
		_, c := folder(t, everySecret, map[string]string{"key.pem": test.key})
		_, _, err := c.Secrets(environment(map[string]string{"BOT_TOKEN": test.token}))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "senti") {
			t.Errorf("want %q in:\n%v", test.want, err)
		}
	}
}

func TestSecretsWarnsOfOpenFiles(t *testing.T) {
	dir, c := folder(t, strings.Replace(smallest, "{env: SLACK_BOT_TOKEN}", "{file: token}", 1), map[string]string{"token": "xoxb-1"})
	if err := os.Chmod(filepath.Join(dir, "token"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, warnings, err := c.Secrets(environment(map[string]string{"SLACK_SIGNING_SECRET": "s"}))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%s:5:3: slack.botToken: file %s can be read by everybody (mode 0644); "+
		"chmod o= it, or mount the Kubernetes Secret with defaultMode 0440", filepath.Join(dir, "config.yaml"), filepath.Join(dir, "token"))
	if got := warnings.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
