package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/announce"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/notice"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/record"
	"github.com/davidaparicio/kargo-bot/internal/release"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/slack"
	"github.com/davidaparicio/kargo-bot/internal/webhook"
)

// announcing is what tells people what they have not asked for: Releases, the records of Promotions, and who is
// told of them.
type announcing struct {
	Options

	catalogue  *kargo.Catalogue
	doctor     *doctor.Doctor
	links      cards.Links
	reading    *reading
	deliverers map[string]*notify.Deliverer
	channels   announce.Channels
	announcer  *announce.Announcer
}

// newAnnouncing connects what tells people.
func newAnnouncing(w *wiring, catalogue *kargo.Catalogue, doctor *doctor.Doctor, links cards.Links) (*announcing, error) {
	a := &announcing{
		Options: w.Options, catalogue: catalogue, doctor: doctor, links: links, reading: w.reading,
		deliverers: map[string]*notify.Deliverer{},
	}
	if a.Announce.Table == nil {
		a.Announce.Table = &route.Table{}
	}
	add := func(name string, sink notify.Sink) {
		a.deliverers[name] = notify.NewDeliverer(name, sink, w.Now, w.delivered)
	}
	if w.slackClient != nil {
		sink, err := slack.NewChannelSink(slack.ChannelSinkOptions{Client: w.slackClient, Log: w.Log})
		if err != nil {
			return nil, err
		}
		a.channels = sink
		add(route.SinkSlack, sink)
	}
	if a.reading.source != nil {
		source := a.reading.source.Background()
		add(route.SinkDeployment, github.NewDeploymentSink(source))
		add(route.SinkReleasePage, github.NewReleasePageSink(source))
		add(route.SinkCheck, github.NewCheckSink(source))
	}
	if len(a.Announce.Webhooks) > 0 {
		sink, err := webhook.NewSink(webhook.Options{Endpoints: a.Announce.Webhooks, Now: w.Now, Registerer: w.Registry})
		if err != nil {
			return nil, err
		}
		add(route.SinkWebhook, sink)
	}
	return a, nil
}

// setup adds the controllers to the manager.
func (a *announcing) setup(mgr ctrl.Manager) error {
	options := announce.Options{
		Namespaces: namespaces(a.Pipelines), Project: a.project, HasStage: a.hasStage,
		Table: a.Announce.Table, Destinations: a.destinations(), Deliverers: a.deliverers,
		Slack: a.channels, SlackID: slackIDs(a.People), Wording: a.Announce.Wording,
		QuietPrereleases: a.Announce.Prereleases == release.SilencePrereleases || a.Announce.Prereleases == release.IgnorePrereleases,
		Links:            a.links, Now: a.Now, Log: a.Log, Metrics: announce.NewMetrics(a.Registry),
	}
	if d := a.Announce.Deployments; d != nil {
		options.Deployments = *d
	}
	a.announcer = announce.New(mgr.GetClient(), mgr.GetAPIReader(), options)
	if err := a.announcer.Setup(mgr); err != nil {
		return fmt.Errorf("set up the announcer: %w", err)
	}
	if err := record.SetupController(mgr, record.Options{
		Catalogue: a.catalogue, Wants: a.announcer.Wants, SlackID: slackIDs(a.People), Retention: a.Announce.Retention,
		Now: a.Now, Log: a.Log, Metrics: record.NewMetrics(a.Registry),
	}); err != nil {
		return fmt.Errorf("set up the records of promotions: %w", err)
	}
	if err := notice.SetupController(mgr, notice.Options{
		Retention: a.Announce.Retention, Now: a.Now, Log: a.Log, Metrics: notice.NewMetrics(a.Registry),
	}); err != nil {
		return fmt.Errorf("set up notices of credentials: %w", err)
	}
	if err := a.setupReleases(mgr); err != nil {
		return err
	}
	if a.reading.quiet == nil {
		return nil
	}
	err := record.SetupLocator(mgr, record.LocatorOptions{
		Catalogue: a.catalogue, Code: a.reading.quiet, Web: a.GitHub.Code.Web, Now: a.Now,
		Home: func(project, service string) string {
			repo, _ := a.GitHub.Code.Source(project, service).Home(service)
			return repo
		},
	})
	if err != nil {
		return fmt.Errorf("set up what finds commits: %w", err)
	}
	return nil
}

// destinations are all that is told anything by the configuration.
func (a *announcing) destinations() []route.Destination {
	out := append([]route.Destination{{Sink: route.SinkNone}}, a.Announce.Table.Destinations()...)
	if a.GitHub == nil {
		return out
	}
	if a.Announce.Deployments != nil {
		out = append(out, route.Destination{Sink: route.SinkDeployment})
	}
	if a.Announce.ReleasePage {
		out = append(out, route.Destination{Sink: route.SinkReleasePage})
	}
	if a.Announce.Checks {
		out = append(out, route.Destination{Sink: route.SinkCheck})
	}
	return out
}

// setupReleases adds what follows releases.
func (a *announcing) setupReleases(mgr ctrl.Manager) error {
	options := release.Options{
		Catalogue: a.catalogue, Doctor: a.doctor, Prereleases: a.Announce.Prereleases,
		AwaitImage: a.Announce.AwaitImage, Retention: a.Announce.Retention,
		Since: func(ctx context.Context, namespace string) (time.Time, bool) {
			return announce.Since(ctx, mgr.GetClient(), namespace)
		},
		Now: a.Now, Log: a.Log, Metrics: release.NewMetrics(a.Registry),
	}
	if a.reading.quiet != nil {
		options.Forge, options.Code, options.Source = a.reading.source.Background(), a.reading.quiet, a.GitHub.Code.Source
	}
	tags, err := release.Setup(mgr, options)
	if err != nil {
		return fmt.Errorf("set up releases: %w", err)
	}
	a.reading.tags = tags
	return nil
}

// project returns the name of the project that a namespace is of.
func (a *announcing) project(namespace string) string {
	for _, p := range a.Pipelines {
		if p.Namespace == namespace {
			return p.Project
		}
	}
	return namespace
}

// hasStage reports whether a service can be promoted to an environment.
func (a *announcing) hasStage(project, service, environment string) bool {
	_, err := a.catalogue.Find(context.Background(), project+"/"+service, environment)
	problem, ok := errors.AsType[*chatops.Problem](err)
	return !ok || !problem.Refusal()
}

// slackIDs returns who people are in Slack: as what they are known there, or by the mapping of the configuration.
func slackIDs(people []access.Person) func(source, id string) string {
	return func(source, id string) string {
		if source == string(chatops.SourceSlack) {
			return id[strings.LastIndexByte(id, '/')+1:]
		}
		i := slices.IndexFunc(people, func(p access.Person) bool { return p.GitHub != "" && strings.EqualFold(p.GitHub, id) })
		if i < 0 || id == "" || source != string(chatops.SourceGitHub) {
			return ""
		}
		return people[i].Slack[strings.LastIndexByte(people[i].Slack, '/')+1:]
	}
}
