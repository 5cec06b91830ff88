package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

func TestRouting(t *testing.T) {
	c := parse(t, smallest+`
notifications:
- {environments: [dev], on: [failed, rolledBack, verificationFailed], slack: "#deploys", webhook: audit}
- {services: ["billing/*"], builds: true, slack: ["#deploys", U42, C77]}
channels:
  "#deploys":
    quiet: {from: "20:00", to: "08:00", days: [Mon, Sun], timezone: Europe/Paris, except: [failed]}
    digest: {every: week, timezone: America/New_York}
    thread: true
  U42: {burst: 20, digest: {every: day, at: "09:30"}}
  C77: {digest: {every: week, on: Mon}, quiet: {from: "00:00", to: "24:00", days: [Sat]}}
webhooks:
  audit: {url: "https://audit.acme.dev/kargo?team=web", secret: {env: AUDIT}}
owners:
  red: {slack: U42}
  "*": {slack: S7}
`)
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	deploys := route.Destination{Sink: route.SinkSlack, Target: "#deploys"}
	want := &route.Table{
		Rules: []route.Rule{{
			Environments: []string{"dev"},
			On:           []v1alpha1.Outcome{v1alpha1.OutcomeFailed, v1alpha1.OutcomeRolledBack, v1alpha1.OutcomeVerificationFailed},
			To:           []route.Destination{deploys, {Sink: route.SinkWebhook, Target: "audit"}},
		}, {
			Services: []string{"billing/*"}, Builds: true,
			To: []route.Destination{deploys, {Sink: route.SinkSlack, Target: "U42"}, {Sink: route.SinkSlack, Target: "C77"}},
		}},
		Channels: map[string]route.Channel{
			"#deploys": {
				Quiet: &route.Quiet{
					From: 20 * 60, To: 8 * 60, Days: []time.Weekday{time.Monday, time.Sunday}, Place: paris,
					Except: []v1alpha1.Outcome{v1alpha1.OutcomeFailed},
				},
				Digest: &route.Digest{At: 17 * 60, Weekly: true, On: time.Friday, Place: newYork},
				Thread: true, Burst: 5,
			},
			"U42": {Burst: 20, Digest: &route.Digest{At: 9*60 + 30, On: time.Friday, Place: time.UTC}},
			"C77": {
				Burst: 5, Digest: &route.Digest{At: 17 * 60, Weekly: true, On: time.Monday, Place: time.UTC},
				Quiet: &route.Quiet{To: route.EndOfDay, Days: []time.Weekday{time.Saturday}, Place: time.UTC},
			},
		},
		Owners: []route.Owner{{Services: []string{"*"}, Slack: "S7"}, {Services: []string{"red"}, Slack: "U42"}},
	}
	sameName := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, c.Routing(), sameName); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEveryOutcomeHasAWord(t *testing.T) {
	words := make([]string, 0, len(v1alpha1.Outcomes()))
	for _, o := range v1alpha1.Outcomes() {
		words = append(words, strings.ToLower(string(o[:1]))+string(o[1:]))
	}
	c := parse(t, smallest+"notifications: [{slack: C77, on: ["+strings.Join(words, ", ")+"]}]\n")
	if diff := cmp.Diff(v1alpha1.Outcomes(), c.Routing().Rules[0].On); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNotificationsWarn(t *testing.T) {
	listed := strings.Replace(smallest, "[dev]", "[dev], services: [api, web]", 1)
	for _, test := range []struct{ data, want string }{
		{listed + "notifications: [{services: [wep], slack: C77}]", `notifications[0].services[0]: no pipeline has a service "wep"; did you mean "web"?`},
		{listed + "notifications: [{services: [billing/wep], slack: C77}]",
			`notifications[0].services[0]: no pipeline has a service "billing/wep"; did you mean "billing/web"?`},
		{listed + "notifications: [{services: [x-*], slack: C77}]",
			`notifications[0].services[0]: no pipeline has a service "x-*"; correct it, or add the service to its pipeline`},
		{listed + "notifications: [{services: [w*, '*', billing/api, 'b*/*'], slack: C77}]", ""},
		{smallest + "notifications: [{services: [anything, billing/anything], slack: C77}]", ""},
		{smallest + "notifications: [{services: [billin/api], slack: C77}]",
			`notifications[0].services[0]: no pipeline has a service "billin/api"; correct it, or add the service to its pipeline`},
		{smallest + "channels: {C77: {}}", "channels.C77: no rule of notifications names this channel; name it there in the same way, or remove it here"},
		{smallest + "webhooks: {audit: {url: 'https://audit', secret: {env: A}}}",
			"webhooks.audit: no rule of notifications names this webhook; name it there, or remove it here"},
		{smallest + "notifications: [{webhook: audit}]\nwebhooks: {audit: {url: 'http://audit', secret: {env: A}}}",
			"webhooks.audit.url: sends what happens over the network in the clear; use https"},
		{smallest + "notifications: [{webhook: audit}]\nwebhooks: {audit: {url: 'http://localhost:1/a', secret: {env: A}}}", ""},
		{smallest + "templates: {alert: {title: '{{.Service}}', lines: [fine, '{{.Servce}}']}, digest: {title: '{{.Period}}'}}",
			`templates.alert.lines[1]: names ".Servce", which is not known; did you mean .Service? (until then, the bot's own words stand)`},
		{smallest + "templates: {release: {title: '{{if lt .Service 1}}{{end}}'}}",
			"templates.release.title: can't be filled in: lt: it takes texts with texts, and numbers with numbers; until then, the bot's own words stand"},
	} {
		got := parse(t, test.data).Warnings.Error()
		if _, after, _ := strings.Cut(got, ": "); after != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", strings.TrimPrefix(test.data, smallest), after, test.want)
		}
	}
}

func TestDeploymentsDefault(t *testing.T) {
	const github = "github:\n  app: {id: 1, privateKey: {file: key.pem}}\n  webhookSecrets: [{file: old}]\n"
	c := parse(t, strings.Replace(smallest, "[dev]", "[dev, prd]", 1)+github)
	want := config.Deployments{Enabled: true, Environment: "{service}-{environment}", Production: []string{"prd"}}
	if diff := cmp.Diff(want, c.GitHub.Deployments); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if c.GitHub.Checks || c.GitHub.ReleasePage {
		t.Error("what is optional is on")
	}
	c = parse(t, strings.Replace(smallest, "[dev]", "[dev, prd]", 1)+github+"  deployments: {enabled: false, production: []}\n")
	if d := c.GitHub.Deployments; d.Enabled || len(d.Production) > 0 {
		t.Errorf("%+v", d)
	}
}

func TestSecretsOfWebhooks(t *testing.T) {
	c := parse(t, smallest+`
notifications: [{webhook: [plain, key]}]
webhooks:
  plain: {url: "https://a.acme.dev", secret: {env: PLAIN}}
  key: {url: "https://b.acme.dev", secret: {env: KEY}}
`)
	vars := map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "PLAIN": "open sesame", "KEY": "whsec_c2VudGluZWw="}
	s, _, err := c.Secrets(environment(vars))
	if err != nil || !s.Webhooks["plain"].Equal(secret.NewText("open sesame")) || !s.Webhooks["key"].Equal(secret.NewText("whsec_c2VudGluZWw=")) {
		t.Fatalf("%v, %v", s, err)
	}
	vars["KEY"] = "whsec_sentinel!"
	_, _, err = c.Secrets(environment(vars))
	if err == nil || !strings.Contains(err.Error(), "webhooks.key.secret: environment variable KEY begins with whsec_, but what follows is not base64") ||
		strings.Contains(err.Error(), "sentinel") {
		t.Errorf("%v", err)
	}
}
