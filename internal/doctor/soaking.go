package doctor

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func soakingCheck() check {
	return check{
		name:  "soaking",
		looks: "Freight that is newer than what a Stage runs",
		finds: "Freight that has to run upstream for a while yet",
		find:  surveyed(soaking),
	}
}

// soaking finds Freight that has to run upstream for a while yet.
func soaking(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		var all []answers.Finding
		for _, f := range stage.Soaking {
			all = append(all, answers.Finding{
				Severity: answers.SeverityInfo,
				What:     fmt.Sprintf("%s %s can't go to %s before %s.", service, f.Version, stage.Environment, moment(f.Until)),
				Why:      "It has to run upstream for a while first: so the Stage says.",
				Fix: fmt.Sprintf("Wait. If it is urgent, and you may: /approve-freight %s %s %s",
					service, f.Version, stage.Environment),
			})
		}
		return all
	})
}
