package doctor

import (
	"fmt"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// longVerification is how long a verification may take before it is worth a look. Analyses are written to
// last minutes; one that can't get its measurements lasts until somebody ends it.
const longVerification = 30 * time.Minute

func verificationCheck() check {
	return check{
		name:  "verification",
		looks: "the last verification of each Stage",
		finds: "a verification that failed, or has not come to an end for half an hour",
		find:  surveyed(verifications),
	}
}

// verifications finds verifications that failed, or don't come to an end.
func verifications(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		v := stage.Verification
		switch {
		case v == nil || v.Phase == string(kargoapi.VerificationPhaseSuccessful) || v.Phase == "":
			return nil
		case v.Over():
			what := fmt.Sprintf("The verification of %s in %s ended: %s.", service, stage.Environment, strings.ToLower(v.Phase))
			if v.Message != "" {
				what += " Kargo says: " + sentence(v.Message)
			}
			return []answers.Finding{{
				Severity: answers.SeverityError, What: what,
				Why: "What is not verified there can't go to the Stages after it.",
				Fix: fmt.Sprintf("Verify again, or go back: `/verify %[1]s %[2]s` or `/rollback %[1]s %[2]s`", service, stage.Environment),
			}}
		case v.StartedAt.IsZero() || s.now.Sub(v.StartedAt) < longVerification:
			return nil
		default:
			return []answers.Finding{{
				Severity: answers.SeverityWarning,
				What: fmt.Sprintf("The verification of %s in %s has been running for %s.",
					service, stage.Environment, cards.Age(s.now.Sub(v.StartedAt))),
				Why: "Promotions to it, and to the Stages after it, wait until it is over.",
				Fix: "Look at the AnalysisRun of the Stage in Kargo: whether it gets its measurements.",
			}}
		}
	})
}
