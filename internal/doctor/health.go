package doctor

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// mostIssues is how many of a Stage's issues are repeated.
const mostIssues = 3

func healthCheck() check {
	return check{
		name:  "health",
		looks: "the health of each Stage",
		finds: "a Stage that is unhealthy, with its issues",
		find:  surveyed(health),
	}
}

// health finds Stages that are unhealthy.
func health(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		if stage.Health != string(kargoapi.HealthStateUnhealthy) {
			return nil
		}
		what := fmt.Sprintf("%s is unhealthy in %s.", service, stage.Environment)
		var issues []string
		for _, issue := range stage.Issues[:min(len(stage.Issues), mostIssues)] {
			issues = append(issues, sentence(issue))
		}
		if len(issues) > 0 {
			what += " Kargo says: " + strings.Join(issues, " ")
		}
		if more := len(stage.Issues) - mostIssues; more > 0 {
			what += fmt.Sprintf(" There are %d more issues.", more)
		}
		return []answers.Finding{{
			Severity: answers.SeverityError, What: what,
			Why: "What is unhealthy is not verified, so it can't go further; and it may not serve.",
			Fix: fmt.Sprintf("Look at its Application in Argo CD. To go back: /rollback %s %s", service, stage.Environment),
		}}
	})
}
