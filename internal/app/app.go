package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/shipment"
)

// App is a bot, put together and ready to run.
type App struct {
	options Options
	log     *slog.Logger
	manager ctrl.Manager
	public  *server
	admin   *server
	health  *health
	// surfaces are checked at start.
	surfaces []surface
	reading  *reading
}

// surface is one adapter, wired.
type surface interface {
	// check makes sure that the credentials are good.
	check(ctx context.Context) error
}

// New puts a bot together and binds its ports. It makes no call to Slack or GitHub yet.
func New(o Options) (*App, error) {
	if o.Slack == nil && o.GitHub == nil {
		return nil, errors.New("nothing to serve: neither Slack nor GitHub is configured")
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	mgr, err := newManager(o.Cluster, namespaces(o.Pipelines), o.Election, o.GracePeriod/2, o.Log)
	if err != nil {
		return nil, err
	}
	a := &App{options: o, log: o.Log, manager: mgr, health: &health{}}
	if err := a.wire(); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func namespaces(pipelines []kargo.Pipeline) []string {
	var names []string
	for _, p := range pipelines {
		names = append(names, p.Namespace)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wire makes the parts and connects them.
func (a *App) wire() error {
	o, mgr := a.options, a.manager
	links := cards.Links{Kargo: o.KargoURL, Projects: len(o.Pipelines) > 1}
	people := &access.Mapper{People: o.People, Surfaces: map[chatops.Source]access.Surface{}}
	if err := kargo.IndexPromotions(context.Background(), mgr.GetFieldIndexer()); err != nil {
		return err
	}
	catalogue, authorizer := kargo.NewCatalogue(mgr.GetCache(), o.Pipelines), a.authorizer()
	var err error
	if a.reading, err = newReading(o, catalogue, links); err != nil {
		return err
	}
	// Who asks in chat is told of all that can be looked at; a Release, of what the caches have.
	asked, examiner := doctor.New(catalogue, o.Now), doctor.New(catalogue, o.Now)
	queries := bot.Queries{Library: catalogue, Rights: authorizer, Doctor: asked}
	if a.reading.code != nil {
		queries.Code, queries.Manifests = a.reading.code, a.reading.manifests
	}
	core := bot.New(bot.Options{
		Queries:     queries,
		Catalogue:   catalogue,
		People:      people,
		Permissions: authorizer,
		Shipments:   mgr.GetClient(),
		Cache:       mgr.GetCache(),
		Quorum:      mgr.GetAPIReader(),
		Links:       links,
		Now:         o.Now,
		Log:         a.log,
		Metrics:     bot.NewMetrics(o.Registry),
	})
	w := &wiring{
		Options: o, bot: core, people: people, reading: a.reading, mux: http.NewServeMux(),
		sinks: map[string]*notify.Deliverer{}, delivered: notify.NewMetrics(o.Registry),
	}
	for _, connect := range []func() (surface, error){w.slack, w.github} {
		s, err := connect()
		if err != nil {
			return err
		}
		if s != nil {
			a.surfaces = append(a.surfaces, s)
		}
	}
	ports := w.chatPorts(mgr)
	addSurfaces(&ports, o, w.slackClient, w.reading.client)
	asked.Use(ports)
	if err := shipment.SetupController(mgr, shipment.Options{
		Retention: o.Retention, Now: o.Now, Log: a.log, Metrics: shipment.NewMetrics(o.Registry),
	}); err != nil {
		return fmt.Errorf("set up the shipment controller: %w", err)
	}
	if err := shipment.SetupReporter(mgr, shipment.ReporterOptions{Deliverers: w.sinks, Links: links, Now: o.Now}); err != nil {
		return fmt.Errorf("set up the reporter: %w", err)
	}
	announcing, err := newAnnouncing(w, catalogue, examiner, links)
	if err != nil {
		return err
	}
	if err := announcing.setup(mgr); err != nil {
		return err
	}
	if err := a.reading.setup(mgr, o); err != nil {
		return err
	}
	if a.public, err = newServer("webhooks", o.Listen, whenReady(a.health, w.mux), a.log); err != nil {
		return err
	}
	a.admin, err = newServer("health and metrics", o.Admin, adminHandler(a.health, prometheus.Gatherers{o.Registry, ctrlmetrics.Registry}), a.log)
	return err
}

func (a *App) authorizer() *access.Authorizer {
	if !a.options.KargoRoles {
		return access.NewAuthorizer(a.manager.GetClient(), nil)
	}
	return access.NewAuthorizer(a.manager.GetClient(), a.manager.GetCache())
}

// PublicAddress returns the address that the webhooks are served on.
func (a *App) PublicAddress() string { return a.public.address() }

// AdminAddress returns the address that health and metrics are served on.
func (a *App) AdminAddress() string { return a.admin.address() }

// Run runs the bot until ctx is done, and then takes it down: it takes no more requests, finishes
// those in hand, then the controllers finish what they are at. All that within the grace period. It
// returns nil after an orderly end.
func (a *App) Run(ctx context.Context) error {
	defer a.close()
	// What is below outlives ctx by the grace period.
	group, below := errgroup.WithContext(context.WithoutCancel(ctx))
	managing, stopManaging := context.WithCancel(below)
	defer stopManaging()

	group.Go(a.admin.serve)
	group.Go(a.public.serve)
	managed := make(chan struct{})
	group.Go(func() error {
		defer close(managed)
		if err := a.manager.Start(managing); err != nil {
			return fmt.Errorf("run the controllers: %w", err)
		}
		return nil
	})
	group.Go(func() error { return a.makeReady(managing, ctx) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			a.log.Info("stopping")
		case <-below.Done():
		}
		return a.stop(below, stopManaging, managed)
	})
	err := group.Wait()
	a.log.Info("stopped")
	return err
}

// makeReady opens the webhooks when the caches are filled and the credentials are known to be good.
func (a *App) makeReady(ctx, until context.Context) error {
	for _, s := range a.surfaces {
		if err := s.check(until); err != nil {
			return err
		}
	}
	err := a.warmUp(ctx)
	if until.Err() != nil || ctx.Err() != nil {
		return nil //nolint:nilerr // to be told to stop before it was ready is no failure
	}
	if err != nil {
		return err
	}
	a.health.ready.Store(true)
	a.log.Info("ready", "listen", a.PublicAddress(), "admin", a.AdminAddress())
	return nil
}

// stop takes the parts down in the order in which work flows through them. Health and metrics are
// served to the last.
func (a *App) stop(ctx context.Context, stopManaging context.CancelFunc, managed <-chan struct{}) error {
	a.health.ready.Store(false)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.options.GracePeriod)
	defer cancel()
	// Half of the grace is for requests in hand, the other half is the manager's (see New).
	intake, cancelIntake := context.WithTimeout(ctx, a.options.GracePeriod/2)
	defer cancelIntake()
	err := a.public.shutdown(intake)
	stopManaging()
	select {
	case <-managed:
	case <-ctx.Done():
	}
	return errors.Join(err, a.admin.shutdown(ctx))
}

func (a *App) close() {
	if a.reading != nil {
		a.reading.close()
	}
	for _, s := range []*server{a.public, a.admin} {
		if s != nil {
			_ = s.http.Close()
			_ = s.listener.Close()
		}
	}
}
