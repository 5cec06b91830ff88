package record

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/route"
)

// history has as many Promotions that ended long ago.
func history(t testing.TB, n int) (*world, []string) {
	t.Helper()
	w := newWorld(t)
	var names []string
	for i := range n {
		p := w.promote(t, i, next)
		w.becomes(t, p, went, "")
		names = append(names, p.Name)
	}
	return w, names
}

// What happened before anybody asked is adopted without a word, and without a request to the API server.
func TestWhatHappenedBeforeAnybodyAskedCostsNothing(t *testing.T) {
	w, names := history(t, 100)
	w.passes(time.Minute)
	since := w.clock
	w.wants = func(e route.Event) bool { return e.At.After(since) }
	c := w.controller(t)
	for _, name := range names {
		w.look(t, c, name)
	}
	if len(w.calls) > 0 {
		t.Errorf("%d requests, the first of them %q", len(w.calls), w.calls[0])
	}
}

func TestWhatIsWrittenDownIsReadAgainFromTheCache(t *testing.T) {
	w, names := history(t, 20)
	c := w.controller(t)
	for _, name := range names {
		w.look(t, c, name)
	}
	if want := 2 * len(names); len(w.calls) != want {
		t.Errorf("%d requests, want %d: one to make each record, and one for its status", len(w.calls), want)
	}
	w.calls = nil
	for _, name := range names {
		w.look(t, c, name)
	}
	if len(w.calls) > 0 {
		t.Errorf("a second look takes %d requests, the first of them %q", len(w.calls), w.calls[0])
	}
}

func BenchmarkAPromotionThatNobodyAsksAbout(b *testing.B) {
	w, names := history(b, 1)
	w.wants = func(route.Event) bool { return false }
	c := w.controller(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Reconcile(b.Context(), request(names[0])); err != nil {
			b.Fatal(err)
		}
	}
	if len(w.calls) > 0 {
		b.Fatalf("%d requests", len(w.calls))
	}
}
