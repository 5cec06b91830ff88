package record

import (
	"context"
	"errors"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// begun has a Promotion under way of which there is a record.
func begun(t *testing.T) (*world, *Controller, *kargoapi.Promotion) {
	t.Helper()
	w := newWorld(t)
	c, p := w.controller(t), w.promote(t, 1, next)
	p.Status.StepExecutionMetadata = []kargoapi.StepExecutionMetadata{{Status: kargoapi.PromotionStepStatusRunning}}
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	w.passes(time.Minute)
	return w, c, p
}

func (w *world) remove(t *testing.T, o client.Object) {
	t.Helper()
	if err := w.server.Delete(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func TestAPromotionThatIsDeletedIsAborted(t *testing.T) {
	w, c, p := begun(t)
	w.remove(t, p)
	for range 2 {
		w.look(t, c, p.Name)
		r := w.want(t, p.Name, v1alpha1.PhaseAborted, "Started, Aborted (The Promotion was deleted from Kargo before it ended.)")
		if r.Status.Message != deleted || !r.Status.FinishedAt.Equal(at(60)) || len(r.Status.Steps) != 2 {
			t.Errorf("status %+v", r.Status)
		}
	}
}

func TestAPromotionThatIsDeletedAfterItEndedIsRememberedByItsStage(t *testing.T) {
	for phase, want := range map[kargoapi.PromotionPhase]string{went: "Started, Succeeded", failed: "Started, Failed (no)"} {
		t.Run(string(phase), func(t *testing.T) {
			w, c, p := begun(t)
			w.becomes(t, p, phase, "no")
			w.noted(t, p)
			w.remove(t, p)
			w.look(t, c, p.Name)
			r := w.record(t, p.Name)
			if got := story(r); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if !r.Status.FinishedAt.Equal(at(60)) || len(r.Status.Steps) != 2 || r.Status.CurrentStep != 1 {
				t.Errorf("status %+v", r.Status)
			}
		})
	}
}

func TestWhatTheCacheHasNotSeenIsNotTakenForDeleted(t *testing.T) {
	w, c, p := begun(t)
	c.client = missing{w.cached()}
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhasePromoting, "Started")
}

// missing is a cache that does not have a Promotion.
type missing struct{ client.Client }

func (m missing) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if _, ok := o.(*kargoapi.Promotion); ok {
		key.Name = "none"
	}
	return m.Client.Get(ctx, key, o, opts...)
}

func TestNothingIsConcludedFromAServerThatDoesNotAnswer(t *testing.T) {
	w, c, p := begun(t)
	w.remove(t, p)
	c.quorum = silent{}
	if _, err := c.Reconcile(t.Context(), request(p.Name)); !errors.Is(err, errLost) {
		t.Errorf("error: %v", err)
	}
	w.want(t, p.Name, v1alpha1.PhasePromoting, "Started")
}

// silent is a server that does not answer.
type silent struct{ client.Reader }

func (silent) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return errLost
}

func TestWhatIsDeletedAfterItWentWellIsStillFollowed(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	w.remove(t, p)
	w.health(t, unwell)
	w.look(t, c, p.Name)
	w.passes(DegradedAfter)
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, Degraded")
}
