package chatops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// plain renders a card as text: code in backticks, what is bold in asterisks.
func plain(c chatops.Card) string {
	var b strings.Builder
	b.WriteString("[" + string(c.State) + "] " + c.Title + "\n")
	for _, paragraph := range c.Body {
		for _, span := range paragraph {
			switch span.Kind {
			case chatops.SpanCode:
				b.WriteString("`" + span.Text + "`")
			case chatops.SpanBold:
				b.WriteString("*" + span.Text + "*")
			default:
				b.WriteString(span.Text)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestHelpCard(t *testing.T) {
	for _, topic := range append(chatops.Names(), "") {
		card, problem := chatops.HelpCard(topic)
		if problem != nil {
			t.Fatalf("no help about %q: %v", topic, problem)
		}
		name := "help.txt"
		if topic != "" {
			name = "help-" + topic + ".txt"
		}
		golden.Compare(t, name, plain(card))
	}
}

func TestHelpAboutAnUnknownCommandSuggestsOne(t *testing.T) {
	_, problem := chatops.HelpCard("promot")
	if problem == nil || problem.Code != chatops.CodeUnknownCommand {
		t.Fatalf("problem: %v", problem)
	}
	if want := "Did you mean /promote?"; !strings.Contains(problem.Title, want) {
		t.Errorf("%q does not contain %q", problem.Title, want)
	}
}

func TestExamplesInTheHelpAreUnderstood(t *testing.T) {
	for _, topic := range chatops.Names() {
		card, _ := chatops.HelpCard(topic)
		for _, line := range card.Body {
			example, ok := strings.CutPrefix(line.String(), "Example: ")
			if !ok {
				continue
			}
			command, problem := chatops.Parse(example)
			if problem != nil || command.Name() != topic {
				t.Errorf("the help about %s shows %q, which is understood as %v, %v", topic, example, command, problem)
			}
		}
	}
}

func TestProblemCardShowsThePersonsSideOnly(t *testing.T) {
	problem := &chatops.Problem{
		Code:  chatops.CodeUnavailable,
		Title: "Please try again.",
		Body:  []chatops.Text{chatops.Line(chatops.Plain("Nothing was done."))},
		Usage: chatops.Usage("promote"),
		Err:   errors.New("dial tcp 10.0.0.1:6443: connection refused"),
	}
	card := problem.Card()
	if got, want := plain(card), "[failed] Please try again.\nNothing was done.\nUsage: `"+usage+"`\n"; got != want {
		t.Errorf("card:\n%s\nwant:\n%s", got, want)
	}
	if len(problem.Body) != 1 {
		t.Error("making the card changed the problem")
	}
	if want := "unavailable: Please try again.: dial tcp 10.0.0.1:6443: connection refused"; problem.Error() != want {
		t.Errorf("Error() = %q, want %q", problem.Error(), want)
	}
	if !errors.Is(problem, problem.Err) {
		t.Error("the cause is not unwrapped")
	}
}

func TestProblemsThatThePersonCanSolveAreRefusals(t *testing.T) {
	for code, want := range map[chatops.ProblemCode]chatops.State{
		chatops.CodeUsage:       chatops.StateRefused,
		chatops.CodeForbidden:   chatops.StateRefused,
		chatops.CodeNoFreight:   chatops.StateRefused,
		chatops.CodeUnavailable: chatops.StateFailed,
		chatops.CodeInternal:    chatops.StateFailed,
	} {
		if got := (&chatops.Problem{Code: code, Title: "x"}).Card().State; got != want {
			t.Errorf("%s: card is %s, want %s", code, got, want)
		}
	}
}

func TestTextStringHasTheWords(t *testing.T) {
	octocat := chatops.Actor{Source: chatops.SourceGitHub, ID: "octocat"}
	text := chatops.Line(chatops.Bold("red"), chatops.Plain(" by "), chatops.Mention(octocat), chatops.Plain(": "),
		chatops.LinkTo("Kargo", "https://kargo.acme.dev"), chatops.Code("!"))
	if got, want := text.String(), "red by @octocat: Kargo!"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}
