package slack

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const hookURL = "https://hooks.slack.com/commands/T01/397700885554/96rGlfmibIGlgcZRskXaIFfN"

func newSealer(t *testing.T, apiURL string, secrets ...string) *Sealer {
	t.Helper()
	var texts []secret.Text
	for _, s := range secrets {
		texts = append(texts, secret.NewText(s))
	}
	sealer, err := NewSealer(texts, apiURL)
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func TestSeal(t *testing.T) {
	origin := v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42"}
	at := time.Unix(1763812800, 0)
	old := newSealer(t, "", "old")
	sealed, err := old.Seal(hookURL, origin, at)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := old.Seal(hookURL, origin, at); again == sealed {
		t.Error("the same URL is sealed to the same text twice")
	}
	for name, sealer := range map[string]*Sealer{
		"the same secret":    old,
		"while rotating":     newSealer(t, "", "new", "old"),
		"on another replica": newSealer(t, "", "old"),
	} {
		got, gotAt, err := sealer.Open(sealed, origin)
		if err != nil || got != hookURL || !gotAt.Equal(at) {
			t.Errorf("%s: %q at %v, %v", name, got, gotAt, err)
		}
	}

	other := origin
	other.Channel = "C8"
	broken, _ := base64.RawURLEncoding.DecodeString(sealed)
	broken[len(broken)/2] ^= 1
	for name, test := range map[string]struct {
		sealer *Sealer
		sealed string
		origin v1alpha1.SlackOrigin
	}{
		"another secret":  {newSealer(t, "", "new"), sealed, origin},
		"another channel": {old, sealed, other},
		"one bit":         {old, base64.RawURLEncoding.EncodeToString(broken), origin},
		"the plain URL":   {old, hookURL, origin},
		"nothing":         {old, "", origin},
		"too short":       {old, "AAAA", origin},
	} {
		got, _, err := test.sealer.Open(test.sealed, test.origin)
		if err == nil || got != "" {
			t.Errorf("%s opens it: %q", name, got)
		}
		if err != nil && strings.Contains(err.Error(), "hooks.slack.com") {
			t.Errorf("%s: the error tells the URL: %v", name, err)
		}
	}
}

// TestResponseURLHosts checks that the bot can't be made to call anything but Slack.
func TestResponseURLHosts(t *testing.T) {
	for _, test := range []struct {
		api, url string
		ok       bool
	}{
		{"", hookURL, true},
		{"", "https://slack.com/commands/T01/1/x", true},
		{"https://slack-gov.com/api/", "https://hooks.slack-gov.com/commands/T01/1/x", true},
		{"http://127.0.0.1:4000/api/", "http://127.0.0.1:4000/commands/T01/1/x", true},
		{"http://127.0.0.1:4000/api/", hookURL, true},
		{"", "http://hooks.slack.com/commands/T01/1/x", false},
		{"", "https://hooks.slack.com.evil.example/commands", false},
		{"", "https://evil.example/hooks.slack.com", false},
		{"", "https://hooks.slack.com@evil.example/", false},
		{"", "https://octocat:pw@hooks.slack.com/", false},
		{"", "https://hooks.slack.com:8443/", false},
		{"", "https://169.254.169.254/latest/meta-data", false},
		{"http://127.0.0.1:4000/api/", "http://127.0.0.1:4001/commands", false},
		{"http://127.0.0.1:4000/api/", "https://127.0.0.1:4000/commands", false},
		{"", "file:///etc/passwd", false},
		{"", "//hooks.slack.com/commands", false},
		{"", "https:hooks.slack.com", false},
		{"", "", false},
		{"", hookURL + "#" + "x", false},
		{"", hookURL + strings.Repeat("x", maxResponseURL), false},
	} {
		_, err := newSealer(t, test.api, "s").Seal(test.url, v1alpha1.SlackOrigin{}, time.Now())
		if (err == nil) != test.ok {
			t.Errorf("with the API at %q, Seal(%q) = %v, want ok %v", test.api, test.url, err, test.ok)
		}
	}
}

func TestNewSealerNeedsSecrets(t *testing.T) {
	for name, secrets := range map[string][]secret.Text{"none": nil, "an empty one": {secret.NewText("a"), {}}} {
		if _, err := NewSealer(secrets, ""); err == nil {
			t.Errorf("a sealer is made with %s", name)
		}
	}
	if _, err := NewSealer([]secret.Text{secret.NewText("a")}, "slack.com/api"); err == nil {
		t.Error("a sealer is made for an API without a host")
	}
}
