package record

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestRecordsAreKeptForSoLong(t *testing.T) {
	w := newWorld(t)
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, failed, "no")
	w.look(t, c, p.Name)
	w.passes(w.retention - time.Minute)
	if result := w.look(t, c, p.Name); result.RequeueAfter != time.Minute || w.record(t, p.Name) == nil {
		t.Errorf("again in %s", result.RequeueAfter)
	}
	w.passes(time.Minute)
	if result := w.look(t, c, p.Name); result.RequeueAfter != newestCheck || w.record(t, p.Name) == nil {
		t.Fatalf("the newest of a Stage was not kept; again in %s", result.RequeueAfter)
	}
	q := w.promote(t, 2, next)
	w.becomes(t, q, running, "")
	w.look(t, c, q.Name)
	w.look(t, c, p.Name)
	if w.record(t, p.Name) != nil {
		t.Error("it is still there")
	}
	// The Promotion is still there.
	w.look(t, c, p.Name)
	if w.record(t, p.Name) != nil {
		t.Error("it is there again")
	}
}

func TestRecordsOfAStageThatIsGoneAreNotKept(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	stage := &kargoapi.Stage{}
	stage.Namespace, stage.Name = "microsvcs", theStage
	w.remove(t, stage)
	w.passes(w.retention)
	w.look(t, c, p.Name)
	w.look(t, c, p.Name)
	if w.record(t, p.Name) != nil {
		t.Error("it is still there")
	}
}

func TestWithoutARetentionRecordsAreKeptForEver(t *testing.T) {
	w := newWorld(t)
	w.retention = 0
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, failed, "no")
	w.look(t, c, p.Name)
	w.passes(10_000 * time.Hour)
	if result := w.look(t, c, p.Name); result.RequeueAfter != 0 {
		t.Errorf("again in %s", result.RequeueAfter)
	}
	w.want(t, p.Name, v1alpha1.PhaseFailed, "Started, Failed (no)")
}
