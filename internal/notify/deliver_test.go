package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

func TestDeliverPostsOnceAndRecordsIt(t *testing.T) {
	w := newWorld(t)
	again, err := w.deliver(t.Context(), "one")
	if again != 0 || err != nil {
		t.Fatalf("again in %s, %v", again, err)
	}
	w.wantShown(t, "one")
	want := &v1alpha1.Report{
		Sink: "memory", Target: "C7", Part: v1alpha1.PartCard, ID: "1", Hash: message("one").Hash(), At: stamped(w.clock.now),
	}
	if diff := cmp.Diff(want, w.record.saved); diff != "" {
		t.Errorf("record: -want +got\n%s", diff)
	}
}

func TestDeliverSaysNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.settle(t, "one")
	w.clock.now = w.clock.now.Add(time.Hour)
	for range 3 {
		w.settle(t, "one")
		w.restart()
	}
	if diff := cmp.Diff([]string{"post"}, w.sink.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
}

func TestDeliverUpdatesInPlace(t *testing.T) {
	w := newWorld(t)
	w.settle(t, "one")
	w.clock.now = w.clock.now.Add(interval)
	again, err := w.deliver(t.Context(), "two")
	if again != 0 || err != nil {
		t.Fatalf("again in %s, %v", again, err)
	}
	w.wantShown(t, "two")
	if w.record.saved.Hash != message("two").Hash() || !w.record.saved.At.Time.Equal(w.clock.now) {
		t.Errorf("record: %+v", w.record.saved)
	}
}

func TestDeliverKeepsTheIntervalBetweenUpdates(t *testing.T) {
	w := newWorld(t)
	w.settle(t, "one")
	for elapsed, want := range map[time.Duration]time.Duration{
		0:                      interval,
		400 * time.Millisecond: 600 * time.Millisecond,
		999 * time.Millisecond: time.Millisecond,
	} {
		posted := w.sink.shown[0].changed[0]
		w.clock.now = posted.Add(elapsed)
		again, err := w.deliver(t.Context(), "two")
		if again != want || err != nil {
			t.Errorf("after %s: again in %s, %v; want %s", elapsed, again, err, want)
		}
	}
	w.wantShown(t, "one")

	// What was said in between is never shown: only the last word counts.
	w.settle(t, "three")
	if shown := w.wantShown(t, "three"); len(shown.changed) != 2 {
		t.Errorf("changed at %v", shown.changed)
	}
}

func TestDeliverUpdatesThoughTheClockWasSetBack(t *testing.T) {
	w := newWorld(t)
	w.settle(t, "one")
	w.clock.now = w.clock.now.Add(-time.Hour)
	if again, err := w.deliver(t.Context(), "two"); again != 0 || err != nil {
		t.Fatalf("again in %s, %v", again, err)
	}
	w.wantShown(t, "two")
}

func TestDeliverWaitsAsItIsTold(t *testing.T) {
	deferred := &notify.Deferred{After: 30 * time.Second, Err: errors.New("ratelimited")}
	w := newWorld(t)
	w.sink.faults["post"] = []fault{{before: deferred}, {before: &notify.Deferred{Err: errors.New("ratelimited")}}}
	for _, want := range []time.Duration{30 * time.Second, interval, 0} {
		again, err := w.deliver(t.Context(), "one")
		if again != want || err != nil {
			t.Fatalf("again in %s, %v; want %s", again, err, want)
		}
		w.clock.now = w.clock.now.Add(again)
	}
	// It is known that nothing was sent, so nothing is looked for.
	if diff := cmp.Diff([]string{"post", "post", "post"}, w.sink.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}

	w.clock.now = w.clock.now.Add(interval)
	w.sink.faults["update"] = []fault{{before: deferred}}
	if again, err := w.deliver(t.Context(), "two"); again != 30*time.Second || err != nil {
		t.Errorf("update: again in %s, %v", again, err)
	}
	w.settle(t, "two")
	w.wantShown(t, "two")
}

// A sink without an interval of its own is called again all the same.
func TestDeliverNeverForgetsADeferredMessage(t *testing.T) {
	w := newWorld(t)
	w.sink.interval = 0
	w.sink.faults["post"] = []fault{{before: &notify.Deferred{Err: errors.New("ratelimited")}}, {after: errLost}}
	if again, err := w.deliver(t.Context(), "one"); again <= 0 || err != nil {
		t.Fatalf("again in %s, %v", again, err)
	}
	if _, err := w.deliver(t.Context(), "one"); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	if again, err := w.deliver(t.Context(), "two"); again <= 0 || err != nil {
		t.Fatalf("found it, and then again in %s, %v", again, err)
	}
	w.settle(t, "two")
	w.wantShown(t, "two")
}

func TestDeliverGivesUpWhatCannotBeDelivered(t *testing.T) {
	gone := &notify.Undeliverable{Reason: "The channel is archived.", Err: errors.New("is_archived")}
	for _, op := range []string{"post", "update", "find"} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			switch op {
			case "update":
				w.settle(t, "one")
				w.clock.now = w.clock.now.Add(interval)
			case "find":
				w.sink.faults["post"] = []fault{{before: errLost}}
				if _, err := w.deliver(t.Context(), "one"); !errors.Is(err, errLost) {
					t.Fatalf("error: %v", err)
				}
			}
			w.sink.faults[op] = []fault{{before: gone}}
			again, err := w.deliver(t.Context(), "two")
			if again != 0 || err != nil {
				t.Fatalf("again in %s, %v", again, err)
			}
			if w.record.saved.Error != "The channel is archived." {
				t.Errorf("record: %+v", w.record.saved)
			}
			calls := slices.Clone(w.sink.calls)
			w.settle(t, "three")
			w.restart()
			w.settle(t, "four")
			if diff := cmp.Diff(calls, w.sink.calls); diff != "" {
				t.Errorf("tried again: %s", diff)
			}
		})
	}
}

func TestDeliverSendsNothingThatItCouldNotAnnounce(t *testing.T) {
	w := newWorld(t)
	w.record.faults = []fault{{before: errLost}, {before: errLost}}
	for range 2 {
		if _, err := w.deliver(t.Context(), "one"); !errors.Is(err, errLost) {
			t.Fatalf("error: %v", err)
		}
	}
	if len(w.sink.calls) > 0 {
		t.Errorf("calls: %v", w.sink.calls)
	}
	w.settle(t, "one")
	w.wantShown(t, "one")
}

func TestDeliverErrorsNameTheMessageAndTheCause(t *testing.T) {
	w := newWorld(t)
	w.sink.faults["post"] = []fault{{before: context.DeadlineExceeded}}
	_, err := w.deliver(t.Context(), "one")
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "post memory message in C7: context deadline exceeded" {
		t.Errorf("error: %v", err)
	}
}
