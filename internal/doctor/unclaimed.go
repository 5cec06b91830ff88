package doctor

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// mostNames is how many names of Stages are repeated.
const mostNames = 10

func unclaimedCheck() check {
	return check{
		name:  "unclaimed",
		looks: "the Stages in Kargo, and the services and environments of the configuration",
		finds: "Stages that belong to no service and environment of the configuration",
		find:  surveyed(unclaimed),
	}
}

// unclaimed finds Stages that belong to no service.
func unclaimed(s *state) []answers.Finding {
	if !s.whole || len(s.Unclaimed) == 0 {
		return nil
	}
	names := s.Unclaimed[:min(len(s.Unclaimed), mostNames)]
	list := strings.Join(names, ", ")
	if more := len(s.Unclaimed) - len(names); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	finding := answers.Finding{
		Severity: answers.SeverityInfo, Subject: "Project/" + s.Project,
		What: fmt.Sprintf("%d Stages are of no service and environment of the configuration: %s.", len(s.Unclaimed), list),
		Why:  "Nobody can name them here.",
		Fix:  "If they are meant to be, add their services or environments to the configuration.",
	}
	if len(s.Unclaimed) == 1 {
		finding.Subject = "Stage/" + s.Unclaimed[0]
		finding.What = fmt.Sprintf("Stage %s is of no service and environment of the configuration.", list)
		finding.Why = "Nobody can name it here."
		finding.Fix = "If it is meant to be, add its service or environment to the configuration."
	}
	return []answers.Finding{finding}
}
