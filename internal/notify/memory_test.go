package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// interval is the least time between two updates of a message in memory.
const interval = time.Second

var errLost = errors.New("connection reset by peer")

// fault is what goes wrong in a call: before it has an effect, or after.
type fault struct{ before, after error }

// errCrash in a fault ends the process right there.
var errCrash = errors.New("crash")

// memorySink shows messages in memory. Its next calls go wrong as planned.
type memorySink struct {
	clock    *clock
	interval time.Duration
	shown    []*shownMessage
	calls    []string
	faults   map[string][]fault
}

// shownMessage is a message that people see.
type shownMessage struct {
	id, marker, title string
	// changed is when it was posted and updated.
	changed []time.Time
}

func (s *memorySink) Address(m notify.Message) string { return m.Target.Slack.Channel }

func (s *memorySink) Interval() time.Duration { return s.interval }

func (s *memorySink) Find(ctx context.Context, m notify.Message) (id string, err error) {
	err = s.call(ctx, "find", func() {
		for _, shown := range s.shown {
			if shown.marker == m.Marker {
				id = shown.id
			}
		}
	})
	return id, err
}

func (s *memorySink) Post(ctx context.Context, m notify.Message) (id string, err error) {
	err = s.call(ctx, "post", func() {
		id = fmt.Sprint(len(s.shown) + 1)
		s.shown = append(s.shown, &shownMessage{id: id, marker: m.Marker, title: m.Card.Title, changed: []time.Time{s.clock.now}})
	})
	return id, err
}

func (s *memorySink) Update(ctx context.Context, id string, m notify.Message) error {
	return s.call(ctx, "update", func() {
		for _, shown := range s.shown {
			if shown.id == id {
				shown.title = m.Card.Title
				shown.changed = append(shown.changed, s.clock.now)
			}
		}
	})
}

// call does what was called for, unless that is planned to go wrong.
func (s *memorySink) call(ctx context.Context, name string, effect func()) error {
	s.calls = append(s.calls, name)
	if _, ok := ctx.Deadline(); !ok {
		return errors.New("called without a deadline")
	}
	var planned fault
	if plan := s.faults[name]; len(plan) > 0 {
		planned, s.faults[name] = plan[0], plan[1:]
	}
	return planned.happen(effect)
}

// happen lets the effect happen, or the fault. The error of one that comes after stands for a lost answer.
func (f fault) happen(effect func()) error {
	for _, err := range []error{f.before, f.after} {
		if errors.Is(err, errCrash) {
			defer panic(errCrash)
		}
	}
	if f.before != nil {
		return f.before
	}
	effect()
	return f.after
}

// memoryRecord is what survives a crash. Its next writes go wrong as planned.
type memoryRecord struct {
	saved  *v1alpha1.Report
	faults []fault
}

func (r *memoryRecord) Load() *v1alpha1.Report {
	if r.saved == nil {
		return nil
	}
	report := *r.saved
	return &report
}

func (r *memoryRecord) Save(_ context.Context, report v1alpha1.Report) error {
	var planned fault
	if len(r.faults) > 0 {
		planned, r.faults = r.faults[0], r.faults[1:]
	}
	return planned.happen(func() { r.saved = &report })
}

// clock stands still unless it is moved.
type clock struct{ now time.Time }

// world is one message on its way: where it is shown, what is known of it, and the process.
type world struct {
	clock     *clock
	sink      *memorySink
	record    *memoryRecord
	deliverer *notify.Deliverer
	registry  *prometheus.Registry
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := &clock{now: time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)}
	w := &world{clock: clock, sink: &memorySink{clock: clock, interval: interval, faults: map[string][]fault{}}, record: &memoryRecord{}}
	w.restart()
	return w
}

// restart begins a new process, which knows only what was recorded.
func (w *world) restart() {
	w.registry = prometheus.NewRegistry()
	w.deliverer = notify.NewDeliverer("memory", w.sink, func() time.Time { return w.clock.now }, notify.NewMetrics(w.registry))
}

// deliver brings the message with this title where it belongs, and restarts if the process dies of it.
func (w *world) deliver(ctx context.Context, title string) (again time.Duration, err error) {
	defer func() {
		switch died := recover(); died {
		case nil:
		case errCrash:
			w.restart()
			again, err = 0, errCrash
		default:
			panic(died)
		}
	}()
	return w.deliverer.Deliver(ctx, message(title), w.record)
}

// settle delivers until nothing is left to do, as a work queue does.
func (w *world) settle(t *testing.T, title string) {
	t.Helper()
	for range 20 {
		again, err := w.deliver(t.Context(), title)
		if again == 0 && err == nil {
			return
		}
		w.clock.now = w.clock.now.Add(again)
	}
	t.Fatalf("no end: %v", w.sink.calls)
}

// wantShown expects exactly one message, which says title.
func (w *world) wantShown(t *testing.T, title string) *shownMessage {
	t.Helper()
	if len(w.sink.shown) != 1 {
		t.Fatalf("%d messages are shown, after %v", len(w.sink.shown), w.sink.calls)
	}
	if got := w.sink.shown[0].title; got != title {
		t.Errorf("it says %q, want %q, after %v", got, title, w.sink.calls)
	}
	return w.sink.shown[0]
}

func message(title string) notify.Message {
	return notify.Message{
		Target: notify.Target{Origin: v1alpha1.Origin{Slack: &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42"}}},
		Part:   v1alpha1.PartCard,
		Marker: "kargo-bot:shipment:7f3c9a:Card",
		Card:   chatops.Card{Title: title},
	}
}

func stamped(t time.Time) metav1.Time { return metav1.NewTime(t) }
