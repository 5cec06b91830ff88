package kargo

import (
	"fmt"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// HasVerification reports whether the Stage runs a verification of its own. Without one, Kargo takes a healthy
// Stage for verified.
func HasVerification(stage *kargoapi.Stage) bool {
	return stage.Spec.Verification != nil && len(stage.Spec.Verification.AnalysisTemplates) > 0
}

// Unverified says how a verification ended that did not succeed, to complete a sentence.
func Unverified(verification kargoapi.VerificationInfo) string {
	message := fmt.Sprintf("its verification ended: %s.", verification.Phase)
	if verification.Message != "" {
		message += " Kargo says: " + bounded(verification.Message)
	}
	return message
}
