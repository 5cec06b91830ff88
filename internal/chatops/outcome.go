package chatops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// outcomes are what people call what may happen.
var outcomes = []string{
	"released", "overdue", "waiting", "started", "succeeded", "failed", "aborted", "rolledBack", "verificationFailed",
	"degraded", "recovered", "credentialRotated", "credentialFailing", "credentialRecovered", "credentialExpiring",
}

// Outcomes returns what people call what may happen, in the order in which it does.
func Outcomes() []string { return slices.Clone(outcomes) }

// on reads the option --on: outcomes with commas between them.
func (a args) on() ([]string, *Problem) {
	if !a.has(optionOn) {
		return nil, nil
	}
	var on []string
	for text := range strings.SplitSeq(a.options[optionOn], ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			return nil, &Problem{Code: CodeUsage, Usage: a.usage, Title: "An outcome is missing: write them with commas and no spaces between them."}
		}
		outcome, ok := outcomeOf(text)
		if !ok {
			return nil, unknownOutcome(text, a.usage)
		}
		if !slices.Contains(on, outcome) {
			on = append(on, outcome)
		}
	}
	return on, nil
}

// outcomeOf returns the outcome that a word stands for: in capitals, or with hyphens, it is the same.
func outcomeOf(word string) (string, bool) {
	plain := strings.NewReplacer("-", "", "_", "").Replace(word)
	for _, outcome := range outcomes {
		if strings.EqualFold(outcome, plain) {
			return outcome, true
		}
	}
	return "", false
}

func unknownOutcome(word, usage string) *Problem {
	p := &Problem{Code: CodeUsage, Usage: usage, Title: fmt.Sprintf("There is no outcome %q.", Shorten(word, MaxQuoted))}
	if guess, ok := nearest.Word(word, outcomes); ok {
		p.Title += fmt.Sprintf(" Did you mean %s?", guess)
		return p
	}
	p.Body = []Text{Line(Plain("The outcomes are " + strings.Join(outcomes, ", ") + "."))}
	return p
}
