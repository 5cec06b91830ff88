package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// interval is what a Deliverer waits at least before it tries again.
	interval = time.Second
	// patience is for how long an event is offered to an endpoint that does not answer, or can't now, and
	// refusedPatience to one that does not want it: it may be wrong for as long as it is being repaired.
	patience        = 72 * time.Hour
	refusedPatience = 24 * time.Hour
	// soonest and latest bound when something that was refused is offered again. In between, it is after as long as
	// it has been tried already.
	soonest = 10 * time.Second
	latest  = time.Hour
)

// Options configure a Sink.
type Options struct {
	// Endpoints are where events can be sent to, by the names that targets have.
	Endpoints map[string]Endpoint
	// Transport carries the calls. Default: one of the package's own.
	Transport http.RoundTripper
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer
}

// Sink sends events to webhooks. It implements notify.Sink: a message is the event of its target, and its card is
// not looked at.
type Sink struct {
	endpoints map[string]*endpoint
	client    *http.Client
	now       func() time.Time
	calls     *prometheus.CounterVec
}

var _ notify.Sink = (*Sink)(nil)

// NewSink returns a Sink. It fails if a secret can't be one, or the metrics are registered already.
func NewSink(o Options) (*Sink, error) {
	calls, err := newCalls(o.Registerer)
	if err != nil {
		return nil, fmt.Errorf("register the metrics of webhooks: %w", err)
	}
	s := &Sink{endpoints: map[string]*endpoint{}, client: newHTTPClient(o.Transport), now: o.Now, calls: calls}
	if s.now == nil {
		s.now = time.Now
	}
	for name, e := range o.Endpoints {
		key, err := keyOf(e.Secret)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", name, err)
		}
		if key.Empty() {
			return nil, fmt.Errorf("webhook %s: there is no secret", name)
		}
		s.endpoints[name] = &endpoint{url: e.URL, key: key}
	}
	return s, nil
}

// Address implements notify.Sink: the name of the webhook.
func (s *Sink) Address(m notify.Message) string {
	if m.Target.Webhook == nil {
		return ""
	}
	return m.Target.Webhook.Name
}

// Interval implements notify.Sink.
func (s *Sink) Interval() time.Duration { return interval }

// Find implements notify.Sink. It never finds anything: a receiver that is sent an event again knows it by its ID.
func (s *Sink) Find(context.Context, notify.Message) (string, error) { return "", nil }

// Update implements notify.Sink. What was sent stays as it is.
func (s *Sink) Update(context.Context, string, notify.Message) error { return nil }

// Post implements notify.Sink. It returns the ID of the event.
func (s *Sink) Post(ctx context.Context, m notify.Message) (string, error) {
	to := m.Target.Webhook
	if to == nil {
		return "", &notify.Undeliverable{Reason: "It is for no webhook."}
	}
	endpoint, ok := s.endpoints[to.Name]
	if !ok {
		return "", &notify.Undeliverable{Reason: fmt.Sprintf("The configuration has no webhook %q.", to.Name)}
	}
	now := s.now()
	if wait, ok := endpoint.rest.begin(now); !ok {
		if err := s.tooOld(m, now); err != nil {
			return "", err
		}
		return "", &notify.Deferred{After: wait, Err: errResting}
	}
	got, err := endpoint.send(ctx, s.client, to.Event, now)
	// What took long is not the fault of when it began.
	now = s.now()
	switch {
	case err != nil:
		s.count(to.Name, outcomeFailed)
		endpoint.rest.unwell(now, 0)
		if old := s.tooOld(m, now); old != nil {
			return "", old
		}
		return "", fmt.Errorf("call webhook %s: %w", to.Name, err)
	case got.accepted():
		s.count(to.Name, outcomeAccepted)
		endpoint.rest.well()
		return idOf(to.Event), nil
	case got.overloaded():
		s.count(to.Name, outcomeOverloaded)
		wait := endpoint.rest.unwell(now, got.after)
		if old := s.tooOld(m, now); old != nil {
			return "", old
		}
		return "", &notify.Deferred{After: wait, Err: fmt.Errorf("webhook %s answered %d", to.Name, got.status)}
	default:
		s.count(to.Name, outcomeRefused)
		endpoint.rest.well()
		return "", refused(m, got, now)
	}
}

// errResting says that an endpoint is left alone.
var errResting = errors.New("the webhook did not answer, or asked for time")

// tooOld returns an error if an event has been offered for long enough.
func (s *Sink) tooOld(m notify.Message, now time.Time) error {
	if age(m, now) <= patience {
		return nil
	}
	return &notify.Undeliverable{Reason: fmt.Sprintf("The webhook %s has not taken it within three days.", m.Target.Webhook.Name)}
}

// refused returns the error for an answer that says no. Only one of them is meant for good, as the specification
// has it; others may come from a proxy, or while the receiver is being changed.
func refused(m notify.Message, got answer, now time.Time) error {
	name, tried := m.Target.Webhook.Name, age(m, now)
	err := fmt.Errorf("webhook %s answered %d", name, got.status)
	switch {
	case got.status == http.StatusGone:
		return &notify.Undeliverable{Reason: fmt.Sprintf("The webhook %s wants nothing more: it answered 410 Gone.", name), Err: err}
	case tried > refusedPatience:
		return &notify.Undeliverable{Reason: fmt.Sprintf("The webhook %s has refused it for a day: it answered %d.", name, got.status), Err: err}
	default:
		return &notify.Deferred{After: max(got.after, min(max(tried, soonest), latest)), Err: err}
	}
}

// age returns for how long a message has been due.
func age(m notify.Message, now time.Time) time.Duration {
	since := m.Since
	if since.IsZero() {
		since = m.Target.Webhook.Event.At
	}
	return now.Sub(since)
}

func (s *Sink) count(name, outcome string) { s.calls.WithLabelValues(name, outcome).Inc() }
