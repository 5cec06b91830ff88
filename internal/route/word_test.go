package route_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

func TestWords(t *testing.T) {
	for _, o := range v1alpha1.Outcomes() {
		if got, ok := route.OutcomeOf(route.Word(o)); got != o || !ok {
			t.Errorf("%s is called %s, which is %s", o, route.Word(o), got)
		}
	}
	if route.Word(v1alpha1.OutcomeRolledBack) != "rolledBack" || route.Word("") != "" {
		t.Error("other words than in rules")
	}
	if o, ok := route.OutcomeOf("RolledBack"); ok {
		t.Errorf("another word is %s", o)
	}
}
