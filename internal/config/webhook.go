package config

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Webhook is an endpoint that is told of what happens, as JSON.
type Webhook struct {
	// URL is where it is sent to.
	URL string `yaml:"url" required:"true" example:"https://audit.acme.dev/kargo"`
	// Secret is what it is signed with, as in the Standard Webhooks specification: a text, or `whsec_` and a key
	// in base64.
	Secret secret.Source `yaml:"secret" required:"true"`
}

// webhookName is a name in a rule, and in the records of what was sent.
var webhookName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$`)

func (c *Config) validateWebhooks() {
	for _, name := range sortedNames(c.Webhooks) {
		hook, path := c.Webhooks[name], strictyaml.Path("webhooks").Key(name)
		if !webhookName.MatchString(name) {
			c.doc.Report(path, "is not a name for a webhook", "use at most 63 letters, digits, dots, hyphens and underscores")
		}
		used := slices.ContainsFunc(c.Notifications, func(n Notification) bool { return slices.Contains(n.Webhook, name) })
		if !used && !c.doc.Unread("notifications") && !c.doc.Unread(path) {
			c.warn(path, "no rule of notifications names this webhook", "name it there, or remove it here")
		}
		if c.doc.Has(path.Key("url")) {
			c.checkWebhookURL(path.Key("url"), hook.URL)
		}
		if c.doc.Has(path.Key("secret")) {
			checkSource(c.doc, path.Key("secret"), hook.Secret)
		}
	}
}

// checkWebhookURL checks where events are sent to. Unlike the URL of an API, it may have a query.
func (c *Config) checkWebhookURL(path strictyaml.Path, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		c.doc.Report(path, "is not an http or https URL", "write one such as https://audit.acme.dev/kargo")
	case u.User != nil:
		c.doc.Report(path, "contains credentials", "remove them: what is sent is signed with secret")
	case u.Fragment != "":
		c.doc.Report(path, "has a fragment", "remove everything from the # on")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		c.warn(path, "sends what happens over the network in the clear", "use https")
	}
}

// checkWebhookSecret checks that what claims to be a key in base64 is one.
func checkWebhookSecret(text string) *fault {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	if !ok {
		return nil
	}
	if key, err := base64.StdEncoding.DecodeString(encoded); err != nil || len(key) == 0 {
		return &fault{"begins with whsec_, but what follows is not base64", "use the whole secret as the receiver shows it, or one without whsec_"}
	}
	return nil
}
