package doctor

import (
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// longQueue is how long a Promotion may wait with nothing in its way: Kargo takes the next one up within seconds.
const longQueue = 5 * time.Minute

func queueCheck() check {
	return check{
		name:  "promotion-queue",
		looks: "Promotions that wait for their turn",
		finds: "a Promotion that Kargo does not begin: its controller is down, or the verification before it has not ended",
		find:  surveyed(queued),
	}
}

// queued finds Promotions that nothing begins.
func queued(s *state) []answers.Finding {
	return s.each(func(service string, stage answers.StageStatus) []answers.Finding {
		if stage.Promotion != nil || len(stage.Queued) == 0 {
			return nil
		}
		next := stage.Queued[0]
		if next.CreatedAt.IsZero() || s.now.Sub(next.CreatedAt) < longQueue {
			return nil
		}
		f := answers.Finding{
			Severity: answers.SeverityWarning,
			What: fmt.Sprintf("The promotion of %s %s to %s has been waiting for its turn for %s, and none is under way.",
				service, next.Freight.Version, stage.Environment, cards.Age(s.now.Sub(next.CreatedAt))),
		}
		if v := stage.Verification; v != nil && !v.Over() && v.Phase != "" {
			f.Why = "Kargo begins none before the verification of what runs there has ended."
			f.Fix = "Look at the AnalysisRun of the Stage: whether it gets its measurements. To end it, so that promotions go on, abort it."
			f.Command = fmt.Sprintf("kubectl -n %s annotate stages.kargo.akuity.io %s kargo.akuity.io/abort=%s --overwrite", s.Namespace, stage.Stage, shell(v.ID))
			return []answers.Finding{f}
		}
		f.Severity = answers.SeverityError
		f.Why = "Kargo's controller does not work on this Stage: it is down, or the Stage is of a shard that nobody works on."
		f.Fix = "Look whether the controller runs, and at its log."
		f.Command = fmt.Sprintf("kubectl -n %[1]s get pods\nkubectl -n %[1]s logs deployment/kargo-controller --since=10m", s.places().Kargo)
		return []answers.Finding{f}
	})
}

// places says where things are, also where only surveys are looked at.
func (s *state) places() Places { return s.Places.withDefaults() }
