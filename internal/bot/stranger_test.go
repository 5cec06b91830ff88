package bot_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// TestStrangersLearnNothing checks that somebody unknown can't find out by a typo which services
// there are.
func TestStrangersLearnNothing(t *testing.T) {
	w := newWorld(t)
	w.people.err = &chatops.Problem{Code: chatops.CodeUnknownPerson, Title: "I don't know you."}
	answer := w.Handle(t.Context(), bot.Request{Line: "/promote rde production", Key: "key"})
	if answer.Problem == nil || answer.Problem.Code != chatops.CodeUnknownPerson {
		t.Errorf("answered %+v", answer)
	}
	if len(w.catalogue.asked) > 0 {
		t.Errorf("looked up %q", w.catalogue.asked)
	}
}
