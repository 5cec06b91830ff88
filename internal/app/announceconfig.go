package app

import (
	"github.com/davidaparicio/kargo-bot/internal/announce"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/release"
	"github.com/davidaparicio/kargo-bot/internal/webhook"
)

// announceOptions say who is told of what, as a configuration has it.
func announceOptions(c *config.Config, secrets config.Secrets) AnnounceOptions {
	o := AnnounceOptions{
		Table: c.Routing(), Wording: c.Wording(), Webhooks: map[string]webhook.Endpoint{},
		Prereleases: release.Prereleases(c.Releases.Prereleases), AwaitImage: c.Releases.AwaitImage, Retention: c.Releases.Retention,
	}
	for name, hook := range c.Webhooks {
		o.Webhooks[name] = webhook.Endpoint{URL: hook.URL, Secret: secrets.Webhooks[name]}
	}
	if g := c.GitHub; g != nil {
		o.ReleasePage, o.Checks = g.ReleasePage, g.Checks
		if d := g.Deployments; d.Enabled {
			o.Deployments = &announce.Deployments{Environment: d.Environment, Production: d.Production, Builds: d.Builds}
		}
	}
	return o
}
