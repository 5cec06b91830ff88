package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/slack"
)

// chatPorts are what the bot itself can look at, for whoever asks in chat.
func (w *wiring) chatPorts(mgr ctrl.Manager) doctor.Ports {
	return doctor.Ports{
		Reader: mgr.GetAPIReader(), Reviews: mgr.GetClient(), Places: w.Places,
		Clocks: []doctor.Clock{kubernetesClock(mgr.GetConfig())},
	}
}

// addSurfaces adds what the bot's own credentials for Slack and GitHub are good for. Either client may be nil.
func addSurfaces(p *doctor.Ports, o Options, slackClient *slack.Client, githubClient *github.Client) {
	const unconfigured = "%s is not configured, so that there is nothing to look at."
	p.WithoutSlack, p.WithoutGitHub = fmt.Sprintf(unconfigured, "Slack"), fmt.Sprintf(unconfigured, "GitHub")
	if slackClient != nil {
		p.Slack = slack.Examiner{
			Client: slackClient, Teams: o.Slack.Teams, Channels: channelsOf(o.Announce.Table),
			Scopes: slack.RequiredScopes(o.Slack.Templates.Group != "", o.Announce.Table != nil && len(o.Announce.Table.Rules) > 0),
		}
		p.Clocks = append(p.Clocks, doctor.Clock{Of: "Slack", Now: slackClient.Time})
	}
	if githubClient != nil {
		p.GitHub = github.Examiner{Client: githubClient, Needs: needs(o)}
		p.Clocks = append(p.Clocks, doctor.Clock{Of: "GitHub", Now: githubClient.Time})
	}
}

// channelsOf returns the channels that rules name.
func channelsOf(table *route.Table) []string {
	if table == nil {
		return nil
	}
	var all []string
	for _, rule := range table.Rules {
		for _, to := range rule.To {
			isChannel := strings.HasPrefix(to.Target, "#") || strings.HasPrefix(to.Target, "C") || strings.HasPrefix(to.Target, "G")
			if to.Sink == route.SinkSlack && isChannel && !slices.Contains(all, to.Target) {
				all = append(all, to.Target)
			}
		}
	}
	return all
}

// needs says what the GitHub App has to be given for what is configured (docs/install.md).
func needs(o Options) github.Needs {
	n := github.Needs{
		Permissions: map[string]string{"issues": "write", "metadata": "read", "contents": "read", "pull_requests": "write"},
		Events:      []string{"issue_comment"},
	}
	if o.GitHub.PullRequests != nil {
		n.Events = append(n.Events, "pull_request", "push")
	}
	if len(o.GitHub.Teams) > 0 {
		n.Permissions["members"] = "read"
	}
	if o.Announce.Deployments != nil {
		n.Permissions["deployments"] = "write"
	}
	if o.Announce.ReleasePage {
		n.Permissions["contents"] = "write"
	}
	if o.Announce.Checks {
		n.Permissions["checks"] = "write"
	}
	return n
}

// kubernetesClock asks the API server what time it is there.
func kubernetesClock(config *rest.Config) doctor.Clock {
	return doctor.Clock{Of: "Kubernetes", Now: func(ctx context.Context) (time.Time, error) {
		client, err := rest.HTTPClientFor(config)
		if err != nil {
			return time.Time{}, fmt.Errorf("connect to Kubernetes: %w", err)
		}
		base, _, err := rest.DefaultServerUrlFor(config)
		if err != nil {
			return time.Time{}, fmt.Errorf("connect to Kubernetes: %w", err)
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("version").String(), http.NoBody)
		if err != nil {
			return time.Time{}, fmt.Errorf("ask Kubernetes for its clock: %w", err)
		}
		response, err := client.Do(request)
		if err != nil {
			return time.Time{}, fmt.Errorf("ask Kubernetes for its clock: %w", err)
		}
		defer func() { _ = response.Body.Close() }()
		at, err := http.ParseTime(response.Header.Get("Date"))
		if err != nil {
			return time.Time{}, fmt.Errorf("read the clock of Kubernetes: %w", err)
		}
		return at, nil
	}}
}
