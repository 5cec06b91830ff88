package terminal_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

func TestRender(t *testing.T) {
	help, _ := chatops.HelpCard("")
	refused := (&chatops.Problem{
		Code: chatops.CodeForbidden, Title: "You can't promote to production.",
		Body:  []chatops.Text{chatops.Line(chatops.Plain("Needed: "), chatops.Bold("promote"), chatops.Plain(" on Stage "), chatops.Code("red-production"), chatops.Plain("."))},
		Usage: chatops.Usage("promote"),
	}).Card()
	for name, card := range map[string]chatops.Card{
		"running": running(), "status": status(), "refused": refused, "help": help, "hostile": hostile(),
		"diff": diff(), "hostile-sections": hostileSections(),
	} {
		golden.Compare(t, name+".txt", terminal.Render(card, false))
	}
}

// TestColourIsAllThatColourAdds: the golden file shows the escape character as "ESC".
func TestColourIsAllThatColourAdds(t *testing.T) {
	for name, card := range map[string]chatops.Card{"running": running(), "status": status(), "diff": diff()} {
		got := terminal.Render(card, true)
		golden.Compare(t, name+"-colour.txt", strings.ReplaceAll(got, "\x1b", "ESC"))
		for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"} {
			got = strings.ReplaceAll(got, code, "")
		}
		if want := terminal.Render(card, false); got != want {
			t.Errorf("%s: without colour it is\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestEveryStateHasAWord(t *testing.T) {
	seen := map[string]bool{}
	for _, state := range []chatops.State{
		chatops.StatePending, chatops.StateRunning, chatops.StateSucceeded, chatops.StateFailed, chatops.StateAborted, chatops.StateRefused,
	} {
		_, word, _ := strings.Cut(terminal.Render(chatops.Card{Title: "red", State: state}, false), "\n")
		if word == "" || seen[word] {
			t.Errorf("%s is called %q", state, word)
		}
		seen[word] = true
	}
}

func TestCellsAreBoundedAndAligned(t *testing.T) {
	card := chatops.Card{Table: &chatops.Table{Columns: []string{"what", "says"}, Rows: [][]chatops.Text{
		{chatops.Line(chatops.Plain(strings.Repeat("é", 1000))), chatops.Line(chatops.Plain("end"))},
		{chatops.Line(chatops.Plain("b")), chatops.Line(chatops.Plain("end"))},
	}}}
	for line := range strings.Lines(terminal.Render(card, false)) {
		before, _, found := strings.Cut(line, "end")
		if length := utf8.RuneCountInString(before); found && length != 83 {
			t.Errorf("the second column begins after %d characters", length)
		}
	}
}

// A terminal has room for everything, and what is quoted can be taken from it.
func TestSectionsAreWhole(t *testing.T) {
	const lines = 20_000
	quote := strings.Repeat("+\tname: red  \n", lines)
	card := chatops.Card{Title: "red", Sections: []chatops.Section{{Title: "commits", Quote: quote, Language: "diff"}}}
	for range lines {
		card.Sections[0].Lines = append(card.Sections[0].Lines, chatops.Line(chatops.Plain("fix: retry")))
	}
	got := terminal.Render(card, false)
	if shown := strings.Count(got, "\n  fix: retry\n  fix: retry"); shown != lines/2 || !strings.HasSuffix(got, quote) {
		t.Errorf("%d of %d lines are shown, and in the end …%q", 2*shown, lines, got[len(got)-50:])
	}
}

// Whatever a card says, nothing in what is printed makes a terminal do anything but show it.
func FuzzRender(f *testing.F) {
	for _, text := range []string{
		"", "plain", "\x1b[31m", "\x1b", "\x1b[", "\x1b]0;title\a", "\x1b]0;title", "\x1bPq\x1b\\", "\x1b\x1b[31m[31m", "\u009b31m", "\u009d0;t\u009c",
		"\r", "\b", "\a", "\x7f", "\x00", "\xff", "\xc2", "\u202E", "\u2028", "\t", "\n\n", "\x1b\n[31m",
	} {
		f.Add(text, "red")
		f.Add("red", text)
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		line := chatops.Line(chatops.Plain(text), chatops.Bold(other), chatops.Code(text), chatops.LinkTo(other, text),
			chatops.Mention(chatops.Actor{ID: other, Name: text}))
		card := chatops.Card{
			Title: text + other, State: chatops.StateFailed, Status: other, Facts: []chatops.Text{line}, Body: []chatops.Text{line, line},
			Steps: []chatops.Step{{Name: text}, {Name: other}},
			Table: &chatops.Table{Columns: []string{text, other}, Rows: [][]chatops.Text{{line, line}, {line}}},
			Sections: []chatops.Section{
				{Title: text, Lines: []chatops.Text{line}}, {Title: other, Quote: text + "\n" + other, Language: "diff"}, {Quote: other, Language: text},
			},
			Actions: []chatops.Action{{Label: text, Command: other}}, Links: []chatops.Link{{Label: other, URL: text}},
		}
		got := terminal.Render(card, false)
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		for _, r := range got {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || r >= '\u202A' && r <= '\u202E') {
				t.Fatalf("%q is in %q", r, got)
			}
		}
	})
}
