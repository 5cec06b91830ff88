package run

import (
	"encoding/json"
	"regexp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// report takes what a pass writes to standard output.
type report struct {
	data    []byte
	tooMuch bool
	// full is called when there is too much.
	full func()
}

// Write implements io.Writer. It takes everything, and keeps up to maxReport.
func (r *report) Write(p []byte) (int, error) {
	if r.tooMuch || len(r.data)+len(p) > maxReport {
		if !r.tooMuch {
			r.full()
		}
		r.tooMuch = true
		return len(p), nil
	}
	if len(r.data)+len(p) > cap(r.data) {
		larger := append(make([]byte, 0, 2*cap(r.data)+len(p)), r.data...)
		r.wipe()
		r.data = larger
	}
	r.data = append(r.data, p...)
	return len(p), nil
}

// wipe overwrites what was written: a pass that went wrong may have written anything.
func (r *report) wipe() { clear(r.data) }

// decode returns the Report, if there is exactly one. A json.Decoder would keep a copy of what it reads.
func (r *report) decode() (result credentials.Report, ok bool) {
	if r.tooMuch || json.Unmarshal(r.data, &result) != nil {
		return credentials.Report{}, false
	}
	return result, true
}

const (
	// maxPlaces are kept of a trace, the innermost.
	maxPlaces = 12
	// maxLine in bytes: longer ones name no place.
	maxLine = 512
)

// place is a whole line of a stack trace, or of a pass's own account of one.
var place = regexp.MustCompile(`^\s*(?:[\w./@~!+-]*/)?(\w{1,60}\.go:\d{1,7})(?: \+0x[0-9a-f]+)?\s*$`)

// trace takes what a pass writes to standard error, and keeps only places in the code: what a panic says in words may
// be a value.
type trace struct {
	places []string
	line   [maxLine]byte
	length int
	// long says that the line has more than is kept.
	long bool
}

// Write implements io.Writer. It takes everything.
func (t *trace) Write(p []byte) (int, error) {
	for _, b := range p {
		switch {
		case b == '\n':
			t.endLine()
		case t.length == len(t.line):
			t.long = true
		default:
			t.line[t.length] = b
			t.length++
		}
	}
	return len(p), nil
}

func (t *trace) endLine() {
	if match := place.FindSubmatch(t.line[:t.length]); match != nil && !t.long && len(t.places) < maxPlaces {
		t.places = append(t.places, string(match[1]))
	}
	clear(t.line[:])
	t.length, t.long = 0, false
}
