package releasenotes_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/releasenotes"
)

// shown writes lines so that their form can be read.
func shown(lines []chatops.Text) string {
	var b strings.Builder
	for _, line := range lines {
		for _, span := range line {
			switch span.Kind {
			case chatops.SpanBold:
				b.WriteString("{b " + span.Text + "}")
			case chatops.SpanCode:
				b.WriteString("{c " + span.Text + "}")
			case chatops.SpanLink:
				b.WriteString("{a " + span.Text + " -> " + span.URL + "}")
			case chatops.SpanMention:
				b.WriteString("{mention}")
			default:
				b.WriteString(span.Text)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestLines(t *testing.T) {
	for _, name := range []string{"release-please", "goreleaser", "github", "people"} {
		markdown, err := os.ReadFile(filepath.Join("testdata", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		lines := releasenotes.Lines(string(markdown))
		golden.Compare(t, name+".txt", shown(lines))
		crlf := releasenotes.Lines(strings.ReplaceAll(string(markdown), "\n", "\r\n"))
		if shown(crlf) != shown(lines) {
			t.Errorf("%s: with other line breaks it is\n%s", name, shown(crlf))
		}
	}
}

func TestAHeadingThatOnlySaysTheVersionIsDropped(t *testing.T) {
	for _, heading := range []string{
		"3.2.0", "v3.2.0", "V3.2", "[3.2.0](https://acme.dev) (2026-11-20)", "red 3.2.0", "red: v3.2.0", "red-v3.2.0", "@acme/red@3.2.0",
		"projects/red/v3.2.0", "Release v3.2.0-rc.1", "Version 3.2.0+build.5 – 2026-11-20", "`3.2.0`", "**3.2.0** [2026-11-20]",
	} {
		if got := shown(releasenotes.Lines("# " + heading + "\n\nIt works.\n")); got != "It works.\n" {
			t.Errorf("%q: %q", heading, got)
		}
	}
	for _, heading := range []string{"Features", "3.2.0 breaks /v1", "Upgrading from 3.1.0 to 3.2.0", "2026-11-20", "3", "What's new in 3.2.0"} {
		if got := shown(releasenotes.Lines("# " + heading)); got != "{b "+heading+"}\n" {
			t.Errorf("%q: %q", heading, got)
		}
	}
	if got := shown(releasenotes.Lines("It works.\n# 3.1.0\n")); got != "It works.\n{b 3.1.0}\n" {
		t.Errorf("a later heading: %q", got)
	}
}

func TestNothingToSay(t *testing.T) {
	for _, markdown := range []string{
		"", " \n\t\n", "# 3.2.0", "<!-- nothing -->", "<br>", "![](https://acme.dev/x.png)", "---", "- \n- \n", "```\n\n```", "[a]: https://acme.dev", "&nbsp;", "# ",
	} {
		if got := releasenotes.Lines(markdown); len(got) != 0 {
			t.Errorf("%q: %q", markdown, shown(got))
		}
	}
}

func TestWhatIsTooLongIsCut(t *testing.T) {
	for name, test := range map[string]struct {
		markdown string
		lines    int
		last     string
	}{
		"as many lines as there may be": {strings.Repeat("- red\n", releasenotes.MaxLines), releasenotes.MaxLines, "• red"},
		"a line more":                   {strings.Repeat("- red\n", releasenotes.MaxLines+1), releasenotes.MaxLines, "…"},
		"many rows":                     {"|a|\n|-|\n" + strings.Repeat("|red|\n", 1000), releasenotes.MaxLines, "…"},
		"much code":                     {"```\n" + strings.Repeat("red\n", 1000) + "```", releasenotes.MaxLines, "…"},
		"many breaks":                   {strings.Repeat("red\\\n", 1000), releasenotes.MaxLines, "…"},
		"more than is read":             {"red\n\n<!--" + strings.Repeat("\n", 70_000) + "-->\n\nblue", 2, "…"},
		"a line as long as it may be":   {strings.Repeat("é", releasenotes.MaxRunes), 1, strings.Repeat("é", releasenotes.MaxRunes)},
		"a longer one":                  {strings.Repeat("é", releasenotes.MaxRunes+1), 1, strings.Repeat("é", releasenotes.MaxRunes-1) + "…"},
		"long code":                     {"`" + strings.Repeat("é", 1000) + "`", 1, strings.Repeat("é", releasenotes.MaxRunes-1) + "…"},
		"a link at the end":             {strings.Repeat("é", releasenotes.MaxRunes-5) + " [label](https://acme.dev)", 1, strings.Repeat("é", releasenotes.MaxRunes-5) + " …"},
		"a line of all that is read":    {strings.Repeat("é", 70_000), 2, "…"},
	} {
		lines := releasenotes.Lines(test.markdown)
		if len(lines) != test.lines || lines[len(lines)-1].String() != test.last {
			t.Errorf("%s: %d lines, the last is %q", name, len(lines), lines[len(lines)-1].String())
		}
	}
}

// deep are notes in which one thing is in another, again and again.
var deep = []string{
	strings.Repeat(">", 5000), strings.Repeat("- ", 5000), strings.Repeat("1. ", 5000), strings.Repeat("> - ", 2000),
	strings.Repeat("[", 5000), strings.Repeat("[a](", 3000), strings.Repeat("![a](", 3000), strings.Repeat("*a_ ", 3000),
	strings.Repeat("**a *", 3000), strings.Repeat("*", 5000) + "a" + strings.Repeat("*", 5000), strings.Repeat("<!--", 3000),
	strings.Repeat("[", 3000) + "a" + strings.Repeat("](https://acme.dev)", 3000), strings.Repeat("|a", 3000) + "\n" + strings.Repeat("|-", 3000) + "\n",
}

func TestDeepNestingIsBounded(t *testing.T) {
	for _, markdown := range deep {
		check(t, markdown+"\n\nthe end")
	}
	lines := releasenotes.Lines(strings.Repeat("- ", 30) + "a\n\nthe end")
	if got := shown(lines); got != strings.Repeat("  ", 5)+"• a\nthe end\n" {
		t.Errorf("a list in thirty others: %q", got)
	}
}

// check fails the test if the lines are not within their bounds, or not neutral.
func check(t *testing.T, markdown string) {
	t.Helper()
	lines := releasenotes.Lines(markdown)
	if len(lines) > releasenotes.MaxLines {
		t.Fatalf("%d lines of %.200q", len(lines), markdown)
	}
	for _, line := range lines {
		said := line.String()
		if n := utf8.RuneCountInString(said); n > releasenotes.MaxRunes || !utf8.ValidString(said) || strings.TrimSpace(said) == "" || strings.Contains(said, "\n") {
			t.Fatalf("a line of %d characters, %.600q, of %.200q", n, said, markdown)
		}
		if slices.ContainsFunc(line, func(s chatops.Span) bool {
			return s.Text == "" || s.Kind == chatops.SpanMention || s.Kind == chatops.SpanLink && !strings.HasPrefix(strings.ToLower(s.URL), "http")
		}) {
			t.Fatalf("%+v of %.200q", line, markdown)
		}
	}
}

// Whatever notes say, they become lines within the bounds.
func FuzzLines(f *testing.F) {
	for _, name := range []string{"release-please", "goreleaser", "github", "people"} {
		markdown, err := os.ReadFile(filepath.Join("testdata", name+".md"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(markdown))
	}
	for _, markdown := range deep {
		f.Add(markdown[:60])
	}
	for _, markdown := range []string{
		"\xff", "\x00", "\r", "\u2028", "a\r\rb", "[a](https://acme.dev/\x01)", "[a](HTTP://acme.dev)", "&#0;&#x10ffff;&bogus;", "`\n`", "``` ` ```", "| a\n|-\n", "- \t- a", "\t\ta",
	} {
		f.Add(markdown)
	}
	f.Fuzz(check)
}
