package strictyaml

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// parserError is how the parser words its errors, which have no fields.
var parserError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// anchorName is what an error says of an anchor, which may be a password that begins with an asterisk.
var anchorName = regexp.MustCompile(`anchor '.*'`)

// misplaced are the errors for which the parser names the line where the surrounding mapping or
// list begins, less one, and the beginnings of those for which it names none.
var misplaced = []string{
	"did not find expected <document start>", "did not find expected node content",
	"did not find expected '-' indicator", "did not find expected key",
	"did not find expected ',' or ']'", "did not find expected ',' or '}'",
}

// syntax makes a problem of an error of the parser.
func syntax(lines *lineReader, err error) *Problem {
	p := &Problem{
		Line: lines.current, Column: 1,
		Message: "not valid YAML", Fix: "check the indentation, quotes and brackets around this line",
	}
	if match := parserError.FindStringSubmatch(err.Error()); match != nil {
		text := match[2]
		if anchorName.MatchString(text) {
			text = anchorName.ReplaceAllString(text, "anchor")
			p.Fix = "put a value that begins with * or & in quotes"
		}
		p.Message += ": " + clip(strings.ToValidUTF8(text, "?"), 100)
		if n, err := strconv.Atoi(match[1]); err == nil && !slices.Contains(misplaced, match[2]) {
			p.Line = n
		}
	}
	if lines.tab > 0 && (p.Line == lines.tab || p.Line+1 == lines.tab) {
		p.Line, p.Fix = lines.tab, "indent with spaces: YAML allows no tabs there"
	}
	return p
}

// lineReader hands a document out line by line, so that the parser, which reads no further than it
// must, tells by its reading how far it got.
type lineReader struct {
	rest    []byte
	line    int  // handed out last, counted from 1
	within  bool // the end of the line has not been handed out yet
	current int  // the last line with more than white space and a comment
	tab     int  // the last line that is indented with a tab
}

// Read hands out the next line, or as much of it as p takes.
func (r *lineReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	line := r.rest[:min(len(p), len(r.rest))]
	end := bytes.IndexByte(line, '\n') + 1
	if end > 0 {
		line = line[:end]
	}
	if !r.within {
		r.line++
		text := bytes.TrimLeft(line, " \t")
		if len(bytes.TrimSpace(text)) > 0 && text[0] != '#' {
			r.current = r.line
		}
		if bytes.Contains(line[:len(line)-len(text)], []byte("\t")) {
			r.tab = r.line
		}
	}
	n := copy(p, line)
	r.rest, r.within = r.rest[n:], end == 0
	return n, nil
}
