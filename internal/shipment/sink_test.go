package shipment

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
)

// sink shows messages in memory.
type sink struct {
	mu    sync.Mutex
	shown []shownMessage
	calls []string
	// posting is called before a message is posted, and may refuse it.
	posting func(notify.Message) error
	// lost makes the answer to the next Post get lost.
	lost bool
}

type shownMessage struct{ id, marker, title, replyTo, mention string }

func (s *sink) Address(m notify.Message) string {
	if m.Target.GitHub != nil {
		return m.Target.GitHub.Repo
	}
	return m.Target.Slack.Channel
}

func (s *sink) Interval() time.Duration { return time.Second }

func (s *sink) Find(_ context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "find "+string(m.Part))
	for _, shown := range s.shown {
		if shown.marker == m.Marker {
			return shown.id, nil
		}
	}
	return "", nil
}

func (s *sink) Post(_ context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "post "+string(m.Part))
	if s.posting != nil {
		if err := s.posting(m); err != nil {
			return "", err
		}
	}
	id := fmt.Sprint(len(s.shown) + 1)
	title := m.Card.Title
	if m.Part == v1alpha1.PartReaction {
		title = string(m.Card.State)
	}
	s.shown = append(s.shown, shownMessage{id: id, marker: m.Marker, title: title, replyTo: m.ReplyTo, mention: m.Mention.ID})
	if s.lost {
		s.lost = false
		return "", errLost
	}
	return id, nil
}

func (s *sink) Update(_ context.Context, id string, m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "update "+string(m.Part))
	for i := range s.shown {
		if s.shown[i].id != id {
			continue
		}
		s.shown[i].title = m.Card.Title
		if m.Part == v1alpha1.PartReaction {
			s.shown[i].title = string(m.Card.State)
		}
	}
	return nil
}

// titles returns what all messages say, in the order in which they were posted.
func (s *sink) titles() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var titles []string
	for _, shown := range s.shown {
		titles = append(titles, shown.title)
	}
	return titles
}

// reporter returns a Reporter of a new process.
func (w *world) reporter(t *testing.T, s *sink) *Reporter {
	t.Helper()
	now := func() time.Time { return w.clock }
	r := &Reporter{
		client: w.cached(), links: cards.Links{}, now: now, ledger: ledger.New[v1alpha1.Shipment](w.cached(), w.server),
		deliverers: map[string]*notify.Deliverer{},
	}
	metrics := notify.NewMetrics(prometheus.NewRegistry())
	for _, name := range []string{SinkSlack, SinkGitHub} {
		r.deliverers[name] = notify.NewDeliverer(name, s, now, metrics)
	}
	return r
}

// report reports until nothing is left to say, as the work queue does.
func (w *world) report(t *testing.T, r *Reporter) {
	t.Helper()
	for range 20 {
		result, err := r.Reconcile(t.Context(), theRequest)
		if err == nil && result.RequeueAfter == 0 {
			return
		}
		w.clock = w.clock.Add(result.RequeueAfter)
	}
	t.Fatal("there is always something left to say")
}

// becomes writes a status as the controller would, and lets a second pass.
func (w *world) becomes(t *testing.T, phase v1alpha1.ShipmentPhase, message string) {
	t.Helper()
	w.clock = w.clock.Add(time.Second)
	s := w.shipment(t)
	prepare(s)
	stage := &s.Status.Items[0].Stages[0]
	stage.Phase, stage.Message, stage.Promotion = phase, message, "red-production.01kqwz.e72fb09"
	summarize(s, w.clock)
	if err := w.server.Status().Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}
