package slack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// How many steps of a promotion are shown, and how much of a name.
const (
	maxSteps  = 24
	stepLimit = 50
)

// stepsText writes the steps on one line: "✓ git-clone   ▸ git-push   · argocd-update". Of a long
// promotion it shows the part where things are happening, and counts the rest.
func stepsText(steps []chatops.Step) string {
	first, last := stepsWindow(steps)
	var words []string
	if first > 0 {
		words = append(words, fmt.Sprintf("… %d before", first))
	}
	for _, step := range steps[first:last] {
		words = append(words, step.State.Sign()+" "+chatops.Fit(cleanLine(step.Name), stepLimit))
	}
	if rest := len(steps) - last; rest > 0 {
		words = append(words, fmt.Sprintf("… and %d more", rest))
	}
	return strings.Join(words, "   ")
}

// stepsWindow returns the steps to show: all, or maxSteps around the first that is not over well.
func stepsWindow(steps []chatops.Step) (first, last int) {
	if len(steps) <= maxSteps {
		return 0, len(steps)
	}
	current := slices.IndexFunc(steps, func(s chatops.Step) bool {
		return s.State != chatops.StepSucceeded && s.State != chatops.StepSkipped
	})
	if current < 0 {
		current = len(steps)
	}
	first = min(max(current-maxSteps/2, 0), len(steps)-maxSteps)
	return first, first + maxSteps
}
