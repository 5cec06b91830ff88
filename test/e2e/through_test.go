package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// walkLine asks for a walk through all Stages.
const walkLine = "promote red 3.2.0 --through production"

// pipeline is what a walk goes through: three Stages, one after the other.
type pipeline struct{ development, staging, production harness.Stage }

// newWalk makes a world with red's pipeline, as changed, which runs nothing yet, and 3.2.0 to go through it.
func newWalk(t *testing.T, change func(w *harness.World, p *pipeline)) *harness.World {
	t.Helper()
	w := cluster.NewWorld(t, harness.WorldOptions{Config: func(config map[string]any) {
		config["pipelines"].([]any)[0].(map[string]any)["environments"] = []any{"development", "staging", "production"}
	}})
	w.Warehouse(t, "red")
	at := func(name, upstream string) harness.Stage {
		return harness.Stage{Name: "red-" + name, Warehouses: []string{"red"}, Upstream: upstream, Steps: harness.Passes("clone", "push")}
	}
	p := pipeline{at("development", ""), at("staging", "red-development"), at("production", "red-staging")}
	if change != nil {
		change(w, &p)
	}
	for _, stage := range []harness.Stage{p.development, p.staging, p.production} {
		w.NewStage(t, stage)
	}
	w.NewFreight(t, "red", "red", "3.2.0")
	return w
}

func TestAWalkGoesFromStageToStage(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := newWalk(t, nil)
		w.Start(t)
		on.tell(t, w, walkLine, "red 3.2.0 is live in production", "red-development", "red-staging", "red-production")
		s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
		if got := way(s); got != "red-development: Succeeded, red-staging: Succeeded, red-production: Succeeded" {
			t.Errorf("the way was %s", got)
		}
		oneAfterTheOther(t, w, "red-development", "red-staging", "red-production")
		runs(t, w, "red-production", "3.2.0")
	})
}

// TestAWalkWaitsForTheSoakTime: nobody is told when it is over, nor does anything change then.
func TestAWalkWaitsForTheSoakTime(t *testing.T) {
	t.Parallel()
	const soak = 8 * time.Second
	w := newWalk(t, func(_ *harness.World, p *pipeline) { p.production.Soak = soak })
	w.Start(t)
	askInSlack(t, w, walkLine)
	waiting := w.Shipments.AwaitOne(t, "the walk to wait for the soak time", patience, func(s shipment) bool {
		return len(s.Status.Items) == 1 && s.Status.Items[0].Stages[2].Phase == v1alpha1.PhaseWaiting && s.Status.Items[0].Stages[2].AvailableAt != nil
	})
	awaitInSlack(t, w, nil, "red-production", "soaking until")
	awaitInSlack(t, w, nil, "red 3.2.0 is live in production")
	oneAfterTheOther(t, w, "red-development", "red-staging", "red-production")
	// Kargo keeps full seconds, and counts from when the Freight came to staging.
	freight := freightOf(t, w, "red", "3.2.0")
	since, began := freight.Status.CurrentlyIn["red-staging"].Since.Time, promotionTo(t, w, "red-production").CreationTimestamp.Time
	if at := waiting.Status.Items[0].Stages[2].AvailableAt.Time; !at.Equal(since.Add(soak)) {
		t.Errorf("it was said to be available at %s; it came to staging at %s", at, since)
	}
	if took := began.Sub(since); took < soak || took > soak+patience/4 {
		t.Errorf("it was promoted to production %s after it came to staging; the soak time is %s", took, soak)
	}
}

func TestAWalkWaitsForTheVerification(t *testing.T) {
	t.Parallel()
	var gate *harness.Gate
	w := newWalk(t, func(w *harness.World, p *pipeline) {
		gate = w.NewGate()
		p.staging.VerifiedBehind = gate
	})
	w.Start(t)
	askInSlack(t, w, walkLine)
	w.Shipments.AwaitOne(t, "the walk to be at staging", patience, func(s shipment) bool {
		if len(s.Status.Items) != 1 {
			return false
		}
		stages := s.Status.Items[0].Stages
		return stages[0].Phase == v1alpha1.PhaseSucceeded && stages[1].StartedAt != nil && !stages[1].Phase.IsTerminal()
	})
	awaitInSlack(t, w, nil, "red-development", "1/3")
	if made := promotionsTo(t, w, "red-production"); len(made) != 0 {
		t.Errorf("production was promoted to before staging was verified")
	}
	gate.Open(t)
	awaitInSlack(t, w, nil, "red 3.2.0 is live in production")
	oneAfterTheOther(t, w, "red-development", "red-staging", "red-production")
}

func TestAWalkSkipsWhereTheFreightIs(t *testing.T) {
	t.Parallel()
	w := newWalk(t, nil)
	freight := freightOf(t, w, "red", "3.2.0")
	w.Promote(t, "red-development", freight)
	w.Promote(t, "red-staging", freight)
	w.Start(t)
	askInSlack(t, w, walkLine)
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if got := way(s); got != "red-development: Skipped, red-staging: Skipped, red-production: Succeeded" {
		t.Errorf("the way was %s", got)
	}
	awaitInSlack(t, w, nil, "red 3.2.0 is live in production", "has it already")
	if made := listPromotions(t, w.Project); len(made) != 1 || made[0].Spec.Stage != "red-production" {
		t.Errorf("there are %d Promotions by the bot; want one, to production", len(made))
	}
}

func TestAWalkStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(p *pipeline)
		says   []string
	}{
		"step": {
			func(p *pipeline) {
				p.staging.Steps = []harness.Step{harness.Pass("clone"), harness.Fail("build", "the build is on fire")}
			},
			[]string{"the build is on fire"},
		},
		"verification": {func(p *pipeline) { p.staging.VerificationFails = true }, []string{"verification"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachSurface(t, func(t *testing.T, on surface) {
				w := newWalk(t, func(_ *harness.World, p *pipeline) { test.change(p) })
				w.Start(t)
				on.tell(t, w, walkLine, append(test.says, "failed", "red-staging", "not reached")...)
				s := awaitPhase(t, w.Project, v1alpha1.PhaseFailed)
				if got := way(s); got != "red-development: Succeeded, red-staging: Failed, red-production: NotReached" {
					t.Errorf("the way was %s", got)
				}
				if made := promotionsTo(t, w, "red-production"); len(made) != 0 {
					t.Errorf("production was promoted to")
				}
			})
		})
	}
}

// TestARestartDoesNotStopAWalk: the bot dies while a Stage is promoted to, which ends while it is dead.
func TestARestartDoesNotStopAWalk(t *testing.T) {
	t.Parallel()
	var gate *harness.Gate
	w := newWalk(t, func(w *harness.World, p *pipeline) {
		gate = w.NewGate()
		p.staging.Steps = []harness.Step{harness.Pass("clone"), harness.Wait("sync", gate)}
	})
	bot := w.Start(t)
	askInSlack(t, w, walkLine)
	w.Promotions.AwaitOne(t, "staging to be promoted to", patience, func(p promotion) bool {
		return p.Spec.Stage == "red-staging" && p.Status.Phase == kargoapi.PromotionPhaseRunning
	})
	bot.Kill(t)
	gate.Open(t)
	w.Promotions.AwaitOne(t, "staging to have been promoted to", patience, func(p promotion) bool {
		return p.Spec.Stage == "red-staging" && p.Status.Phase == kargoapi.PromotionPhaseSucceeded
	})
	w.Start(t)
	awaitInSlack(t, w, nil, "red 3.2.0 is live in production")
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	oneAfterTheOther(t, w, "red-development", "red-staging", "red-production")
	awaitResult(t, w, harness.Deploys)
	toldOnce(t, w, harness.Deploys)
}

// TestARestartDoesNotForgetToWait: the bot dies while the Freight soaks, and what it waits for is over
// when it is back.
func TestARestartDoesNotForgetToWait(t *testing.T) {
	t.Parallel()
	w := newWalk(t, func(_ *harness.World, p *pipeline) { p.production.Soak = 5 * time.Second })
	bot := w.Start(t)
	askInSlack(t, w, walkLine)
	w.Shipments.AwaitOne(t, "the walk to wait for the soak time", patience, func(s shipment) bool {
		return len(s.Status.Items) == 1 && s.Status.Items[0].Stages[2].Phase == v1alpha1.PhaseWaiting
	})
	bot.Kill(t)
	w.Start(t)
	awaitInSlack(t, w, nil, "red 3.2.0 is live in production")
	oneAfterTheOther(t, w, "red-development", "red-staging", "red-production")
}

// TestManyWalkAtOnce: one command, several services, each at its own pace.
func TestManyWalkAtOnce(t *testing.T) {
	t.Parallel()
	w := newWalk(t, nil)
	w.Service(t, "blue")
	w.NewFreight(t, "blue", "blue", "4.0.0")
	w.Start(t)
	askInSlack(t, w, "promote red,blue --through production")
	s := awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	if got := phases(s); got != "red: Succeeded; blue: Succeeded" {
		t.Errorf("the walks ended: %s", got)
	}
	awaitInSlack(t, w, nil, "2 services are live in production")
	runs(t, w, "red-production", "3.2.0")
	runs(t, w, "blue-production", "4.0.0")
}

// way writes how a walk of one service stands in each Stage.
func way(s shipment) string {
	var parts []string
	for _, stage := range s.Status.Items[0].Stages {
		parts = append(parts, stage.Stage+": "+string(stage.Phase))
	}
	return strings.Join(parts, ", ")
}

// promotionsTo returns the bot's Promotions to a Stage.
func promotionsTo(t *testing.T, w *harness.World, stage string) []kargoapi.Promotion {
	t.Helper()
	return slices.DeleteFunc(listPromotions(t, w.Project), func(p kargoapi.Promotion) bool { return p.Spec.Stage != stage })
}

// promotionTo returns the bot's only Promotion to a Stage.
func promotionTo(t *testing.T, w *harness.World, stage string) kargoapi.Promotion {
	t.Helper()
	made := promotionsTo(t, w, stage)
	if len(made) != 1 {
		t.Fatalf("%s was promoted to %d times by the bot; want once", stage, len(made))
	}
	return made[0]
}

// oneAfterTheOther fails the test unless the bot promoted once to each Stage, each after the one before
// was over.
func oneAfterTheOther(t *testing.T, w *harness.World, stages ...string) {
	t.Helper()
	var before time.Time
	for _, stage := range stages {
		p := promotionTo(t, w, stage)
		if p.CreationTimestamp.Time.Before(before) {
			t.Errorf("%s was promoted to before the Stage before it was", stage)
		}
		before = p.Status.FinishedAt.Time
	}
}
