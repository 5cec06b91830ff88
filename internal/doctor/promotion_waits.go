package doctor

import (
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// longStep is how long a step of a Promotion may take before it is worth a look: most take seconds, and
// argocd-update as long as the roll-out of the slowest Deployment, whose deadline is 10 minutes by default.
const longStep = 10 * time.Minute

func waitingPromotionCheck() check {
	return check{
		name:  "promotion-waits",
		looks: "Promotions that are under way",
		finds: "a Promotion that has been at one step for ten minutes: waiting for Argo CD, or for a pull request",
		find:  surveyed(waitingPromotions),
	}
}

// waitingPromotions finds Promotions that have been at one step for long.
func waitingPromotions(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		p := stage.Promotion
		if p == nil || p.StepStartedAt.IsZero() || s.now.Sub(p.StepStartedAt) < longStep {
			return nil
		}
		finding := answers.Finding{
			Severity: answers.SeverityWarning,
			What: fmt.Sprintf("The promotion of %s %s to %s has been at %s for %s.",
				service, p.Freight.Version, stage.Environment, p.StepName, cards.Age(s.now.Sub(p.StepStartedAt))),
			Why: "Nothing else is promoted there until it is over.",
			Fix: fmt.Sprintf("Look at what the step waits for, or stop it: `/abort %s %s`", service, stage.Environment),
		}
		if p.Message != "" {
			finding.What += " Kargo says: " + sentence(p.Message)
		}
		switch p.StepName {
		case "argocd-update":
			finding.Fix = fmt.Sprintf("Look at the Application in Argo CD: the step waits until it is synced and healthy. Or stop it: `/abort %s %s`",
				service, stage.Environment)
		case "git-wait-for-pr":
			finding.Severity = answers.SeverityInfo
			finding.Fix = "Merge the pull request, or close it: the step waits for somebody to do so."
		}
		return []answers.Finding{finding}
	})
}
