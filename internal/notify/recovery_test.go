package notify_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

func TestDeliverFindsAMessageWhoseAnswerWasLost(t *testing.T) {
	w := newWorld(t)
	w.sink.faults["post"] = []fault{{after: errLost}}
	if _, err := w.deliver(t.Context(), "one"); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.settle(t, "two")
	w.wantShown(t, "two")
	if diff := cmp.Diff([]string{"post", "find", "update"}, w.sink.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
}

func TestDeliverPostsAgainWhatWasNotSent(t *testing.T) {
	w := newWorld(t)
	w.sink.faults["post"] = []fault{{before: errLost}}
	if _, err := w.deliver(t.Context(), "one"); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.settle(t, "one")
	w.wantShown(t, "one")
	if diff := cmp.Diff([]string{"post", "find", "post"}, w.sink.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
}

func TestDeliverAfterACrash(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"before the intent was recorded": func(w *world) { w.record.faults = []fault{{before: errCrash}} },
		"after the intent was recorded":  func(w *world) { w.record.faults = []fault{{after: errCrash}} },
		"before it was sent":             func(w *world) { w.sink.faults["post"] = []fault{{before: errCrash}} },
		"after it was sent":              func(w *world) { w.sink.faults["post"] = []fault{{after: errCrash}} },
		"before it was recorded as sent": func(w *world) { w.record.faults = []fault{{}, {before: errCrash}} },
		"after it was recorded as sent":  func(w *world) { w.record.faults = []fault{{}, {after: errCrash}} },
		"after a deferral": func(w *world) {
			w.sink.faults["post"] = []fault{{before: &notify.Deferred{Err: errLost}}, {after: errCrash}}
		},
		"while it looked after a crash": func(w *world) {
			w.sink.faults["post"], w.sink.faults["find"] = []fault{{after: errCrash}}, []fault{{after: errCrash}}
		},
		"before what it found was recorded": func(w *world) {
			w.sink.faults["post"], w.record.faults = []fault{{after: errLost}}, []fault{{}, {before: errCrash}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			prepare(w)
			crashed := false
			for range 5 {
				again, err := w.deliver(t.Context(), "one")
				crashed = crashed || errors.Is(err, errCrash)
				w.clock.now = w.clock.now.Add(again)
			}
			if !crashed {
				t.Fatalf("there was no crash: %v", w.sink.calls)
			}
			w.settle(t, "two")
			w.wantShown(t, "two")
		})
	}
}

func TestDeliverRemembersOnlyWhatWasDeferred(t *testing.T) {
	w := newWorld(t)
	// Deferred, then sent without an answer: that it was deferred before proves nothing any more.
	w.sink.faults["post"] = []fault{{before: &notify.Deferred{Err: errLost}}, {after: errLost}}
	for range 2 {
		if _, err := w.deliver(t.Context(), "one"); err != nil && !errors.Is(err, errLost) {
			t.Fatal(err)
		}
	}
	w.settle(t, "one")
	w.wantShown(t, "one")
}

// Whatever goes wrong, and however often the process dies, people see one message, and in the end
// it says the last word.
func TestDeliverUnderRandomFaults(t *testing.T) {
	faults := []fault{
		{before: errLost}, {after: errLost}, {before: errCrash}, {after: errCrash},
		{before: &notify.Deferred{After: 5 * time.Second, Err: errLost}},
	}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 42))
		w := newWorld(t)
		plan := func(mayDefer bool) []fault {
			planned := make([]fault, 30)
			for i := range planned {
				if random.IntN(2) == 0 {
					planned[i] = faults[random.IntN(len(faults))]
				}
				if !mayDefer && errors.As(planned[i].before, new(*notify.Deferred)) {
					planned[i] = fault{}
				}
			}
			return planned
		}
		w.record.faults = plan(false)
		for _, op := range []string{"post", "update", "find"} {
			w.sink.faults[op] = plan(true)
		}
		title := ""
		for i := range 30 {
			if title == "" || random.IntN(3) == 0 {
				title = fmt.Sprint("word ", i)
			}
			again, _ := w.deliver(t.Context(), title)
			// The queue comes back when told, or before, because the object has changed.
			w.clock.now = w.clock.now.Add(time.Duration(random.Int64N(int64(again + interval))))
			if len(w.sink.shown) > 1 {
				t.Fatalf("seed %d: two messages after %v", seed, w.sink.calls)
			}
		}
		w.record.faults, w.sink.faults = nil, map[string][]fault{}
		w.settle(t, "the last word")
		w.wantShown(t, "the last word")
		if w.record.saved.Hash != message("the last word").Hash() {
			t.Errorf("seed %d: record %+v", seed, w.record.saved)
		}
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, slices.Compact(w.sink.calls))
		}
	}
}
