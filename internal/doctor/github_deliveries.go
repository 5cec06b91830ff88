package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func deliveryCheck() check {
	return check{
		name:  "github-deliveries",
		looks: "the webhooks that GitHub sent, or tried to, within the last day",
		finds: "webhooks that did not arrive, not even at a later attempt",
		needs: needGitHub,
		scope: once,
		find:  undelivered,
	}
}

// deliveriesAge is how far back webhooks are looked at. GitHub keeps them for three days.
const deliveriesAge = 24 * time.Hour

// mostRedelivered is how many webhooks the command delivers again.
const mostRedelivered = 20

// undelivered finds webhooks that never arrived.
func undelivered(ctx context.Context, s *state) []finding {
	if s.GitHub == nil {
		s.cannot(s.WithoutGitHub)
		return nil
	}
	lost, err := s.GitHub.Undelivered(ctx, s.now.Add(-deliveriesAge))
	if err != nil {
		s.cannot(words("GitHub", err))
		return nil
	}
	if lost.Count == 0 {
		return nil
	}
	count := chatops.Count(lost.Count, "webhook")
	if lost.More {
		count = "More than " + count
	}
	f := answers.Finding{
		Severity: answers.SeverityWarning, Subject: "GitHub App",
		What: fmt.Sprintf("%s of the last day did not reach the bot, the last one at %s (%s).", count, moment(lost.Last), lost.Status),
		Why:  "Commands in those comments were not carried out; of other changes the bot learns later.",
		Fix:  "Look whether the address of the App's webhook leads to the bot, and whether its secret is the bot's. Then deliver them again, on the App's page under Advanced, Recent Deliveries.",
	}
	ids := lost.IDs[:min(len(lost.IDs), mostRedelivered)]
	if len(ids) > 0 {
		var words []string
		for _, id := range ids {
			words = append(words, fmt.Sprint(id))
		}
		f.Fix += fmt.Sprintf(" They are %s.", strings.Join(words, ", "))
	}
	return []finding{{Finding: f}}
}
