package cards_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// TestAWellKnownFailureNamesItsFix restates what Kargo 1.11.2 and older ones say of an Application
// that lacks the annotation.
func TestAWellKnownFailureNamesItsFix(t *testing.T) {
	const fix = "kargo.akuity.io/authorized-stage: microsvcs:red-production"
	for message, known := range map[string]bool{
		`step "step-5" met error threshold of 1: error running step "step-5": Argo CD Application "red-production" in namespace "argocd" is not authorized`: true,
		`Argo CD Application "red-production" does not permit mutation by Kargo Stage red-production in namespace microsvcs`:                                true,
		`remote: Permission to acme/app.git denied: user is not authorized`:                                                                                 false,
	} {
		s := &v1alpha1.Shipment{}
		s.Namespace = "microsvcs"
		s.Spec.Items = []v1alpha1.ShipmentItem{{Service: "red", Environment: "production", Path: []string{"red-production"}}}
		s.Status.Items = []v1alpha1.ItemStatus{{Service: "red", Stages: []v1alpha1.StageStatus{
			{Stage: "red-production", Phase: v1alpha1.PhaseErrored, Message: message},
		}}}
		var said strings.Builder
		for _, line := range cards.Shipment(s, cards.Links{}).Body {
			said.WriteString(line.String() + "\n")
		}
		if got := strings.Contains(said.String(), fix); got != known {
			t.Errorf("%q: says\n%s", message, said.String())
		}
	}
}
