package cards_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with testdata/name.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
}

// plain renders a card as text, a line for each thing it says.
func plain(c chatops.Card) string {
	lines := []string{"[" + string(c.State) + "] " + c.Title}
	if c.Status != "" {
		lines[0] += "    " + c.Status
	}
	var facts, steps []string
	for _, fact := range c.Facts {
		facts = append(facts, words(fact))
	}
	for _, step := range c.Steps {
		steps = append(steps, step.State.Sign()+" "+step.Name)
	}
	for _, row := range []string{strings.Join(facts, "   "), strings.Join(steps, "   ")} {
		if row != "" {
			lines = append(lines, row)
		}
	}
	for _, paragraph := range c.Body {
		lines = append(lines, words(paragraph))
	}
	for _, link := range c.Links {
		lines = append(lines, link.Label+" <"+link.URL+">")
	}
	return strings.Join(lines, "\n") + "\n"
}

func words(text chatops.Text) string {
	var b strings.Builder
	for _, span := range text {
		switch span.Kind {
		case chatops.SpanBold:
			b.WriteString("*" + span.Text + "*")
		case chatops.SpanCode:
			b.WriteString("`" + span.Text + "`")
		case chatops.SpanMention:
			b.WriteString("@" + span.Text + "(" + string(span.Actor.Source) + " " + span.Actor.ID + ")")
		default:
			b.WriteString(span.Text)
		}
	}
	return b.String()
}
