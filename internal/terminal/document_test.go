package terminal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

// found stands for a value of package answers.
type found struct {
	Service string `json:"service"`
	Version string `json:"version"`
}

func TestDocument(t *testing.T) {
	problem := &chatops.Problem{
		Code: chatops.CodeUnknownEnvironment, Title: `No environment "prodution". Did you mean production?`,
		Body: []chatops.Text{chatops.Line(chatops.Plain("Environments: "), chatops.Code("staging"), chatops.Plain(", "), chatops.Code("production"))},
		Err:  &json.SyntaxError{}, Usage: chatops.Usage("promote"),
	}
	refresh := &v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{
		Action: v1alpha1.ActionRefresh, Summary: "look for new artifacts of red",
		Items: []v1alpha1.ShipmentItem{{Service: "red", Warehouse: "red"}},
	}}
	for name, answer := range map[string]bot.Answer{
		"question": {Card: status(), Data: found{"red", "3.1.0"}},
		"sections": {Card: diff()},
		"problem":  {Card: problem.Card(), Problem: problem},
		"asked":    {Card: running(), Shipment: asked()},
		"failed":   {Card: chatops.Card{Title: "red, blue to production", State: chatops.StateFailed}, Shipment: failed()},
		"refresh":  {Card: chatops.Card{Title: "On its way", State: chatops.StatePending}, Shipment: refresh},
	} {
		document, err := terminal.NewDocument("/promote red production <now> & here", answer).JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "document-"+name+".json", string(document))
	}
}

func TestADocumentIsHarmlessToATerminalAndLosesNothing(t *testing.T) {
	document, err := terminal.NewDocument("status \u009b31m \x7f \u202E \x1b[31m", bot.Answer{Card: hostile()}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range string(document) {
		if r != '\n' && (unicode.IsControl(r) || r == '\u202E') {
			t.Fatalf("%q is in\n%s", r, document)
		}
	}
	var read terminal.Document
	if err := json.Unmarshal(document, &read); err != nil {
		t.Fatal(err)
	}
	if read.Command != "status \u009b31m \x7f \u202E \x1b[31m" || !strings.Contains(read.Card.Title, "\x1b[2J") {
		t.Errorf("read back: %q, %q", read.Command, read.Card.Title)
	}
}
