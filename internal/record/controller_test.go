package record

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

const (
	running  = kargoapi.PromotionPhaseRunning
	went     = kargoapi.PromotionPhaseSucceeded
	failed   = kargoapi.PromotionPhaseFailed
	stopped  = kargoapi.PromotionPhaseAborted
	pending  = kargoapi.PromotionPhasePending
	unwell   = kargoapi.HealthStateUnhealthy
	well     = kargoapi.HealthStateHealthy
	verified = kargoapi.VerificationPhaseSuccessful
)

var errLost = errors.New("connection reset by peer")

func TestAPromotionThatGoesWell(t *testing.T) {
	w := newWorld(t)
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, pending, "")
	w.look(t, c, p.Name)
	if w.record(t, p.Name) != nil {
		t.Fatal("there is a record of a Promotion that waits, though nothing has happened")
	}
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	r := w.want(t, p.Name, v1alpha1.PhasePromoting, "Started")
	spec := v1alpha1.PromotionRecordSpec{
		Service: "red", Environment: "production", Stage: theStage, Freight: next, Alias: "alias-of-3.2.0",
		Version: "3.2.0", FromVersion: "3.1.0", From: before, By: "octocat",
	}
	if diff := cmp.Diff(spec, r.Spec); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	p.Status.StepExecutionMetadata = []kargoapi.StepExecutionMetadata{{Status: kargoapi.PromotionStepStatusSucceeded}, {Status: kargoapi.PromotionStepStatusRunning}}
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	steps := []v1alpha1.StepStatus{{Name: "git-clone", Phase: "Succeeded"}, {Name: "git-push", Phase: "Running"}}
	if r = w.record(t, p.Name); r.Status.CurrentStep != 2 || !slices.Equal(r.Status.Steps, steps) {
		t.Errorf("at step %d of %v", r.Status.CurrentStep, r.Status.Steps)
	}
	w.clock = w.clock.Add(time.Minute)
	w.becomes(t, p, went, "")
	w.look(t, c, p.Name)
	r = w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
	if !r.Status.StartedAt.Equal(at(0)) || !r.Status.FinishedAt.Equal(at(60)) || !r.Status.Happenings[1].At.Equal(at(60)) {
		t.Errorf("from %s to %s", r.Status.StartedAt, r.Status.FinishedAt)
	}
	w.noted(t, p)
	w.health(t, well)
	w.look(t, c, p.Name)
	if r = w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded"); r.Status.Health != "Healthy" || r.Status.Replaced {
		t.Errorf("health %q, replaced %t", r.Status.Health, r.Status.Replaced)
	}
}

func TestHowAPromotionEnds(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*kargoapi.Promotion)
		phase   kargoapi.PromotionPhase
		message string
		after   v1alpha1.ShipmentPhase
		want    string
	}{
		"failed":  {phase: failed, message: "no", after: v1alpha1.PhaseFailed, want: "Started, Failed (no)"},
		"errored": {phase: kargoapi.PromotionPhaseErrored, message: "no", after: v1alpha1.PhaseErrored, want: "Started, Failed (no)"},
		"aborted": {phase: stopped, message: "terminated", after: v1alpha1.PhaseAborted, want: "Started, Aborted (terminated)"},
		"rolled back": {
			prepare: func(p *kargoapi.Promotion) { p.Annotations[kargoapi.AnnotationKeyRollback] = "true" },
			phase:   went, after: v1alpha1.PhaseSucceeded, want: "Started, RolledBack",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var changes []func(*kargoapi.Promotion)
			if test.prepare != nil {
				changes = append(changes, test.prepare)
			}
			p := w.promote(t, 1, next, changes...)
			w.becomes(t, p, test.phase, test.message)
			c := w.controller(t)
			for range 3 {
				w.look(t, c, p.Name)
			}
			w.want(t, p.Name, test.after, test.want)
		})
	}
}

func TestWhoeverIsAbortedInTheQueueNeverStarted(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next)
	p.Status = kargoapi.PromotionStatus{Phase: stopped, Message: "terminated", FinishedAt: at(3)}
	if err := w.server.Status().Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller(t), p.Name)
	w.want(t, p.Name, v1alpha1.PhaseAborted, "Aborted (terminated)")
}

func TestWhoAskedTheBot(t *testing.T) {
	shipment := &v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{
		Action: v1alpha1.ActionRollback, Reason: "errors at checkout",
		Items:       []v1alpha1.ShipmentItem{{Service: "red", Path: []string{theStage}, Freight: next, Version: "3.2.0", From: before, FromVersion: "3.1.0-shown"}},
		RequestedBy: v1alpha1.Actor{Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev"},
	}}
	shipment.Namespace, shipment.Name, shipment.UID = "microsvcs", "rollback-red", "5d0c6f3e"
	made := func(actor, uid string) func(*kargoapi.Promotion) {
		return func(p *kargoapi.Promotion) {
			p.Labels = map[string]string{v1alpha1.LabelShipmentUID: uid}
			p.Annotations = map[string]string{
				kargoapi.AnnotationKeyCreateActor: actor, v1alpha1.AnnotationShipment: shipment.Name,
				v1alpha1.AnnotationRequestedBy: "slack:T01/U42 (octocat@acme.dev)",
			}
		}
	}
	const bot = "kubernetes:system:serviceaccount:kargo-bot:kargo-bot"
	w := newWorld(t, shipment)
	var people []string
	w.wants = func(e route.Event) bool { people = e.People; return true }
	p := w.promote(t, 1, next, made(bot, "5d0c6f3e"))
	w.becomes(t, p, went, "")
	w.look(t, w.controller(t), p.Name)
	got := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, RolledBack").Spec
	want := v1alpha1.PromotionRecordSpec{
		Service: "red", Environment: "production", Stage: theStage, Freight: next, Alias: "alias-of-3.2.0", Version: "3.2.0",
		From: before, FromVersion: "3.1.0-shown", Rollback: true, By: "octocat", RequestedBy: &shipment.Spec.RequestedBy,
		Shipment: shipment.Name, Reason: "errors at checkout",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !slices.Equal(people, []string{"U42"}) {
		t.Errorf("people %v", people)
	}
	// Anybody who may promote can set our annotations.
	for i, forged := range []func(*kargoapi.Promotion){made("kubernetes:mallory", "5d0c6f3e"), made(bot, "other")} {
		p := w.promote(t, 10+i, next, forged)
		w.becomes(t, p, went, "")
		w.look(t, w.controller(t), p.Name)
		if spec := w.record(t, p.Name).Spec; spec.RequestedBy != nil || spec.Shipment != "" || spec.Rollback || spec.By == "octocat" {
			t.Errorf("it is taken for what it is not: %+v", spec)
		}
	}
}

func TestKargoItselfIsNobody(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next, func(p *kargoapi.Promotion) { p.Annotations = nil })
	w.becomes(t, p, running, "")
	w.look(t, w.controller(t), p.Name)
	if by := w.record(t, p.Name).Spec.By; by != "" {
		t.Errorf("by %q", by)
	}
}

func TestWhatRanBefore(t *testing.T) {
	for name, test := range map[string]struct {
		freight string
		noted   bool
		want    string
	}{
		"the Stage has not noted it":    {next, false, "3.1.0"},
		"the Stage has noted it":        {next, true, "3.1.0"},
		"the same again, not noted":     {before, false, "3.1.0"},
		"the same again, and noted":     {before, true, "3.1.0"},
		"what ran long ago, and noted":  {older, true, "3.1.0"},
		"what ran long ago, not noted ": {older, false, "3.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newFreight(older, "3.0.0"))
			p := w.promote(t, 1, test.freight)
			w.becomes(t, p, went, "")
			if test.noted {
				w.noted(t, p)
			}
			w.look(t, w.controller(t), p.Name)
			if got := w.record(t, p.Name).Spec.FromVersion; got != test.want {
				t.Errorf("from %q, want %q", got, test.want)
			}
		})
	}
}

func TestWhatIsNoMoreIsKnownByWhatTheStageRemembers(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next)
	w.becomes(t, p, went, "")
	w.noted(t, p)
	if err := w.server.Delete(t.Context(), newFreight(next, "")); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller(t), p.Name)
	if spec := w.record(t, p.Name).Spec; spec.Version != "3.2.0" || spec.FromVersion != "3.1.0" {
		t.Errorf("from %q to %q", spec.FromVersion, spec.Version)
	}
}

func TestAStageThatNobodyCanNameIsOfNoConcern(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next, func(p *kargoapi.Promotion) { p.Spec.Stage = "something-else" })
	w.becomes(t, p, failed, "no")
	w.look(t, w.controller(t), p.Name)
	if w.record(t, p.Name) != nil {
		t.Error("there is a record")
	}
}

func TestOnlyWhatSomebodyWantsToKnowIsRecorded(t *testing.T) {
	w := newWorld(t)
	w.wants = func(e route.Event) bool { return e.Outcome == v1alpha1.OutcomeFailed }
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	if len(w.calls) > 0 || w.record(t, p.Name) != nil {
		t.Fatalf("calls %v", w.calls)
	}
	w.becomes(t, p, failed, "no")
	w.look(t, c, p.Name)
	// What came before belongs to it.
	w.want(t, p.Name, v1alpha1.PhaseFailed, "Started, Failed (no)")
}

func TestAskedOfWhatHappensIsSaidWhatItIsAbout(t *testing.T) {
	w := newWorld(t, newFreight("abcdef0123", "sha-4f2c1aa"), newFreight("abcdef0124", "3.4.0-rc.1"))
	var asked []route.Event
	w.wants = func(e route.Event) bool { asked = append(asked, e); return false }
	for i, freight := range []string{next, "abcdef0123", "abcdef0124"} {
		p := w.promote(t, i+1, freight)
		w.becomes(t, p, running, "")
		w.look(t, w.controller(t), p.Name)
	}
	event := route.Event{Project: "microsvcs", Service: "red", Environment: "production", Outcome: v1alpha1.OutcomeStarted, At: noon}
	release, build, candidate := event, event, event
	release.Release, candidate.Release, candidate.Prerelease = true, true, true
	if diff := cmp.Diff([]route.Event{release, build, candidate}, asked); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A record that was deleted for its age must not be made again, and told again.
func TestWhatIsOldIsNotRecordedAnew(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next)
	w.becomes(t, p, went, "")
	w.clock = w.clock.Add(w.retention)
	w.look(t, w.controller(t), p.Name)
	if w.record(t, p.Name) != nil {
		t.Error("there is a record")
	}
}

func TestReportsAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	w.stale = w.record(t, p.Name)
	told := w.record(t, p.Name)
	told.Status.Reports = []v1alpha1.Report{{Sink: "slack", Target: "C7", Part: v1alpha1.PartCard, ID: "1", At: *at(1)}}
	if err := w.server.Status().Update(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	p.Status.StepExecutionMetadata = []kargoapi.StepExecutionMetadata{{Status: kargoapi.PromotionStepStatusRunning}}
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	if r := w.record(t, p.Name); len(r.Status.Reports) != 1 || r.Status.CurrentStep != 1 {
		t.Errorf("reports %v, step %d", r.Status.Reports, r.Status.CurrentStep)
	}
}

func TestACacheThatIsBehindWritesNothingTwice(t *testing.T) {
	w := newWorld(t)
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	w.look(t, c, p.Name)
	w.stale = w.record(t, p.Name)
	w.becomes(t, p, failed, "no")
	w.look(t, c, p.Name)
	if result := w.look(t, c, p.Name); result.RequeueAfter != conflictRetry {
		t.Errorf("again in %s", result.RequeueAfter)
	}
	w.want(t, p.Name, v1alpha1.PhaseFailed, "Started, Failed (no)")
}

func TestARecordThatTheCacheDoesNotHaveIsNotMadeTwice(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	record := &v1alpha1.PromotionRecord{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: p.Name}}
	w.fault = func(after bool, call string) error {
		if !after && strings.HasPrefix(call, "create") {
			return w.server.Create(t.Context(), record.DeepCopy())
		}
		return nil
	}
	w.look(t, w.controller(t), p.Name)
	w.fault = nil
	w.look(t, w.controller(t), p.Name)
	w.want(t, p.Name, v1alpha1.PhasePromoting, "Started")
}

func TestWhatCouldNotBeWrittenIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	p := w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	for _, lost := range []bool{false, true} {
		w.fault = func(after bool, _ string) error {
			if after == lost {
				return errLost
			}
			return nil
		}
		if _, err := w.controller(t).Reconcile(t.Context(), request(p.Name)); !errors.Is(err, errLost) {
			t.Fatalf("error: %v", err)
		}
	}
	w.fault = nil
	w.look(t, w.controller(t), p.Name)
	w.want(t, p.Name, v1alpha1.PhasePromoting, "Started")
}

func TestForeignTextsAreBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	w := newWorld(t, newFreight("abcdef0123", long))
	w.verifies(t)
	p := w.promote(t, 1, "abcdef0123")
	w.becomes(t, p, went, "")
	w.noted(t, p)
	w.verification(t, kargoapi.VerificationPhaseFailed, long)
	w.look(t, w.controller(t), p.Name)
	r := w.record(t, p.Name)
	for what, length := range map[string]int{
		r.Spec.Version: 256, r.Spec.Alias: 253, r.Status.Message: 2048, r.Status.Happenings[len(r.Status.Happenings)-1].Message: 2048,
	} {
		if n := len([]rune(what)); n > length || n < 200 {
			t.Errorf("%d characters where there may be %d", n, length)
		}
	}
}

func TestARecordThatIsBeingDeletedIsLeftAlone(t *testing.T) {
	deleted := &v1alpha1.PromotionRecord{ObjectMeta: metav1.ObjectMeta{
		Namespace: "microsvcs", Name: name(1, next), DeletionTimestamp: at(0), Finalizers: []string{"acme.dev/keep"},
	}}
	w := newWorld(t, deleted)
	p := w.promote(t, 1, next)
	w.becomes(t, p, running, "")
	w.look(t, w.controller(t), p.Name)
	if len(w.calls) > 0 {
		t.Errorf("calls %v", w.calls)
	}
}

func TestAStageLeadsToWhatItSpeaksOf(t *testing.T) {
	w := newWorld(t)
	c := w.controller(t)
	var names []string
	for i, phase := range []kargoapi.PromotionPhase{failed, went, went, running} {
		p := w.promote(t, i+1, next)
		w.becomes(t, p, phase, "")
		if phase.IsTerminal() {
			w.noted(t, p)
		}
		names = append(names, p.Name)
	}
	for _, name := range names {
		w.look(t, c, name)
	}
	var stage kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theStage}, &stage); err != nil {
		t.Fatal(err)
	}
	stage.Status.LastPromotion.Name = "one-without-a-record"
	led := map[string]bool{}
	for _, r := range c.ofStage(t.Context(), &stage) {
		led[r.Name] = true
	}
	// The first has failed, and the second was replaced by the third.
	if diff := cmp.Diff(map[string]bool{names[2]: true, names[3]: true, "one-without-a-record": true}, led); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
