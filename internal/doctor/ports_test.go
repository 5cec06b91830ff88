package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

type slackStub struct {
	doctor.SlackStanding

	err error
}

func (s slackStub) Standing(context.Context) (doctor.SlackStanding, error) {
	return s.SlackStanding, s.err
}

type githubStub struct {
	doctor.GitHubStanding

	lost doctor.Undelivered
	err  error
}

func (g githubStub) Standing(context.Context) (doctor.GitHubStanding, error) {
	return g.GitHubStanding, g.err
}

func (g githubStub) Undelivered(context.Context, time.Time) (doctor.Undelivered, error) {
	return g.lost, g.err
}

func clock(of string, skew time.Duration) doctor.Clock {
	return doctor.Clock{Of: of, Now: func(context.Context) (time.Time, error) { return noon.Add(skew), nil }}
}

// said returns what a check says: its findings, or why it did not look.
func said(d answers.Diagnosis, check string) string {
	var all []string
	for _, f := range d.Findings {
		if f.Check == check {
			all = append(all, string(f.Severity)+" "+f.What+" "+f.Fix)
		}
	}
	for _, n := range d.NotLooked {
		if n.Check == check {
			all = append(all, "not looked at: "+n.Why)
		}
	}
	return strings.Join(all, "\n")
}

func TestPorts(t *testing.T) {
	for _, test := range []struct {
		name, check string
		ports       doctor.Ports
		want        []string
	}{
		{"Slack is well", "slack-app", doctor.Ports{Slack: slackStub{}}, nil},
		{"Slack is not configured", "slack-app", doctor.Ports{WithoutSlack: "Slack is not configured."}, []string{"not looked at: Slack is not configured."}},
		{"Slack says why not", "slack-app", doctor.Ports{Slack: slackStub{err: doctor.Unlooked("Slack does not accept the token.")}},
			[]string{"not looked at: Slack does not accept the token."}},
		{"Slack breaks", "slack-app", doctor.Ports{Slack: slackStub{err: errors.New("dial tcp: xoxb-1")}}, []string{"not looked at: Slack did not answer. Try again."}},
		{"scopes and channels", "slack-app", doctor.Ports{Slack: slackStub{SlackStanding: doctor.SlackStanding{
			UserName: "kargo-bot", Missing: []string{"channels:read", "chat:write"}, Absent: []string{"#deploys"}, Unknown: []string{"#deplyos"},
		}}}, []string{"lacks the scopes channels:read and chat:write", "is not in the channel #deploys", "`/invite @kargo-bot`", "no channel #deplyos"}},
		{"not all channels were read", "slack-app", doctor.Ports{Slack: slackStub{SlackStanding: doctor.SlackStanding{ChannelsUnread: true}}},
			[]string{"not looked at: Not all channels"}},
		{"GitHub is well", "github-app", doctor.Ports{GitHub: githubStub{GitHubStanding: doctor.GitHubStanding{Installed: true}}}, nil},
		{"permissions and events", "github-app", doctor.Ports{GitHub: githubStub{GitHubStanding: doctor.GitHubStanding{
			App: "kargo-bot", Settings: "https://github.com/settings/apps/kargo-bot/permissions", Permissions: []string{"issues: write"},
			Events: []string{"push"}, Behind: map[string][]string{"acme": {"checks: write"}},
		}}}, []string{"error The GitHub App lacks the permission issues: write", "warning The GitHub App is not subscribed to the event push",
			"On acme the GitHub App does not have the permission checks: write", "not installed anywhere", "settings/apps/kargo-bot/installations"}},
		{"no comments arrive", "github-app", doctor.Ports{GitHub: githubStub{GitHubStanding: doctor.GitHubStanding{Installed: true, Events: []string{"issue_comment"}}}},
			[]string{"error The GitHub App is not subscribed"}},
		{"webhooks are lost", "github-deliveries", doctor.Ports{GitHub: githubStub{lost: doctor.Undelivered{
			Count: 2, Last: noon.Add(-time.Hour), Status: "502 Bad Gateway", IDs: []int64{7, 6},
		}}}, []string{"2 webhooks of the last day did not reach the bot, the last one at 11:00 UTC on 4 May (502 Bad Gateway)", "7, 6"}},
		{"clocks agree", "clock", doctor.Ports{Clocks: []doctor.Clock{clock("Kubernetes", -29*time.Second), clock("Slack", 29*time.Second)}}, nil},
		{"clocks are apart", "clock", doctor.Ports{Clocks: []doctor.Clock{clock("Kubernetes", 45*time.Second), clock("Slack", -7*time.Minute)}},
			[]string{"warning The bot's clock is 45 s behind that of Kubernetes", "error The bot's clock is 7 min ahead of that of Slack"}},
		{"no clock", "clock", doctor.Ports{Clocks: []doctor.Clock{{Of: "GitHub", Now: func(context.Context) (time.Time, error) {
			return time.Time{}, errors.New("dial tcp")
		}}}}, []string{"not looked at: GitHub did not say what time it is there."}},
		{"Secrets in chat", "credential-secret", doctor.Ports{}, []string{"not looked at: The bot can't read Secrets, and must not. Run `bot doctor` in a terminal"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := said(newWorld().examineWith(t, test.ports), test.check)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("it does not say %q:\n%s", want, got)
				}
			}
			if len(test.want) == 0 && got != "" || strings.Contains(got, "dial tcp") {
				t.Errorf("it says: %s", got)
			}
		})
	}
}

func TestCausesAndDiscoveries(t *testing.T) {
	for message, want := range map[string]string{
		"error pushing: remote: GH006: Protected branch update failed":              "The branch is protected",
		"fatal: Authentication failed for 'https://git.acme.dev/acme/microsvcs'":    "does not accept Kargo's credentials",
		"Get \"https://git.acme.dev\": dial tcp: lookup git.acme.dev: no such host": "does not reach the host",
		"on fire": "",
	} {
		w := newWorld()
		p := promotion("Failed", 5, message)
		p.Spec.Steps[1].Uses = "git-push"
		w.promotions = append(w.promotions, p)
		w.production.Status.LastPromotion = lastPromotion(p)
		got := said(w.examineWith(t, doctor.Ports{}), "promotion-failed")
		if got == "" || !strings.Contains(got, want) {
			t.Errorf("%s: %s", message, got)
		}
	}
	for message, want := range map[string]string{
		"GET https://quay.io/v2/: UNAUTHORIZED: access to the requested resource is not authorized": "Look at the credentials",
		"GET https://index.docker.io/v2/: TOOMANYREQUESTS: You have reached your pull rate limit":   "A limit of the registry",
		"No references discovered for image repository \"quay.io/acme/red\"":                        "nothing in the repository fits them",
		"NAME_UNKNOWN: repository name not known to registry":                                       "there is no such repository",
		"tls: failed to verify certificate: x509: certificate signed by unknown authority":          "does not trust the certificate",
		"listing tags of registry.acme.dev:4041/team-401/seof: on fire":                             "Mend the Warehouse's subscription",
		"Get \"https://quay.io/v2/\": EOF":                                                          "does not reach the registry",
		"fatal: The requested URL returned error: 403":                                              "Look at the credentials",
		"GET https://quay.io/v2/acme/red: unexpected status code 404 status":                        "there is no such repository",
		"on fire": "Mend the Warehouse's subscription",
	} {
		w := newWorld()
		w.warehouse.Status.Conditions = cannotDiscover(message)
		if got := said(w.examineWith(t, doctor.Ports{}), "warehouse"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", message, got)
		}
	}
}
