package demo

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// state is the word by which a card says how things stand: "" for one that only informs.
type state string

const (
	stateWaiting   state = "Waiting"
	stateRunning   state = "Running"
	stateSucceeded state = "Succeeded"
	stateFailed    state = "Failed"
	stateAborted   state = "Aborted"
	stateRefused   state = "Refused"
)

// stateOf finds the state in what a card says: on the line below the title, after a sign.
func stateOf(text string) state {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	if len(lines) < 2 {
		return ""
	}
	line := strings.TrimLeftFunc(lines[1], func(r rune) bool { return !unicode.IsLetter(r) })
	// Slack's word for a refusal is another than GitHub's.
	if strings.HasPrefix(line, "Not done") {
		return stateRefused
	}
	for _, s := range []state{stateWaiting, stateRunning, stateSucceeded, stateFailed, stateAborted, stateRefused} {
		if rest, ok := strings.CutPrefix(line, string(s)); ok && (rest == "" || strings.HasPrefix(rest, " ·")) {
			return s
		}
	}
	return ""
}

// final reports whether nothing more will happen.
func (s state) final() bool {
	return s == stateSucceeded || s == stateFailed || s == stateAborted || s == stateRefused
}

func (s state) outcome() Outcome {
	switch s {
	case stateSucceeded:
		return Succeeded
	case stateAborted:
		return Aborted
	case stateRefused:
		return Refused
	case "":
		return Answered
	default:
		return Failed
	}
}

// transcript writes down what a person sees: each message when it comes, its changes in a line each,
// and its final form.
type transcript struct {
	out     io.Writer
	shown   map[string]string
	reacted []string
}

func (t *transcript) printf(format string, args ...any) {
	// There is nobody to tell if the transcript can't be written.
	_, _ = fmt.Fprintf(t.out, format, args...)
}

// typed begins the transcript of a command.
func (t *transcript) typed(who, text string) { t.printf("%s: %s\n", who, text) }

// said writes what somebody else than the bot says.
func (t *transcript) said(who, text string) { t.printf("  %s:\n    %s\n", who, text) }

// show writes a message if it is new or says something new.
func (t *transcript) show(id, where, text string) {
	text = strings.TrimSpace(text)
	old, known := t.shown[id]
	switch {
	case old == text:
		return
	case known && !stateOf(text).final():
		t.printf("  … %s\n", secondLine(text))
	default:
		if known {
			where = "edited"
		}
		if where != "" {
			where = " (" + where + ")"
		}
		t.printf("  kargo-bot%s:\n    %s\n", where, strings.ReplaceAll(text, "\n", "\n    "))
	}
	if t.shown == nil {
		t.shown = map[string]string{}
	}
	t.shown[id] = text
}

func secondLine(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	line, _, _ := strings.Cut(strings.TrimLeft(rest, "\n"), "\n")
	return line
}

// reactions writes the bot's reactions that are new.
func (t *transcript) reactions(all []string) {
	for _, r := range all {
		if !slices.Contains(t.reacted, r) {
			t.reacted = append(t.reacted, r)
			t.printf("  kargo-bot reacts with %s\n", r)
		}
	}
}

// markup is what plainMarkdown takes away or replaces.
var markup = regexp.MustCompile(`(?s)<!--.*?-->` + // hidden
	`|(?m:^\|(?: --- \|)+\n)` + // what is between a table's headings and its rows
	`|\\([!-/:-@\[-` + "`" + `{-~])` + // 1: an escaped character
	`|&(?:[a-z]+|#\d+);` +
	`|\[((?:\\.|[^\]\\])*)\]\([^)]*\)` + // 2: a link's label
	`|(?m:^\| | \|$)| \| ` + // the ends of a row, and what is between its cells
	`|\*\*|</?(?:strong|code|details|summary)>|` + "`+" + `|(?m:^#{1,6} )`)

// betweenCells is what stands between the cells of a table.
const betweenCells = " | "

// fence is the line that begins or ends a block of code.
var fence = regexp.MustCompile("^(`{3,})[a-z]*$")

// plainMarkdown returns a comment of the bot as a person reads it, with all that is folded. It knows what the
// bot writes and no more of Markdown.
func plainMarkdown(text string) string {
	var lines, prose []string
	end := "" // of the block of code that a line is in
	flush := func() { lines, prose = append(lines, plainProse(strings.Join(prose, "\n"))...), nil }
	for line := range strings.SplitSeq(text, "\n") {
		begins := fence.FindStringSubmatch(line)
		switch {
		case end == "" && begins != nil:
			flush()
			end = begins[1]
		case end == "":
			prose = append(prose, line)
		case line == end:
			end = ""
		default:
			lines = append(lines, line)
		}
	}
	flush()
	return strings.Join(lines, "\n")
}

// plainProse returns the lines of what is no block of code, without empty ones.
func plainProse(text string) []string {
	plain := markup.ReplaceAllStringFunc(text, func(found string) string {
		parts := markup.FindStringSubmatch(found)
		switch {
		case parts[1] != "":
			return parts[1]
		case parts[2] != "":
			return strings.Join(plainProse(parts[2]), " ")
		case strings.HasPrefix(found, "&"):
			return html.UnescapeString(found)
		case found == betweenCells:
			return "   "
		}
		return ""
	})
	var lines []string
	for line := range strings.SplitSeq(strings.NewReplacer("\u200b", "", "\u2003", "   ").Replace(plain), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
