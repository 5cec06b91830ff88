package announce

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

var errBroken = errors.New("broken")

// Whatever goes wrong, and however often the bot dies, everything that happened is told, and nothing is told
// twice: in a message of its own or in one summary, and to a program in one event.
func TestEverythingIsToldOnceWhateverGoesWrong(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 5))
		w := newWorld(t, table(rule(), route.Rule{On: v1alpha1.Outcomes(), To: []route.Destination{{Sink: route.SinkWebhook, Target: "audit"}}}))
		w.breakThings(random)
		a := w.announcer()
		const promotions = 12
		for i := range promotions {
			name := fmt.Sprintf("p%02d", i)
			w.record(t, name, func(p *v1alpha1.PromotionRecord) { p.Spec.Service = fmt.Sprint("s", i) })
			w.happens(t, name, v1alpha1.OutcomeStarted, v1alpha1.PhasePromoting)
			for range random.IntN(3) {
				_, _ = w.pass(t, a)
			}
			w.happens(t, name, v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
			if random.IntN(3) == 0 {
				a = w.announcer() // the bot died
			}
			_, _ = w.pass(t, a)
			w.clock = w.clock.Add(time.Duration(random.IntN(20)) * time.Second)
		}
		w.faults, w.said.fault = interceptor.Funcs{}, nil
		w.settle(t, w.announcer())
		w.wantEachOnce(t, promotions)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// breakThings makes calls fail by chance, before or after they have had their effect.
func (w *world) breakThings(random *rand.Rand) {
	w.said.fault = func(_ string, done bool) error {
		switch n := random.IntN(10); {
		case n == 0 && !done:
			return &notify.Deferred{After: time.Second, Err: errBroken}
		case n == 1:
			return errBroken
		default:
			return nil
		}
	}
	w.faults.SubResourcePatch = func(
		ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption,
	) error {
		n := random.IntN(10)
		if n == 0 {
			return errBroken
		}
		err := c.SubResource(name).Patch(ctx, o, patch, opts...)
		if n == 1 {
			return errBroken
		}
		return err
	}
}

// wantEachOnce expects every promotion to be told once in the channel, and each of its happenings once by webhook.
func (w *world) wantEachOnce(t *testing.T, promotions int) {
	t.Helper()
	seen := map[string]int{}
	for _, s := range w.said.shown {
		seen[s.target+" "+s.marker]++
	}
	for marker, n := range seen {
		if n != 1 && !strings.HasPrefix(marker, "audit ") {
			t.Errorf("%s: %d times", marker, n)
		}
	}
	own, summaries := w.kinds(deploys)
	var records v1alpha1.PromotionRecordList
	w.list(t, &records)
	folded := 0
	for _, p := range records.Items {
		ways := 0
		for _, r := range p.Status.Reports {
			if r.Sink == route.SinkSlack && (r.Part == v1alpha1.PartCard || r.Part == v1alpha1.PartSummary) {
				ways++
				if r.Part == v1alpha1.PartSummary {
					folded++
				}
			}
		}
		if ways != 1 {
			t.Errorf("%s is told in %d ways: %+v", p.Name, ways, p.Status.Reports)
		}
	}
	if own+folded != promotions || folded > 0 && len(summaries) == 0 {
		t.Errorf("%d messages, %d summed up in %d", own, folded, len(summaries))
	}
	ids := map[string]bool{}
	for _, s := range w.said.in("audit") {
		// What was sent and not acknowledged is sent again, under the same ID.
		ids[s.card.Target.Webhook.Event.ID] = true
	}
	if len(ids) != 2*promotions {
		t.Errorf("%d events of %d", len(ids), 2*promotions)
	}
}
