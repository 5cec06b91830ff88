package route

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Word returns what people call an outcome in rules and commands: "rolledBack".
func Word(o v1alpha1.Outcome) string {
	if o == "" {
		return ""
	}
	return strings.ToLower(string(o[:1])) + string(o[1:])
}

// OutcomeOf returns the outcome that is called by a word.
func OutcomeOf(word string) (o v1alpha1.Outcome, ok bool) {
	for _, o := range v1alpha1.Outcomes() {
		if Word(o) == word {
			return o, true
		}
	}
	return "", false
}
