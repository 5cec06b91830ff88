package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// outcomes returns what the process counted.
func (w *world) outcomes(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == "outcome" {
					counted[label.GetValue()] += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return counted
}

func TestMetricsCountEveryOutcome(t *testing.T) {
	w := newWorld(t)
	w.sink.faults["post"] = []fault{{before: &notify.Deferred{Err: errLost}}, {before: errLost}, {}}
	w.sink.faults["update"] = []fault{{}, {before: &notify.Undeliverable{Reason: "gone"}}}
	for _, title := range []string{"one", "one", "one", "two", "three"} {
		w.clock.now = w.clock.now.Add(interval)
		_, _ = w.deliver(t.Context(), title)
	}
	want := map[string]float64{"deferred": 1, "failed": 1, "posted": 1, "updated": 1, "undeliverable": 1}
	if diff := cmp.Diff(want, w.outcomes(t)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}

	w = newWorld(t)
	w.sink.faults["post"] = []fault{{after: errLost}}
	for range 2 {
		_, _ = w.deliver(t.Context(), "one")
	}
	if diff := cmp.Diff(map[string]float64{"failed": 1, "recovered": 1}, w.outcomes(t)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
