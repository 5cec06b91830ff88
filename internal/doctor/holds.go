package doctor

import (
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func holdCheck() check {
	return check{
		name:  "auto-promotion",
		looks: "the holds on auto-promotion of each Stage",
		finds: "a Stage that Kargo does not promote to by itself any more",
		find:  surveyed(holds),
	}
}

// holds finds Stages that Kargo does not promote to by itself any more, though it is meant to.
func holds(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		var all []answers.Finding
		for _, hold := range stage.Holds {
			what := fmt.Sprintf("Kargo does not promote %s to %s by itself any more", service, stage.Environment)
			if !hold.Since.IsZero() {
				what += ", since " + moment(hold.Since)
			}
			what += fmt.Sprintf(": %s was promoted instead of the newest", hold.Freight.Version)
			if hold.By != "" {
				what += ", by " + hold.By
			}
			all = append(all, answers.Finding{
				Severity: answers.SeverityInfo, What: what + ".",
				Why: "What is newer waits until somebody promotes it.",
				Fix: fmt.Sprintf("When what was wrong is mended: `/resume %s %s`", service, stage.Environment),
			})
		}
		return all
	})
}

// moment writes a time for people everywhere.
func moment(t time.Time) string { return t.UTC().Format("15:04 UTC on 2 January") }
