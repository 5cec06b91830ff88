package config

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Secrets are what the configuration refers to.
type Secrets struct {
	// GitHub is nil if GitHub is not configured.
	GitHub *GitHubSecrets
	// Slack is nil if Slack is not configured.
	Slack *SlackSecrets
	// Webhooks are what outgoing webhooks are signed with, by their names.
	Webhooks map[string]secret.Text
}

// GitHubSecrets are the secrets of the GitHub App.
type GitHubSecrets struct {
	// PrivateKey is an RSA key in PEM.
	PrivateKey secret.Text
	// Webhook has one or two secrets, any of which may have signed a delivery.
	Webhook []secret.Text
}

// SlackSecrets are the secrets of the Slack app.
type SlackSecrets struct {
	BotToken secret.Text
	// Signing has one or two secrets, any of which may have signed a request.
	Signing []secret.Text
}

// Secrets reads all secrets and tells at once which of them can't be read or can't be right: the
// error is strictyaml.Problems. The warnings are about secrets that others can read, too.
func (c *Config) Secrets(r secret.Reader) (s Secrets, warnings strictyaml.Problems, err error) {
	read := reading{config: c, reader: r}
	if g := c.GitHub; g != nil {
		s.GitHub = &GitHubSecrets{
			PrivateKey: read.one("github.app.privateKey", g.App.PrivateKey, checkPrivateKey),
			Webhook:    read.all("github.webhookSecrets", g.WebhookSecrets),
		}
	}
	if slack := c.Slack; slack != nil {
		s.Slack = &SlackSecrets{BotToken: read.one("slack.botToken", slack.BotToken, checkBotToken)}
		if slack.SigningSecret != (secret.Source{}) {
			s.Slack.Signing = []secret.Text{read.one("slack.signingSecret", slack.SigningSecret, nil)}
		} else {
			s.Slack.Signing = read.all("slack.signingSecrets", slack.SigningSecrets)
		}
	}
	for _, name := range sortedNames(c.Webhooks) {
		if s.Webhooks == nil {
			s.Webhooks = map[string]secret.Text{}
		}
		s.Webhooks[name] = read.one(strictyaml.Path("webhooks").Key(name).Key("secret"), c.Webhooks[name].Secret, checkWebhookSecret)
	}
	if err := read.problems.Err(); err != nil {
		return Secrets{}, read.warnings, err
	}
	return s, read.warnings, nil
}

// reading gathers what goes wrong.
type reading struct {
	config             *Config
	reader             secret.Reader
	problems, warnings strictyaml.Problems
}

// one reads a secret and checks that it can be what it should be. check may be nil, and must not
// show any of the secret.
func (r *reading) one(path strictyaml.Path, source secret.Source, check func(string) *fault) secret.Text {
	if source.File != "" {
		source.File = r.config.resolve(source.File)
	}
	text, warning, err := source.Resolve(r.reader)
	if warning != nil {
		r.warnings = append(r.warnings, r.problem(path, warning))
	}
	if unreadable, ok := errors.AsType[*secret.Fault](err); ok {
		r.problems = append(r.problems, r.problem(path, unreadable))
		return secret.Text{}
	}
	if check == nil {
		return text
	}
	if wrong := check(text.Reveal()); wrong != nil {
		message := fmt.Sprintf("%s %s", source, wrong.Message)
		r.problems = append(r.problems, r.config.doc.Problem(path, message, wrong.Fix))
	}
	return text
}

func (r *reading) all(path strictyaml.Path, sources []secret.Source) []secret.Text {
	texts := make([]secret.Text, len(sources))
	for i, source := range sources {
		texts[i] = r.one(path.Index(i), source, nil)
	}
	return texts
}

func (r *reading) problem(path strictyaml.Path, f *secret.Fault) strictyaml.Problem {
	return r.config.doc.Problem(path, fmt.Sprintf("%s %s", f.Source, f.Message), f.Fix)
}

// checkPrivateKey checks that a text is an RSA key in PEM, the only kind that GitHub Apps have.
func checkPrivateKey(text string) *fault {
	const fix = "generate a private key on the App's page, and use the file as it is downloaded"
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return &fault{"has no PEM block", fix}
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if _, ok := key.(*rsa.PrivateKey); err != nil || !ok {
		return &fault{"has no RSA private key", fix}
	}
	return nil
}

// checkBotToken tells the bot's token from Slack's other tokens.
func checkBotToken(text string) *fault {
	const fix = "use the Bot User OAuth Token on the app's page, which begins with xoxb-"
	switch {
	case strings.HasPrefix(text, "xapp-"):
		return &fault{"has an app-level token", fix}
	case strings.HasPrefix(text, "xoxp-"):
		return &fault{"has the token of a person", fix}
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return &fault{"has a token with white space or control characters in it", fix}
	}
	return nil
}
