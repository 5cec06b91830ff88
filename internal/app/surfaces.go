package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/shipment"
	"github.com/davidaparicio/kargo-bot/internal/slack"
)

// Paths that GitHub and Slack send to.
const (
	PathGitHubWebhook     = "/github/webhook"
	PathSlackCommands     = "/slack/commands"
	PathSlackInteractions = "/slack/interactions"
)

// wiring is what the surfaces are connected to.
type wiring struct {
	Options
	bot       *bot.Bot
	people    *access.Mapper
	reading   *reading
	mux       *http.ServeMux
	sinks     map[string]*notify.Deliverer
	delivered *notify.Metrics
	// slackClient is nil if Slack is not configured.
	slackClient *slack.Client
}

type slackSurface struct {
	client *slack.Client
	teams  []string
	groups bool
	// announces says that channels are told what nobody has asked for.
	announces bool
	log       *slog.Logger
}

func (s slackSurface) check(ctx context.Context) error {
	return checked(ctx, s.log, "slack", slack.ErrMisconfigured, func(ctx context.Context) error {
		id, err := s.client.Check(ctx, s.teams)
		if missing := id.Lacks(slack.RequiredScopes(s.groups, s.announces)); len(missing) > 0 {
			s.log.Warn("the Slack app lacks scopes; add them under OAuth & Permissions and install it again", "scopes", missing)
		}
		return err
	})
}

// slack connects Slack, if it is configured.
func (w *wiring) slack() (surface, error) {
	o := w.Slack
	if o == nil {
		return nil, nil
	}
	client, err := slack.NewClient(slack.ClientOptions{URL: o.URL, Token: o.BotToken, Now: w.Now})
	if err != nil {
		return nil, err
	}
	sealer, err := slack.NewSealer(o.SigningSecrets, o.URL)
	if err != nil {
		return nil, err
	}
	directory, err := slack.NewDirectory(slack.DirectoryOptions{Client: client, Teams: o.Teams, Groups: o.Templates.Group != "", Log: w.Log})
	if err != nil {
		return nil, err
	}
	sink, err := slack.NewSink(slack.SinkOptions{Client: client, Sealer: sealer})
	if err != nil {
		return nil, err
	}
	receiving := slack.IntakeOptions{
		Handler: w.bot, SigningSecrets: o.SigningSecrets, Teams: o.Teams, AppID: o.AppID, Sealer: sealer, Client: client,
		Metrics: slack.NewMetrics(w.Registry), Log: w.Log, Now: w.Now,
	}
	commands, err := slack.NewIntake(receiving)
	if err != nil {
		return nil, err
	}
	interactions, err := slack.NewInteractions(receiving)
	if err != nil {
		return nil, err
	}
	w.slackClient = client
	w.mux.Handle(PathSlackCommands, commands)
	w.mux.Handle(PathSlackInteractions, interactions)
	w.people.Surfaces[chatops.SourceSlack] = access.Surface{Directory: directory, Templates: o.Templates}
	w.sinks[shipment.SinkSlack] = notify.NewDeliverer(shipment.SinkSlack, sink, w.Now, w.delivered)
	return slackSurface{client: client, teams: o.Teams, groups: o.Templates.Group != "", announces: w.Announce.Table != nil, log: w.Log}, nil
}

type githubSurface struct {
	client *github.Client
	log    *slog.Logger
}

func (s githubSurface) check(ctx context.Context) error {
	return checked(ctx, s.log, "github", github.ErrMisconfigured, func(ctx context.Context) error {
		_, err := s.client.Check(ctx)
		return err
	})
}

// github connects GitHub, if it is configured.
func (w *wiring) github() (surface, error) {
	o := w.GitHub
	if o == nil {
		return nil, nil
	}
	client := w.reading.client
	directory, err := github.NewDirectory(github.DirectoryOptions{Client: client, Teams: o.Teams, Logger: w.Log, Now: w.Now})
	if err != nil {
		return nil, err
	}
	intake, err := github.NewIntake(github.IntakeOptions{
		Secrets: o.WebhookSecrets, Handler: w.bot, Client: client, Hints: w.reading.hints, Registerer: w.Registry, Logger: w.Log,
	})
	if err != nil {
		return nil, err
	}
	w.mux.Handle(PathGitHubWebhook, intake)
	w.people.Surfaces[chatops.SourceGitHub] = access.Surface{Directory: directory, Templates: o.Templates}
	w.sinks[shipment.SinkGitHub] = notify.NewDeliverer(shipment.SinkGitHub, atPace(github.NewSink(client), o.EditInterval), w.Now, w.delivered)
	return githubSurface{client: client, log: w.Log}, nil
}

// checkTimeout bounds one look at a surface's credentials.
const checkTimeout = 10 * time.Second

// checked runs a check of a surface's credentials. Wrong ones end the start with a word on what to
// mend; an outage of Slack must not keep GitHub's requests out, so all else is logged and no more.
func checked(ctx context.Context, log *slog.Logger, name string, misconfigured error, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := check(ctx)
	if errors.Is(err, misconfigured) {
		return err
	}
	if err != nil {
		log.Warn("could not check the credentials, going on without", "surface", name, "error", err)
	}
	return nil
}
