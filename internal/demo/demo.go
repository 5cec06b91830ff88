package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// loopback is where all parts listen: on ports that are free.
const loopback = "127.0.0.1:0"

// newTransport returns what carries the fakes' requests to the bot: each on a connection of its own. One
// that is kept, or was opened for nothing, would hold the bot up when it stops.
func newTransport() *http.Transport { return &http.Transport{DisableKeepAlives: true} }

// How long the parts may take to begin and to end.
const (
	startTimeout = 30 * time.Second
	// gracePeriod is that of the configuration's default: half of it is enough for a message that is being sent.
	gracePeriod = 25 * time.Second
	// headerTimeout is how long Slack's API waits for the head of a request.
	headerTimeout = 5 * time.Second
)

// Options say how the demo runs.
type Options struct {
	// StepTime is how long each step of a promotion takes. There are five on the way to production.
	StepTime time.Duration
	// BuildTime is how long it takes from a commit to its image in the registry.
	BuildTime time.Duration
	// EditInterval is the least time between two edits of a comment on GitHub; 0 for that of earnest.
	EditInterval time.Duration
	// KargoURL is where links to Kargo's UI lead; empty for no links.
	KargoURL string
	// Log hears of the bot and of the simulations.
	Log *slog.Logger
}

// Demo is a running demo. It implements page.World.
type Demo struct {
	*kubernetes

	// id is different in each run.
	id      string
	log     *slog.Logger
	now     func() time.Time
	changed *changed
	mishaps *mishaps
	// credential is what Kargo would push with.
	credential credential
	releases   *releases
	promoted   chan *kargoapi.Promotion
	builds     chan imageBuild
	// buildTime is that of the options.
	buildTime time.Duration
	slack     *workspace
	slackAPI  *http.Server
	github    *forge
	board     *board
	bot       *app.App

	stop context.CancelFunc
	done chan struct{}
	err  error // of the run, once done is closed
}

// Start starts a demo and returns when the bot takes requests. It runs until ctx is done or Stop is
// called; Stop has to be called in any case.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{
		id: rand.Text(), log: o.Log, now: time.Now, changed: newChanged(), done: make(chan struct{}),
		releases: newReleases(), promoted: make(chan *kargoapi.Promotion, maxPromoted),
		builds: make(chan imageBuild, maxBuilds), buildTime: o.BuildTime,
	}
	listener, err := d.build(ctx, o)
	if err != nil {
		d.close()
		return nil, fmt.Errorf("set up the demo: %w", err)
	}
	ctx, d.stop = context.WithCancel(ctx)
	go func() {
		defer close(d.done)
		defer d.close()
		d.err = d.run(ctx, listener)
	}()
	if err := d.awaitReady(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the demo: %w", err), d.Stop())
	}
	return d, nil
}

// Done is closed when the demo has ended.
func (d *Demo) Done() <-chan struct{} { return d.done }

// Stop ends the demo in an orderly way and returns what went wrong with it, if something did.
func (d *Demo) Stop() error {
	d.stop()
	<-d.done
	return d.err
}

// build makes the cluster, the only part that takes a while, and then the others. It returns the
// listener for Slack's API.
func (d *Demo) build(ctx context.Context, o Options) (net.Listener, error) {
	var err error
	if d.kubernetes, err = newKubernetes(ctx, o.StepTime, d.now, o.Log); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback)
	if err != nil {
		return nil, fmt.Errorf("listen for Slack's API: %w", err)
	}
	//nolint:contextcheck // what it starts runs until it is closed, and not only until ctx is done
	if err := d.connect(o, "http://"+listener.Addr().String()); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// connect makes the bot and the fakes, and tells them where they find each other.
func (d *Demo) connect(o Options, slackURL string) error {
	d.mishaps = newMishaps(d.simulator.Outcomes)
	d.board = &board{reader: d.cache, catalogue: kargo.NewCatalogue(d.cache, []kargo.Pipeline{pipeline()}), now: d.now}
	var err error
	if d.slack, err = newWorkspace(slackURL, d.now); err != nil {
		return err
	}
	d.slackAPI = &http.Server{Handler: d.slack.fake, ReadHeaderTimeout: headerTimeout}
	if d.github, err = newForge(d.now); err != nil {
		return err
	}
	if d.bot, err = app.New(d.botOptions(o)); err != nil {
		return err
	}
	bot := "http://" + d.bot.PublicAddress()
	d.slack.driver = d.slack.fake.Driver(slackfake.Endpoints{
		Commands: bot + app.PathSlackCommands, Interactivity: bot + app.PathSlackInteractions,
		Client: &http.Client{Transport: newTransport()},
	})
	d.github.fake.SetWebhook(githubfake.Webhook{URL: bot + app.PathGitHubWebhook, Secret: d.github.webhookSecret})
	return nil
}

// botOptions are the bot's, as its configuration would say them.
func (d *Demo) botOptions(o Options) app.Options {
	slack := d.slack.fake.Config()
	return app.Options{
		Cluster:    app.Cluster{Config: d.cluster.Config(botUser)},
		Pipelines:  []kargo.Pipeline{pipeline()},
		KargoURL:   o.KargoURL,
		Announce:   announcements(),
		People:     mapping(),
		KargoRoles: true,
		Listen:     loopback, Admin: loopback,
		GracePeriod: gracePeriod,
		Now:         d.now,
		Log:         o.Log,
		Slack: &app.SlackOptions{
			URL: d.slack.fake.APIURL(), BotToken: secret.NewText(slack.App.BotToken),
			SigningSecrets: []secret.Text{secret.NewText(slack.App.SigningSecret)},
			Teams:          []string{slack.Workspace.ID}, AppID: slack.App.ID, Templates: slackTemplates(),
		},
		GitHub: &app.GitHubOptions{
			URL: d.github.fake.URL() + "/", AppID: appID, PrivateKey: d.github.key,
			WebhookSecrets: []secret.Text{secret.NewText(d.github.webhookSecret)}, Templates: githubTemplates(), EditInterval: o.EditInterval,
			Code: code(), PullRequests: pullRequests(),
		},
	}
}

// close closes what was opened.
func (d *Demo) close() {
	if d.slack != nil {
		d.slack.fake.Close()
	}
	if d.github != nil {
		d.github.fake.Close()
	}
}
