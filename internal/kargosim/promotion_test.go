package kargosim_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
)

func TestPromotionSucceedsStepByStep(t *testing.T) {
	s := start(t, kargosim.Options{StepDuration: 20 * time.Millisecond}, nil)
	next, previous := s.release(t, "red", 0), s.release(t, "red", 1)
	w, err := s.admin.Watch(t.Context(), &kargo.PromotionList{}, client.InNamespace(project))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	made := promote(t, s.admin, "red-production", next.Name)
	if !regexp.MustCompile(`^red-production\.[0-9a-z]{26}\.` + next.Name[:7] + `$`).MatchString(made.Name) {
		t.Errorf("named %s", made.Name)
	}

	var running []string
	for event := range w.ResultChan() {
		promotion, ok := event.Object.(*kargo.Promotion)
		if !ok || promotion.Name != made.Name {
			continue
		}
		if promotion.Status.Phase.IsTerminal() {
			break
		}
		for i, meta := range promotion.Status.StepExecutionMetadata {
			if meta.Status == kargo.PromotionStepStatusRunning && int64(i) == promotion.Status.CurrentStep &&
				!slices.Contains(running, meta.Alias) {
				running = append(running, meta.Alias)
			}
		}
	}
	if want := []string{"step-1", "set-image", "commit", "push", "step-5"}; !slices.Equal(running, want) {
		t.Errorf("seen running: %v, want %v", running, want)
	}
	ended := s.ends(t, made)
	status := ended.Status
	if status.Phase != kargo.PromotionPhaseSucceeded || status.Message != "" || status.CurrentStep != 4 ||
		status.StartedAt == nil || status.FinishedAt == nil || status.Freight.Name != next.Name {
		t.Errorf("ended with %+v", status)
	}
	for _, meta := range status.StepExecutionMetadata {
		if meta.Status != kargo.PromotionStepStatusSucceeded || meta.StartedAt == nil || meta.FinishedAt == nil {
			t.Errorf("step %+v", meta)
		}
	}
	if !strings.Contains(string(status.State.Raw), `"push":{"branch":"main"`) {
		t.Errorf("state: %s", status.State.Raw)
	}
	s.checkArrival(t, made, next, previous)
}

// checkArrival checks what the Stage and the Freight say after a Promotion.
func (s *simulation) checkArrival(t *testing.T, promotion *kargo.Promotion, next, previous *kargo.Freight) {
	t.Helper()
	var stage *kargo.Stage
	eventually(t, "the Stage is ready", func() bool {
		stage = s.stage(t, promotion.Spec.Stage)
		return stage.Status.LastPromotion.Name == promotion.Name && isTrue(stage, kargo.ConditionTypeReady)
	})
	status := stage.Status
	if status.CurrentPromotion != nil || !status.Current().Includes(next.Name) || status.FreightSummary != next.Name ||
		!status.FreightHistory[1].Includes(previous.Name) || status.Health.Status != kargo.HealthStateHealthy {
		t.Errorf("the Stage: %+v", status)
	}
	if history := status.Current().VerificationHistory; len(history) != 1 || history[0].Phase != kargo.VerificationPhaseSuccessful {
		t.Errorf("verified: %+v", history)
	}
	if !isTrue(stage, kargo.ConditionTypeHealthy) || !isTrue(stage, kargo.ConditionTypeVerified) {
		t.Errorf("conditions: %+v", status.Conditions)
	}
	eventually(t, "the Freight knows where it is", func() bool {
		came, left := s.freightOf(t, "red", next.Images[0].Tag), s.freightOf(t, "red", previous.Images[0].Tag)
		_, isIn := came.Status.CurrentlyIn[stage.Name]
		_, verified := came.Status.VerifiedIn[stage.Name]
		_, stillIn := left.Status.CurrentlyIn[stage.Name]
		return isIn && verified && !stillIn && left.Status.VerifiedIn[stage.Name].LongestCompletedSoak != nil
	})
}

func isTrue(stage *kargo.Stage, kind string) bool {
	for _, c := range stage.Status.Conditions {
		if c.Type == kind {
			return c.Status == "True"
		}
	}
	return false
}

func TestPromotionsQueue(t *testing.T) {
	s := start(t, kargosim.Options{StepDuration: 5 * time.Millisecond}, nil)
	next, old := s.release(t, "red", 0), s.release(t, "red", 2)
	w, err := s.admin.Watch(t.Context(), &kargo.PromotionList{}, client.InNamespace(project))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	var names []string
	for _, freight := range []string{next.Name, old.Name, next.Name, next.Name} {
		names = append(names, promote(t, s.admin, "red-production", freight).Name)
	}
	other := promote(t, s.admin, "blue-production", s.release(t, "blue", 0).Name).Name

	phases := map[string]kargo.PromotionPhase{}
	var order []string
	for len(order) < len(names) || !phases[other].IsTerminal() {
		promotion, ok := (<-w.ResultChan()).Object.(*kargo.Promotion)
		if !ok {
			t.Fatal("the watch ended")
		}
		before := phases[promotion.Name]
		phases[promotion.Name] = promotion.Status.Phase
		running := 0
		for _, name := range names {
			if phases[name] == kargo.PromotionPhaseRunning {
				running++
			}
		}
		if running > 1 {
			t.Fatalf("running at once: %v", phases)
		}
		if slices.Contains(names, promotion.Name) && !before.IsTerminal() && promotion.Status.Phase.IsTerminal() {
			order = append(order, promotion.Name)
		}
	}
	if !slices.Equal(order, names) {
		t.Errorf("ended in the order %v, made in %v", order, names)
	}
	eventually(t, "the last Promotion is recorded", func() bool {
		return s.stage(t, "red-production").Status.LastPromotion.Name == names[len(names)-1]
	})
}

func TestFailedStep(t *testing.T) {
	for name, test := range map[string]struct {
		say     func(*simulation)
		phase   kargo.PromotionPhase
		message string
	}{
		"fails": {
			func(s *simulation) { s.Outcomes.FailStep(key("red-production"), 4, "deployment blocked by policy") },
			kargo.PromotionPhaseFailed, `step "push": deployment blocked by policy`,
		},
		"errors": {
			func(s *simulation) { s.Outcomes.ErrorStep(key("red-production"), 4, "remote rejected") },
			kargo.PromotionPhaseErrored, `step "push" met error threshold of 1: error running step "push": remote rejected`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, kargosim.Options{}, nil)
			test.say(s)
			next := s.release(t, "red", 0)
			ended := s.ends(t, promote(t, s.admin, "red-production", next.Name))
			if ended.Status.Phase != test.phase || ended.Status.Message != test.message {
				t.Errorf("ended %s: %s", ended.Status.Phase, ended.Status.Message)
			}
			var statuses []string
			for _, meta := range ended.Status.StepExecutionMetadata {
				statuses = append(statuses, string(meta.Status))
			}
			want := []string{"Succeeded", "Succeeded", "Succeeded", string(test.phase), "Skipped"}
			if !slices.Equal(statuses, want) || ended.Status.CurrentStep != 4 {
				t.Errorf("steps %v at %d, want %v", statuses, ended.Status.CurrentStep, want)
			}
			var stage *kargo.Stage
			eventually(t, "the Stage knows", func() bool {
				stage = s.stage(t, "red-production")
				return stage.Status.LastPromotion.Name == ended.Name && stage.Status.CurrentPromotion == nil
			})
			if stage.Status.Current().Includes(next.Name) || stage.Status.Health.Status != kargo.HealthStateUnknown {
				t.Errorf("the Stage: %+v", stage.Status)
			}
			s.Outcomes.PassSteps(key("red-production"))
			if again := s.ends(t, promote(t, s.admin, "red-production", next.Name)); again.Status.Phase != kargo.PromotionPhaseSucceeded {
				t.Errorf("the next try ended %s", again.Status.Phase)
			}
		})
	}
}

func TestHangAndAbort(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.Outcomes.HangStep(key("red-production"), 5)
	next := s.release(t, "red", 0)
	first := promote(t, s.admin, "red-production", next.Name)
	eventually(t, "the first one hangs", func() bool {
		steps := s.promotion(t, first.Name).Status.StepExecutionMetadata
		return len(steps) == 5 && steps[4].Status == kargo.PromotionStepStatusRunning
	})
	queued := promote(t, s.admin, "red-production", next.Name)
	third := promote(t, s.admin, "red-production", next.Name)
	eventually(t, "they wait", func() bool {
		return s.promotion(t, third.Name).Status.Phase == kargo.PromotionPhasePending
	})

	s.allow(t, "octocat", rule("stages", "promote"), rule("promotions", "get", "patch"))
	octocat := s.client(t, "octocat")
	annotate(t, octocat, queued, kargo.AnnotationKeyAbort, kargo.AbortActionTerminate)
	aborted := s.ends(t, queued)
	if aborted.Status.Phase != kargo.PromotionPhaseAborted || aborted.Status.StartedAt != nil ||
		aborted.Status.Message != "Promotion terminated by kubernetes:octocat" {
		t.Errorf("the queued one ended with %+v", aborted.Status)
	}
	if got := aborted.Annotations[kargo.AnnotationKeyAbort]; got != `{"action":"terminate","actor":"kubernetes:octocat"}` {
		t.Errorf("the request to abort became %s", got)
	}
	annotate(t, octocat, first, kargo.AnnotationKeyAbort, kargo.AbortActionTerminate)
	aborted = s.ends(t, first)
	if aborted.Status.Phase != kargo.PromotionPhaseAborted ||
		aborted.Status.StepExecutionMetadata[4].Status != kargo.PromotionStepStatusAborted {
		t.Errorf("the running one ended with %+v", aborted.Status)
	}
	eventually(t, "the third one hangs", func() bool {
		return s.promotion(t, third.Name).Status.Phase == kargo.PromotionPhaseRunning
	})
	s.Outcomes.PassSteps(key("red-production"))
	if ended := s.ends(t, third); ended.Status.Phase != kargo.PromotionPhaseSucceeded {
		t.Errorf("the released one ended %s", ended.Status.Phase)
	}
}

func TestControllersGoOnAfterARestart(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.Outcomes.HangStep(key("red-production"), 3)
	promotion := promote(t, s.admin, "red-production", s.release(t, "red", 0).Name)
	eventually(t, "it hangs", func() bool { return s.promotion(t, promotion.Name).Status.CurrentStep == 2 })
	s.stop()
	s.Outcomes.Reset(key("red-production"))
	s.run(t)
	ended := s.ends(t, promotion)
	if ended.Status.Phase != kargo.PromotionPhaseSucceeded || len(ended.Status.StepExecutionMetadata) != 5 {
		t.Errorf("ended with %+v", ended.Status)
	}
}

func TestManyPromotionsAtOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	t.Run("to two Stages", func(t *testing.T) {
		s := start(t, kargosim.Options{}, nil)
		const each = 10
		var group sync.WaitGroup
		for _, service := range []string{"red", "blue"} {
			freight := s.release(t, service, 0).Name
			for range each {
				group.Go(func() {
					if err := s.admin.Create(t.Context(), newPromotion(service+"-production", freight)); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		eventually(t, "all have succeeded", func() bool {
			var list kargo.PromotionList
			if err := s.admin.List(t.Context(), &list, client.InNamespace(project)); err != nil {
				t.Fatal(err)
			}
			ended := 0
			for _, promotion := range list.Items {
				if promotion.Status.Phase == kargo.PromotionPhaseSucceeded && promotion.Annotations[kargo.AnnotationKeyCreateActor] ==
					"kubernetes:system:admin" {
					ended++
				}
			}
			return ended == 2*each
		})
		eventually(t, "the Stages rest", func() bool {
			return s.stage(t, "red-production").Status.CurrentPromotion == nil && isTrue(s.stage(t, "red-production"), kargo.ConditionTypeReady)
		})
	})
}

func TestEventsAreKargos(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.allow(t, "octocat", rule("stages", "promote"), rule("promotions", "create"))
	next := s.release(t, "red", 0)
	promotion := promote(t, s.client(t, "octocat"), "red-production", next.Name)
	s.ends(t, promotion)
	var found map[string]corev1.Event
	eventually(t, "Kargo's Events are there", func() bool {
		var list corev1.EventList
		if err := s.admin.List(t.Context(), &list, client.InNamespace(project)); err != nil {
			t.Fatal(err)
		}
		found = map[string]corev1.Event{}
		for _, event := range list.Items {
			if event.Annotations["event.kargo.akuity.io/freight-name"] == next.Name {
				found[event.Reason] = event
			}
		}
		return len(found["PromotionCreated"].Name) > 0 && len(found["PromotionSucceeded"].Name) > 0 &&
			len(found["FreightVerificationSucceeded"].Name) > 0
	})
	created := found["PromotionCreated"]
	if created.Type != "Normal" || created.InvolvedObject.Name != promotion.Name ||
		created.Annotations["event.kargo.akuity.io/actor"] != "kubernetes:octocat" ||
		created.Annotations["event.kargo.akuity.io/stage-name"] != "red-production" {
		t.Errorf("got %+v", created)
	}
}
