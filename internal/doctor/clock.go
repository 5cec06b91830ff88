package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

const (
	// mostSkew is how far clocks may be apart. Answers take a while, and have full seconds.
	mostSkew = 30 * time.Second
	// signedFor is for how long Slack's signatures and GitHub's tokens for Apps are good:
	// https://docs.slack.dev/authentication/verifying-requests-from-slack
	signedFor = 5 * time.Minute
)

func clockCheck() check {
	return check{
		name:  "clock",
		looks: "the clocks of Kubernetes, GitHub and Slack, as their answers show them, and the one here",
		finds: "clocks that are more than 30 seconds apart",
		needs: needCluster,
		scope: once,
		find:  clocks,
	}
}

// clocks finds clocks that are too far apart.
func clocks(ctx context.Context, s *state) []finding {
	here := "The bot's clock"
	if s.Person {
		here = "The clock of this machine"
	}
	var all []finding
	for _, clock := range s.Clocks {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		began := s.clock()
		theirs, err := clock.Now(ctx)
		ended := s.clock()
		cancel()
		if err != nil {
			s.cannot(fmt.Sprintf("%s did not say what time it is there.", clock.Of))
			continue
		}
		// It was noted some time between question and answer, in full seconds.
		skew := began.Sub(theirs)
		direction := "ahead of"
		if skew < 0 {
			skew, direction = -skew, "behind"
		}
		if skew-ended.Sub(began) <= mostSkew {
			continue
		}
		f := answers.Finding{
			Severity: answers.SeverityWarning, Subject: "Clock/" + clock.Of,
			What: fmt.Sprintf("%s is %s %s that of %s.", here, apart(skew), direction, clock.Of),
			Why:  "Signed requests and tokens are only good for some minutes: when clocks are further apart than that, they are refused. Ages and waits are wrong already.",
			Fix:  "Let the machine, and the nodes of the cluster, keep time by NTP.", Command: "timedatectl set-ntp true && timedatectl status",
		}
		if skew >= signedFor {
			f.Severity = answers.SeverityError
		}
		all = append(all, finding{Finding: f})
	}
	return all
}

func apart(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return cards.Age(d)
}
