package strictyaml

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File string
	// Line and Column are counted from 1. They are 0 if the problem is not about a line.
	Line, Column int
	// Path says what is wrong: slack.botTokn. It is empty if it is the whole file.
	Path Path
	// Message says what is wrong with it, and Fix what to do. Fix may be empty.
	Message, Fix string
}

// Error returns the problem on one line:
//
//	config.yaml:12:3: slack.botTokn: unknown field; did you mean "botToken"?
func (p Problem) Error() string {
	const longestPath = 200
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
		}
		b.WriteString(": ")
	}
	if p.Path != "" {
		b.WriteString(clip(string(p.Path), longestPath) + ": ")
	}
	b.WriteString(p.Message)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Problems is everything that is wrong. It is an error if there is any: see Err.
type Problems []Problem

// Err returns the problems as an error, nil if there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Error returns the problems, one a line, but not all of very many.
func (ps Problems) Error() string {
	const most = 50
	lines := make([]string, 0, min(len(ps), most+1))
	for i, p := range ps {
		if i == most {
			lines = append(lines, fmt.Sprintf("… and %d more problems", len(ps)-most))
			break
		}
		lines = append(lines, p.Error())
	}
	return strings.Join(lines, "\n")
}

// clip shortens what is quoted from a file to a bearable number of runes.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
