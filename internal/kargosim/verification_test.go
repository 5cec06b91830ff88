package kargosim_test

import (
	"testing"
	"time"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// verifying makes Stages of one environment verify what they run.
func verifying(environment string) func(string, string, *kargo.Stage) {
	return func(_, of string, stage *kargo.Stage) {
		if of == environment {
			stage.Spec.Verification = &kargo.Verification{
				AnalysisTemplates: []kargo.AnalysisTemplateReference{{Name: "smoke"}},
			}
		}
	}
}

// verification returns the newest verification of what the Stage runs.
func (s *simulation) verification(t *testing.T, stage string) kargo.VerificationInfo {
	t.Helper()
	if current := s.stage(t, stage).Status.Current(); current != nil && len(current.VerificationHistory) > 0 {
		return current.VerificationHistory[0]
	}
	return kargo.VerificationInfo{}
}

func TestVerificationHoldsTheQueueBack(t *testing.T) {
	s := start(t, kargosim.Options{VerificationDuration: 10 * time.Millisecond}, verifying(world.Production))
	s.Outcomes.SetVerification(key("red-production"), kargo.VerificationPhaseRunning, "")
	next := s.release(t, "red", 0)
	first := promote(t, s.admin, "red-production", next.Name)
	s.ends(t, first)
	eventually(t, "it is being verified", func() bool {
		return s.verification(t, "red-production").Phase == kargo.VerificationPhaseRunning &&
			s.stage(t, "red-production").Status.Current().Includes(next.Name)
	})
	second := promote(t, s.admin, "red-production", s.release(t, "red", 2).Name)
	eventually(t, "the second waits", func() bool {
		return s.promotion(t, second.Name).Status.Phase == kargo.PromotionPhasePending
	})
	if isTrue(s.stage(t, "red-production"), kargo.ConditionTypeVerified) {
		t.Error("verified before the verification is over")
	}
	s.Outcomes.SetVerification(key("red-production"), kargo.VerificationPhaseSuccessful, "")
	if ended := s.ends(t, second); ended.Status.Phase != kargo.PromotionPhaseSucceeded {
		t.Errorf("the second ended %s", ended.Status.Phase)
	}
	if _, verified := s.release(t, "red", 0).Status.VerifiedIn["red-production"]; !verified {
		t.Error("the Freight was not marked as verified")
	}
}

func TestFailedVerificationIsRepeated(t *testing.T) {
	s := start(t, kargosim.Options{}, verifying(world.Production))
	s.Outcomes.SetVerification(key("red-production"), kargo.VerificationPhaseFailed, "metric error-rate: 4 > 1")
	next := s.release(t, "red", 0)
	promotion := promote(t, s.admin, "red-production", next.Name)
	s.ends(t, promotion)
	eventually(t, "the verification failed", func() bool {
		return s.stage(t, "red-production").Status.Current().Includes(next.Name) &&
			s.verification(t, "red-production").Phase == kargo.VerificationPhaseFailed
	})
	failed := s.verification(t, "red-production")
	if failed.Message != "metric error-rate: 4 > 1" || failed.FinishTime == nil {
		t.Errorf("failed with %+v", failed)
	}
	if _, verified := s.release(t, "red", 0).Status.VerifiedIn["red-production"]; verified {
		t.Error("the Freight was marked as verified")
	}
	s.Outcomes.Reset(key("red-production"))
	annotate(t, s.admin, s.stage(t, "red-production"), kargo.AnnotationKeyReverify, failed.ID)
	eventually(t, "the second verification succeeds", func() bool {
		newest := s.verification(t, "red-production")
		return newest.ID != failed.ID && newest.Phase == kargo.VerificationPhaseSuccessful &&
			newest.Actor == "kubernetes:system:admin"
	})
	if history := s.stage(t, "red-production").Status.Current().VerificationHistory; len(history) != 2 {
		t.Errorf("history: %+v", history)
	}
}

func TestVerificationIsAborted(t *testing.T) {
	s := start(t, kargosim.Options{}, verifying(world.Production))
	s.Outcomes.SetVerification(key("red-production"), kargo.VerificationPhaseRunning, "")
	next := s.release(t, "red", 0)
	s.ends(t, promote(t, s.admin, "red-production", next.Name))
	eventually(t, "it is being verified", func() bool {
		return s.stage(t, "red-production").Status.Current().Includes(next.Name) &&
			s.verification(t, "red-production").Phase == kargo.VerificationPhaseRunning
	})
	id := s.verification(t, "red-production").ID
	annotate(t, s.admin, s.stage(t, "red-production"), kargo.AnnotationKeyAbort, id)
	eventually(t, "it is aborted", func() bool {
		aborted := s.verification(t, "red-production")
		return aborted.ID == id && aborted.Phase == kargo.VerificationPhaseFailed &&
			aborted.Message == "Verification aborted by user" && aborted.Actor == "kubernetes:system:admin"
	})
}

func TestUnhealthyStage(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.Outcomes.SetHealth(key("red-production"), kargo.HealthStateUnhealthy, "Application red-production is Degraded")
	var stage *kargo.Stage
	eventually(t, "the Stage is unhealthy", func() bool {
		stage = s.stage(t, "red-production")
		return stage.Status.Health != nil && stage.Status.Health.Status == kargo.HealthStateUnhealthy
	})
	if len(stage.Status.Health.Issues) != 1 || isTrue(stage, kargo.ConditionTypeHealthy) {
		t.Errorf("the Stage: %+v", stage.Status)
	}
	next := s.release(t, "red", 0)
	if ended := s.ends(t, promote(t, s.admin, "red-production", next.Name)); ended.Status.Phase != kargo.PromotionPhaseSucceeded {
		t.Errorf("an unhealthy Stage cannot be promoted to: %s", ended.Status.Message)
	}
	eventually(t, "it is unhealthy again", func() bool {
		stage = s.stage(t, "red-production")
		return stage.Status.Current().Includes(next.Name) && stage.Status.Health != nil &&
			stage.Status.Health.Status == kargo.HealthStateUnhealthy
	})
	if len(stage.Status.Current().VerificationHistory) != 0 {
		t.Error("verified while unhealthy")
	}
	s.Outcomes.SetHealth(key("red-production"), kargo.HealthStateHealthy)
	eventually(t, "it recovers and is verified", func() bool {
		return s.verification(t, "red-production").Phase == kargo.VerificationPhaseSuccessful
	})
}
