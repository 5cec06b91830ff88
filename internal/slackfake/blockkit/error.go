package blockkit

import (
	"fmt"
	"strings"
)

// Slack's error codes for blocks, as the Web API answers them.
const (
	CodeInvalidFormat = "invalid_blocks_format" // not a JSON array of objects
	CodeInvalid       = "invalid_blocks"        // JSON, but against the rules
	CodeTooLong       = "msg_blocks_too_long"   // too much in all
)

// maxProblems bounds a report: a hostile payload must not make a large answer.
const maxProblems = 20

// Problem is one broken rule and where.
type Problem struct {
	Message string // as Slack words it: "must be less than 151 characters"
	Pointer string // JSON pointer from the message: "/blocks/0/text/text"
}

// String returns the problem in the form of Slack's response_metadata.messages, without
// the "[ERROR] " in front.
func (p Problem) String() string {
	return fmt.Sprintf("%s [json-pointer:%s]", p.Message, p.Pointer)
}

// Error says why Slack would refuse the blocks. Problems is empty for CodeTooLong.
type Error struct {
	Code     string
	Problems []Problem
}

func (e *Error) Error() string {
	if len(e.Problems) == 0 {
		return e.Code
	}
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return e.Code + ": " + strings.Join(lines, "; ")
}

// report collects problems while a payload is walked.
type report struct {
	problems []Problem
}

func (r *report) addf(at, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{Message: fmt.Sprintf(format, args...), Pointer: at})
	}
}
