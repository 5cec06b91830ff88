package record

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var errKilled = errors.New("the process was killed")

// chaos is a world in which two processes take themselves for the leader, each is killed between any two
// requests, and caches show what was true some time ago.
type chaos struct {
	*world

	random *rand.Rand
	leader [2]*Controller
	// versions are what the record was, the newest last.
	versions []*v1alpha1.PromotionRecord
}

func newChaos(t *testing.T, seed uint64) *chaos {
	w := &chaos{world: newWorld(t), random: rand.New(rand.NewPCG(seed, 5))}
	w.fault = func(bool, string) error {
		switch w.random.IntN(12) {
		case 0, 1:
			return errKilled
		case 2:
			return errLost
		default:
			return nil
		}
	}
	return w
}

// once has one of the processes look at a Promotion, by a cache that may be behind.
func (w *chaos) once(t *testing.T, promotion string) {
	t.Helper()
	i := w.random.IntN(2)
	if w.leader[i] == nil {
		w.leader[i] = w.controller(t)
	}
	w.stale = nil
	if n := len(w.versions); n > 0 && w.random.IntN(2) == 0 {
		w.stale = w.versions[w.random.IntN(n)]
	}
	_, err := w.leader[i].Reconcile(t.Context(), request(promotion))
	w.stale = nil
	switch {
	case errors.Is(err, errKilled):
		w.leader[i] = nil
	case err != nil && !errors.Is(err, errLost) && !apierrors.IsConflict(err):
		t.Fatal(err)
	}
	if r := w.record(t, promotion); r != nil {
		w.versions = append(w.versions, r)
	}
}

// settle has them look until there is nothing more to do.
func (w *chaos) settle(t *testing.T, promotion string) {
	t.Helper()
	for range 6 {
		w.once(t, promotion)
	}
	fault := w.fault
	w.fault = nil
	defer func() { w.fault = fault }()
	w.look(t, w.controller(t), promotion)
	w.look(t, w.controller(t), promotion)
	if r := w.record(t, promotion); r != nil {
		w.versions = append(w.versions, r)
	}
}

// TestEachRecordTellsWhatHappenedOnce lets many Promotions live through everything that can become of them.
func TestEachRecordTellsWhatHappenedOnce(t *testing.T) {
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newChaos(t, seed)
			p := w.promote(t, 1, next)
			phase, want := w.lives(t, p)
			r := w.want(t, p.Name, phase, want)
			for _, earlier := range w.versions {
				if n := len(earlier.Status.Happenings); n > len(r.Status.Happenings) || story(earlier) != story(&v1alpha1.PromotionRecord{
					Status: v1alpha1.PromotionRecordStatus{Happenings: r.Status.Happenings[:n]},
				}) {
					t.Fatalf("what was told was taken back: %s", story(earlier))
				}
			}
		})
	}
}

// lives has a Promotion live through something, and returns what is to be told of it.
func (w *chaos) lives(t *testing.T, p *kargoapi.Promotion) (phase v1alpha1.ShipmentPhase, want string) {
	t.Helper()
	hasVerification := w.random.IntN(2) == 0
	if hasVerification {
		w.verifies(t)
	}
	w.becomes(t, p, pending, "")
	w.settle(t, p.Name)
	if w.random.IntN(4) > 0 {
		// Else it is over before anybody looks.
		w.becomes(t, p, running, "")
		w.settle(t, p.Name)
	}
	want = "Started"
	w.passes(time.Minute)
	switch w.random.IntN(6) {
	case 0:
		w.becomes(t, p, failed, "no")
		w.settle(t, p.Name)
		return v1alpha1.PhaseFailed, want + ", Failed (no)"
	case 1:
		w.becomes(t, p, stopped, "terminated")
		w.settle(t, p.Name)
		w.remove(t, p)
		w.settle(t, p.Name)
		return v1alpha1.PhaseAborted, want + ", Aborted (terminated)"
	case 2:
		w.becomes(t, p, running, "")
		w.settle(t, p.Name)
		w.remove(t, p)
		w.settle(t, p.Name)
		return v1alpha1.PhaseAborted, want + ", Aborted (" + deleted + ")"
	}
	w.becomes(t, p, went, "")
	if w.random.IntN(2) == 0 {
		w.settle(t, p.Name)
	}
	w.noted(t, p)
	w.settle(t, p.Name)
	return w.goesOn(t, p, hasVerification, want+", Succeeded")
}

// goesOn is what becomes of the Stage afterwards.
func (w *chaos) goesOn(t *testing.T, p *kargoapi.Promotion, hasVerification bool, want string) (phase v1alpha1.ShipmentPhase, happened string) {
	t.Helper()
	phase = v1alpha1.PhaseSucceeded
	if hasVerification {
		w.verification(t, kargoapi.VerificationPhaseRunning, "")
		w.settle(t, p.Name)
		if w.random.IntN(2) == 0 {
			w.verification(t, verified, "")
		} else {
			w.verification(t, kargoapi.VerificationPhaseFailed, "")
			phase, want = v1alpha1.PhaseFailed, want+", VerificationFailed (It was promoted, but its verification ended: Failed.)"
		}
		w.settle(t, p.Name)
	}
	for range w.random.IntN(mostTimes + 1) {
		w.health(t, unwell, "bad")
		w.settle(t, p.Name)
		w.passes(DegradedAfter)
		w.settle(t, p.Name)
		w.health(t, well)
		w.settle(t, p.Name)
		want += ", Degraded (bad), Recovered"
	}
	q := w.promote(t, 2, later)
	w.becomes(t, q, went, "")
	w.noted(t, q)
	w.health(t, unwell, "worse")
	w.settle(t, p.Name)
	w.passes(time.Hour)
	w.settle(t, p.Name)
	return phase, want
}
