package shipment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
)

// Names of the sinks in reports.
const (
	SinkSlack  = "slack"
	SinkGitHub = "github"
)

// reporters is how many Shipments are reported at once. Nearly all of their time they wait for Slack and
// GitHub, which take some 0.2 s for a call. What they ask of the API server is bounded by the ledger.
const reporters = 16

// markerPrefix begins every marker that the bot hides in a message.
const markerPrefix = "kargo-bot:shipment:"

// Reporter tells people how Shipments stand. It is the only writer of status.reports.
type Reporter struct {
	client     client.Client
	deliverers map[string]*notify.Deliverer
	links      cards.Links
	ledger     *reports
	now        func() time.Time
}

// ReporterOptions configure a Reporter.
type ReporterOptions struct {
	// Deliverers by the name of the sink. What came from a surface without one is not reported.
	Deliverers map[string]*notify.Deliverer
	Links      cards.Links
	Now        func() time.Time
}

// SetupReporter adds a Reporter to the manager.
func SetupReporter(mgr ctrl.Manager, o ReporterOptions) error {
	r := &Reporter{
		client: mgr.GetClient(), deliverers: o.Deliverers, links: o.Links, now: o.Now,
		ledger: ledger.New[v1alpha1.Shipment](mgr.GetClient(), mgr.GetAPIReader()),
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("shipment-reporter").
		For(&v1alpha1.Shipment{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: reporters, RateLimiter: newRateLimiter()}).
		Complete(r)
}

// Reconcile makes the messages about one Shipment say how it stands.
func (r *Reporter) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var s v1alpha1.Shipment
	if err := r.client.Get(ctx, req.NamespacedName, &s); err != nil {
		if apierrors.IsNotFound(err) {
			r.ledger.Forget(req.NamespacedName)
		}
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	name, parts := plan(&s)
	deliverer := r.deliverers[name]
	if deliverer == nil {
		return reconcile.Result{}, nil
	}
	messages := make([]notify.Message, len(parts))
	for i, part := range parts {
		messages[i] = r.message(&s, part)
	}
	if r.settled(&s, name, messages) {
		r.ledger.Forget(req.NamespacedName)
		return reconcile.Result{}, nil
	}
	reports, err := r.ledger.Open(ctx, &s)
	if err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	defer reports.Close()
	if err := reports.Flush(ctx); err != nil {
		return reconcile.Result{}, err
	}
	again, err := deliver(ctx, deliverer, name, messages, reports)
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("report shipment %s: %w", req, err)
	}
	return reconcile.Result{RequeueAfter: again}, nil
}

// reports is the record of what was said of Shipments, and page that of one of them.
type (
	reports = ledger.Ledger[v1alpha1.Shipment, *v1alpha1.Shipment]
	page    = ledger.Page[v1alpha1.Shipment, *v1alpha1.Shipment]
)

// key tells the report of one part of what a message is about.
func key(d *notify.Deliverer, sink string, m notify.Message, part v1alpha1.ReportPart) ledger.Key {
	return ledger.Key{Sink: sink, Target: d.Target(m), Part: part}
}

// deliver brings each message to where it belongs. One that can't be sent now does not keep the
// others back.
func deliver(ctx context.Context, d *notify.Deliverer, sink string, messages []notify.Message, reports *page) (time.Duration, error) {
	var (
		next   time.Duration
		failed error
	)
	for _, m := range messages {
		if ctx.Err() != nil {
			// The bot is told to stop: what is in hand has been finished, and the rest is for the next leader.
			return 0, errors.Join(failed, context.Cause(ctx))
		}
		if m.Part == v1alpha1.PartResult {
			card := reports.Load(key(d, sink, m, v1alpha1.PartCard))
			if card == nil || card.ID == "" && card.Error == "" {
				// The card comes first; when it is there, or can't be, this is looked at again.
				continue
			}
			m.ReplyTo = card.ID
		}
		again, err := d.Deliver(ctx, m, reports.Record(key(d, sink, m, m.Part)))
		if err != nil {
			failed = errors.Join(failed, err)
		}
		if again > 0 && (next == 0 || again < next) {
			next = again
		}
	}
	return next, failed
}

// old is how long after its end a Shipment's messages are left as they are: should a new version of
// the bot word them differently, the past is not rewritten.
const old = 24 * time.Hour

// settled reports whether the cache alone shows that nothing is left to say.
func (r *Reporter) settled(s *v1alpha1.Shipment, sink string, messages []notify.Message) bool {
	if !s.Status.Phase.IsTerminal() {
		return false
	}
	past := s.Status.FinishedAt != nil && r.now().Sub(s.Status.FinishedAt.Time) > old
	for _, m := range messages {
		i := slices.IndexFunc(s.Status.Reports, func(p v1alpha1.Report) bool { return p.Sink == sink && p.Part == m.Part })
		switch {
		case past:
		case i < 0:
			return false
		case s.Status.Reports[i].Error == "" && s.Status.Reports[i].Hash != m.Hash():
			return false
		}
	}
	return true
}

// plan says which sink a Shipment is reported to, and which messages there are now.
func plan(s *v1alpha1.Shipment) (sink string, parts []v1alpha1.ReportPart) {
	switch {
	case s.Spec.Origin.Slack != nil:
		parts = []v1alpha1.ReportPart{v1alpha1.PartCard}
		if s.Status.Phase.IsTerminal() {
			parts = append(parts, v1alpha1.PartResult)
		}
		return SinkSlack, parts
	case s.Spec.Origin.GitHub != nil:
		return SinkGitHub, []v1alpha1.ReportPart{v1alpha1.PartReaction, v1alpha1.PartCard}
	default:
		return "", nil
	}
}

// reaction is the state that the reaction to a comment tells.
func reaction(phase v1alpha1.ShipmentPhase) chatops.State {
	switch {
	case !phase.IsTerminal():
		return chatops.StateRunning
	case phase == v1alpha1.PhaseSucceeded:
		return chatops.StateSucceeded
	default:
		return chatops.StateFailed
	}
}

// message puts one part in words.
func (r *Reporter) message(s *v1alpha1.Shipment, part v1alpha1.ReportPart) notify.Message {
	m := notify.Message{
		Target:      notify.Target{Origin: s.Spec.Origin},
		Part:        part,
		Marker:      markerPrefix + string(s.UID) + ":" + string(part),
		Since:       s.CreationTimestamp.Time,
		SealedReply: s.Annotations[v1alpha1.AnnotationSlackResponse],
	}
	switch part {
	case v1alpha1.PartReaction:
		// Only the state matters: nothing is to be sent when a step passes.
		m.Card.State = reaction(s.Status.Phase)
	case v1alpha1.PartResult:
		m.Card = cards.Result(s, r.links)
		m.Mention = cards.Requester(s)
	default:
		m.Card = cards.Shipment(s, r.links)
	}
	return m
}
