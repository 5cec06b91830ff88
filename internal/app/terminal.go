package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

// TerminalOptions say for whom a Terminal is and what it serves.
type TerminalOptions struct {
	// Config reaches the API server with the person's own credentials.
	Config    *rest.Config
	Pipelines []kargo.Pipeline
	// KargoURL is the base URL of Kargo's UI, for links. It may be empty.
	KargoURL string
	// Code says where the code of services is, for links; nil if that is not known.
	Code *CodeOptions
	// Progress takes a line for each change of a Shipment that is waited for.
	Progress io.Writer
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
}

// TerminalFromConfig returns the Options that a configuration says for a person's own use. It takes no
// notice of surfaces and secrets.
func TerminalFromConfig(c *config.Config, cluster *rest.Config, progress io.Writer, log *slog.Logger) TerminalOptions {
	o := TerminalOptions{
		Config: cluster, Pipelines: pipelines(c.Pipelines), KargoURL: c.Kargo.URL, Progress: progress, Now: time.Now, Log: log,
	}
	if c.GitHub != nil {
		where := code(c)
		o.Code = &where
	}
	return o
}

// Terminal is the bot for one person, with that person's own credentials. It makes Shipments, which the
// bot that is served carries out.
type Terminal struct {
	self     *access.Self
	client   client.WithWatch
	bot      *bot.Bot
	links    cards.Links
	progress io.Writer
	doctor   *doctor.Doctor
	config   *rest.Config
}

// NewTerminal puts a Terminal together. It makes no call yet.
func NewTerminal(o TerminalOptions) (*Terminal, error) {
	scheme, err := NewScheme()
	if err != nil {
		return nil, err
	}
	config := rest.CopyConfig(o.Config)
	config.QPS, config.Burst = clientQPS, clientBurst
	config.WarningHandler = warnings{o.Log}
	mapper, err := newMapper(config)
	if err != nil {
		return nil, err
	}
	api, err := client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: mapper})
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}
	return newTerminal(o, api)
}

func newTerminal(o TerminalOptions, api client.WithWatch) (*Terminal, error) {
	links := cards.Links{Kargo: o.KargoURL, Projects: len(o.Pipelines) > 1}
	self := access.NewSelf(api)
	snapshot := kargo.NewSnapshot(api, api.Scheme())
	if err := kargo.IndexPromotions(context.Background(), snapshot); err != nil {
		return nil, err
	}
	catalogue := kargo.NewCatalogue(snapshot, o.Pipelines)
	examiner := doctor.New(catalogue, o.Now)
	queries := bot.Queries{Library: catalogue, Rights: self, Doctor: examiner}
	if o.Code != nil {
		queries.Code = freightdiff.NewCode(freightdiff.CodeOptions{Forge: unasked{}, Web: o.Code.Web, Source: o.Code.Source})
	}
	return &Terminal{
		self: self, client: api, links: links, progress: o.Progress, doctor: examiner, config: o.Config,
		bot: bot.New(bot.Options{
			Queries:     queries,
			Catalogue:   catalogue,
			People:      self,
			Permissions: self,
			Shipments:   api,
			Cache:       snapshot,
			Quorum:      api,
			Links:       links,
			Now:         o.Now,
			Log:         o.Log,
			Metrics:     bot.NewMetrics(prometheus.NewRegistry()),
		}),
	}, nil
}

// askTimeout bounds a command, the login that a kubeconfig may ask for included.
const askTimeout = time.Minute

// examineTimeout bounds an examination: a look at everything of a large cluster.
const examineTimeout = 3 * time.Minute

// Ask answers a command line. It asks each time anew, and never meets what was asked before.
func (t *Terminal) Ask(ctx context.Context, line string) bot.Answer {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	actor, err := t.self.Actor(ctx)
	if err != nil {
		return refused(unreachable(err))
	}
	subject, err := t.self.Subject(ctx, actor)
	if err != nil {
		return refused(unreachable(err))
	}
	answer := t.bot.Handle(ctx, bot.Request{Actor: actor, Line: line, Key: rand.Text()})
	if problem := explain(subject, answer.Problem); problem != nil {
		return refused(problem)
	}
	return answer
}

// Follow waits for the end of a Shipment, as terminal.Follower does.
func (t *Terminal) Follow(ctx context.Context, s *v1alpha1.Shipment) (*v1alpha1.Shipment, error) {
	return terminal.Follower{Client: t.client, Progress: t.progress}.Follow(ctx, s)
}

// Card says how a Shipment stands.
func (t *Terminal) Card(s *v1alpha1.Shipment) chatops.Card { return cards.Shipment(s, t.links) }

func refused(p *chatops.Problem) bot.Answer { return bot.Answer{Card: p.Card(), Problem: p} }

// unreachable has the text for a person whose first question was not answered.
func unreachable(err error) *chatops.Problem {
	if problem, ok := asProblem(err); ok {
		return problem
	}
	p := &chatops.Problem{Code: chatops.CodeUnavailable, Title: "I can't reach Kubernetes, so I did nothing.", Err: err}
	if apierrors.IsUnauthorized(err) {
		p.Title = "Kubernetes does not accept your credentials, so I did nothing."
	}
	p.Body = []chatops.Text{chatops.Line(
		chatops.Plain("Is it the cluster that you mean, and are you logged in? "), chatops.Code("kubectl auth whoami"))}
	return p
}

// explain finds what only the person can mend in a problem that the bot, which otherwise has credentials
// of its own, takes for its operator's. It returns nil for any other.
func explain(subject access.Subject, p *chatops.Problem) *chatops.Problem {
	if p == nil || p.Err == nil {
		return nil
	}
	status, ok := asStatus(p.Err)
	if !ok {
		return nil
	}
	details := status.Status().Details
	switch _, denied, byPolicy := strings.Cut(status.Status().Message, "denied request: "); {
	case byPolicy:
		return &chatops.Problem{
			Code:  chatops.CodeForbidden,
			Title: "Kubernetes does not let you make this request, so nothing was done.",
			Body:  []chatops.Text{chatops.Line(chatops.Plain(chatops.Shorten(denied, maxDenied)))},
			Err:   p,
		}
	case apierrors.IsForbidden(status):
		return subject.Unbound(namespaceIn(status.Status().Message), p)
	case apierrors.IsNotFound(status) && details != nil && details.Group == v1alpha1.GroupVersion.Group:
		return &chatops.Problem{
			Code:  chatops.CodeUnavailable,
			Title: "There is no kargo-bot in this cluster, so nothing was done.",
			Body: []chatops.Text{chatops.Line(chatops.Plain(
				"Its API server knows no Shipments. The bot is installed by its chart: docs/install.md."))},
			Err: p,
		}
	}
	return nil
}

// maxDenied bounds what is repeated of the word of an admission policy, in characters.
const maxDenied = 1000
