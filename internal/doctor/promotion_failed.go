package doctor

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

func failedPromotionCheck() check {
	return check{
		name:  "promotion-failed",
		looks: "the last Promotion of each Stage",
		finds: "a Promotion that failed: the step, what Kargo says, the likely cause, and where the log is",
		find:  surveyed(failedPromotions),
	}
}

// failedPromotions finds Stages whose last Promotion failed, unless another one is under way.
func failedPromotions(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		last := stage.Last
		if last == nil || !last.Failed() || stage.Promotion != nil || len(stage.Queued) > 0 {
			return nil
		}
		what := fmt.Sprintf("The last promotion of %s to %s, %s, failed", service, stage.Environment, last.Freight.Version)
		if last.StepName != "" {
			what += " at " + last.StepName
		}
		what += "."
		if last.Message != "" {
			what += " Kargo says: " + sentence(last.Message)
		}
		if cause := likelyCause(last.StepName, last.Message); cause != "" {
			what += " " + cause
		}
		fix := cards.Fix(s.Namespace, stage.Stage, last.Message)
		if fix == "" {
			fix = fmt.Sprintf("Mend what Kargo names, then promote again: `/promote %s %s %s`.", service, stage.Environment, last.Freight.Version)
		}
		return []answers.Finding{{
			Severity: answers.SeverityError, What: what, Fix: fix + " The log has more.", Command: s.logOf(*last),
			Why: fmt.Sprintf("%s does not run what it was meant to, and may have been changed in part.", stage.Environment),
		}}
	})
}
