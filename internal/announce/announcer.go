package announce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// Options are what an Announcer needs.
type Options struct {
	// Namespaces are those of the Kargo Projects that are served, and Project returns the name of a
	// namespace's Project.
	Namespaces []string
	Project    func(namespace string) string
	// HasStage reports whether a service can be promoted to an environment.
	HasStage func(project, service, environment string) bool
	Table    *route.Table
	// Destinations are all that the configuration wants to be told anything.
	Destinations []route.Destination
	Deployments  Deployments
	// Deliverers by the name of the sink. What has none is not told.
	Deliverers map[string]*notify.Deliverer
	// Slack tells channels apart; nil if there is no Slack.
	Slack Channels
	// SlackID returns the ID in Slack ("U42") of a person as another surface knows them; empty if it has none.
	SlackID func(source, id string) string
	Wording *wording.Templates
	// QuietPrereleases says that nobody is told of prereleases in chat.
	QuietPrereleases bool
	Links            cards.Links
	Now              func() time.Time
	Log              *slog.Logger
	Metrics          *Metrics
}

// Deployments say how deployments on GitHub are called.
type Deployments struct {
	// Environment is a pattern with the placeholders {project}, {service} and {environment}.
	Environment string
	// Production are the environments that users see.
	Production []string
	// Builds says that what is no release has deployments, too.
	Builds bool
}

// Channels are those of Slack.
type Channels interface {
	// Resolve returns the ID of a channel that is written "#deploys" or "C7".
	Resolve(ctx context.Context, name string) (id string, err error)
	// Trouble says for people why nothing can be said in a channel; empty if something can.
	Trouble(name string) string
}

// Announcer tells what happens. See Setup.
type Announcer struct {
	Options

	client     client.Client
	quorum     client.Reader
	deliverers map[string]*notify.Deliverer
	releases   *ledger.Ledger[v1alpha1.Release, *v1alpha1.Release]
	records    *ledger.Ledger[v1alpha1.PromotionRecord, *v1alpha1.PromotionRecord]
	notices    *ledger.Ledger[v1alpha1.Notice, *v1alpha1.Notice]
	books      *books
	budget     *budget
	// started is when this process began.
	started time.Time
	// unusable are the templates of which it has been said that they can't be used.
	unusable sync.Map
}

// New returns an Announcer that reads from and writes with c, and reads from the API server with quorum.
func New(c client.Client, quorum client.Reader, o Options) *Announcer {
	return &Announcer{
		Options: o, client: c, quorum: quorum, deliverers: o.Deliverers,
		releases: ledger.New[v1alpha1.Release](c, quorum), records: ledger.New[v1alpha1.PromotionRecord](c, quorum),
		notices: ledger.New[v1alpha1.Notice](c, quorum), books: newBooks(c, quorum, o.Now), budget: newBudget(o.Now), started: o.Now(),
	}
}

// surface is what is told by one controller, so that one that is slow keeps no other back.
type surface struct {
	name  string
	sinks []string
	// isPast reports whether nothing more is expected that this surface would be told of.
	isPast func(s *subject) bool
	// credentials says that it is told of credentials, too, which are in no commit and no release.
	credentials bool
	tell        func(a *Announcer, ctx context.Context, t teller, s *subject, to *audience) (time.Duration, error)
}

// surfaces are all of them.
func surfaces() []surface {
	over := func(s *subject) bool { return s.isOver() }
	return []surface{
		{"slack", []string{route.SinkSlack}, over, true, (*Announcer).inSlack},
		// That something else runs by now is told of a deployment whenever that comes to be.
		{
			"github", []string{route.SinkDeployment, route.SinkReleasePage, route.SinkCheck},
			func(s *subject) bool { return s.isOver() && !s.isReplaced() }, false, (*Announcer).onGitHub,
		},
		{"webhook", []string{route.SinkWebhook}, over, true, (*Announcer).byWebhook},
	}
}

// reconcileRelease, reconcileRecord and reconcileNotice tell one surface of an object of that kind.
func (a *Announcer) reconcileRelease(on surface) reconcile.Func {
	return reconcileKind(a, on, a.releases, a.aboutRelease)
}

func (a *Announcer) reconcileRecord(on surface) reconcile.Func {
	return reconcileKind(a, on, a.records, a.aboutRecord)
}

func (a *Announcer) reconcileNotice(on surface) reconcile.Func {
	return reconcileKind(a, on, a.notices, a.aboutNotice)
}

// reported is a pointer to the struct of a kind of which things are said.
type reported[K any] interface {
	*K
	v1alpha1.Reported
}

// reconcileKind tells one surface of an object of a kind. about returns what is said of it.
func reconcileKind[K any, T reported[K]](a *Announcer, on surface, known *ledger.Ledger[K, T], about func(T) subject) reconcile.Func {
	return func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		o := T(new(K))
		if err := a.client.Get(ctx, req.NamespacedName, o); err != nil {
			known.Forget(req.NamespacedName)
			return reconcile.Result{}, client.IgnoreNotFound(err)
		}
		s := about(o)
		return a.reconcile(ctx, on, &s, func(ctx context.Context) (page, error) { return known.Open(ctx, o) }, known.Forget)
	}
}

// reconcile tells one surface of a subject.
func (a *Announcer) reconcile(
	ctx context.Context, on surface, s *subject, open func(context.Context) (page, error), forget func(client.ObjectKey),
) (reconcile.Result, error) {
	subscriptions, err := a.subscriptions(ctx, s.object.GetNamespace())
	if err != nil {
		return reconcile.Result{}, err
	}
	all := a.audiences(ctx, slices.DeleteFunc(subscriptions, func(s v1alpha1.Subscription) bool { return !on.tells(s.Spec.Sink) }))
	if len(s.happenings) == 0 {
		return reconcile.Result{}, nil
	}
	happened := s.happenings[len(s.happenings)-1].At.Time
	past := on.isPast(s) && a.Now().Sub(s.changed()) > old
	again, err := a.tellAll(ctx, on, looker{Announcer: a, reports: s.reports(), past: past}, s, all)
	if !errors.Is(err, errNeeded) {
		return reconcile.Result{RequeueAfter: again}, err
	}
	p, err := open(ctx)
	if err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	done := false
	defer func() {
		p.Close()
		if done {
			forget(client.ObjectKeyFromObject(s.object))
		}
	}()
	if err := p.Flush(ctx); err != nil {
		return reconcile.Result{}, err
	}
	again, err = a.tellAll(ctx, on, speaker{Announcer: a, page: p, happened: happened}, s, all)
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("tell %s of %s %s: %w", on.name, s.kind(), client.ObjectKeyFromObject(s.object), err)
	}
	done = again == 0
	return reconcile.Result{RequeueAfter: again}, nil
}

// tellAll tells all who are told through a surface. One that can't be told now keeps no other back.
func (a *Announcer) tellAll(ctx context.Context, on surface, t teller, s *subject, all []*audience) (time.Duration, error) {
	var (
		waits  = make([]time.Duration, len(all))
		failed = make([]error, len(all))
		group  errgroup.Group
	)
	group.SetLimit(destinations)
	for i := range all {
		group.Go(func() error {
			// If the bot is told to stop, the rest is for the next leader.
			if failed[i] = context.Cause(ctx); failed[i] == nil {
				waits[i], failed[i] = on.tell(a, ctx, t, s, all[i])
			}
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in failed
	var again time.Duration
	for _, wait := range waits {
		again = backoff.Sooner(again, wait)
	}
	return again, errors.Join(failed...)
}

// destinations is how many are told of one thing at once.
const destinations = 8

func (s surface) tells(sink string) bool { return slices.Contains(s.sinks, sink) }
