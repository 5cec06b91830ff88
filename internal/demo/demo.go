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

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
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
	gracePeriod  = 5 * time.Second
)

// Options say how the demo runs.
type Options struct {
	// StepTime is how long each step of a promotion takes. There are five on the way to production.
	StepTime time.Duration
	// KargoURL is where links to Kargo's UI lead; empty for no links.
	KargoURL string
	// Log hears of the bot and of the simulations.
	Log *slog.Logger
}

// Demo is a running demo. It implements page.World.
type Demo struct {
	*kubernetes

	run      string
	log      *slog.Logger
	now      func() time.Time
	changed  *changed
	mishaps  *mishaps
	releases releases
	slack    *workspace
	slackAPI *http.Server
	github   *forge
	board    *board
	bot      *app.App

	stop context.CancelFunc
	done chan struct{}
	err  error // of the run, once done is closed
}

// Start starts a demo and returns when the bot takes requests. It runs until ctx is done or Stop is
// called; Stop has to be called in any case.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{run: rand.Text(), log: o.Log, now: time.Now, changed: newChanged(), done: make(chan struct{})}
	listener, err := d.build(ctx, o)
	if err != nil {
		d.close()
		return nil, fmt.Errorf("set up the demo: %w", err)
	}
	ctx, d.stop = context.WithCancel(ctx)
	go func() {
		defer close(d.done)
		defer d.close()
		d.err = d.runAll(ctx, listener)
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

// build makes the parts and connects them. It returns the listener for Slack's API.
func (d *Demo) build(ctx context.Context, o Options) (net.Listener, error) {
	var err error
	if d.kubernetes, err = newKubernetes(ctx, o.StepTime, d.now, o.Log); err != nil {
		return nil, err
	}
	d.mishaps = newMishaps(d.simulator.Outcomes)
	d.board = &board{reader: d.cache, catalogue: kargo.NewCatalogue(d.cache, []kargo.Pipeline{pipeline()}), now: d.now}
	if d.slack, err = newWorkspace(d.now); err != nil {
		return nil, err
	}
	if d.github, err = newForge(d.now); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback)
	if err != nil {
		return nil, fmt.Errorf("listen for Slack's API: %w", err)
	}
	d.slack.fake.SetURL("http://" + listener.Addr().String())
	d.slackAPI = &http.Server{Handler: d.slack.fake, ReadHeaderTimeout: gracePeriod}
	if d.bot, err = app.New(d.botOptions(o)); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	bot := "http://" + d.bot.PublicAddress()
	d.slack.driver = d.slack.fake.Driver(slackfake.Endpoints{
		Commands: bot + app.PathSlackCommands, Client: &http.Client{Transport: newTransport()},
	})
	d.github.fake.SetWebhook(githubfake.Webhook{URL: bot + app.PathGitHubWebhook, Secret: webhookSecret})
	return listener, nil
}

// botOptions are the bot's, as its configuration would say them.
func (d *Demo) botOptions(o Options) app.Options {
	slack := d.slack.fake.Config()
	return app.Options{
		Cluster:    app.Cluster{Config: d.cluster.Config(botUser)},
		Pipelines:  []kargo.Pipeline{pipeline()},
		KargoURL:   o.KargoURL,
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
			WebhookSecrets: []secret.Text{secret.NewText(webhookSecret)}, Templates: githubTemplates(),
		},
	}
}

// runAll runs the parts until ctx is done: the bot ends first, and then what it stands on.
func (d *Demo) runAll(ctx context.Context, listener net.Listener) error {
	below, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, below := errgroup.WithContext(below)
	for _, part := range []func(context.Context) error{
		d.kubernetes.run,
		func(ctx context.Context) error { return d.follow(ctx, d.changed.tell, d.mishaps.ended) },
		func(ctx context.Context) error { return d.serveSlack(ctx, listener) },
		d.followSlack,
		d.followGitHub,
	} {
		group.Go(func() error { return part(below) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(below, cancel)()
	err := d.bot.Run(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

func (d *Demo) serveSlack(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = d.slackAPI.Close() })()
	if err := d.slackAPI.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve Slack's API: %w", err)
	}
	return nil
}

func (d *Demo) followSlack(ctx context.Context) error {
	for range d.slack.fake.Events(ctx, 0) {
		d.changed.tell()
	}
	return nil
}

func (d *Demo) followGitHub(ctx context.Context) error {
	happened, stop := d.github.fake.Watch()
	defer stop()
	for {
		select {
		case <-happened:
			d.changed.tell()
		case <-ctx.Done():
			return nil
		}
	}
}

// awaitReady returns when the bot says that it is ready, and the demo's own view of the cluster is.
func (d *Demo) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	often := time.NewTicker(20 * time.Millisecond)
	defer often.Stop()
	for !d.ready(ctx) {
		select {
		case <-often.C:
		case <-d.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if !d.cache.WaitForCacheSync(ctx) {
		return errors.New("the page's view of the cluster was not filled")
	}
	return nil
}

func (d *Demo) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.bot.AdminAddress()+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	response, err := newTransport().RoundTrip(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
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
