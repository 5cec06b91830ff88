// Package edit changes a pipeline file by lines, so that comments, blank lines and quotation marks stay as their author
// has written them: encoders of YAML keep none of that for certain. What was changed is parsed again, and has to say what
// the file said and the one thing more, or nothing is changed. It must never guess.
package edit

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// AddService adds a service to the content of the named pipeline file, behind the others. It returns the content as it
// is where the service is there already. The error is strictyaml.Problems; their lines are those of the new content.
func AddService(file string, data []byte, name string) ([]byte, error) {
	before, err := manifests.Parse(file, data)
	if err != nil {
		return nil, err
	}
	if slices.Contains(before.ServiceNames(), name) {
		return data, nil
	}
	var p manifests.Pipeline
	doc := strictyaml.Decode(file, data, &p)
	last := strictyaml.Path("services").Index(len(before.Services) - 1)
	line, column := doc.Position(last)
	t := newText(data)
	added := t.insertBehind(line-1, column-1, quoted(name))
	if added == nil {
		return nil, strictyaml.Problems{doc.Problem(last, "a service can't be added behind this one by a program", "add "+name+" by hand")}
	}
	after, err := manifests.Parse(file, added)
	if err != nil {
		return nil, err
	}
	want := *before
	want.Services = append(append([]manifests.Service{}, before.Services...), manifests.Service{Name: name})
	if !reflect.DeepEqual(&want, after) {
		return nil, strictyaml.Problems{doc.Problem("services", "is written in a way in which a service can't be added by a program", "add "+name+" by hand")}
	}
	return added, nil
}

// quoted returns a name as it is written in YAML: one that is a number or a word of YAML's otherwise is in quotation
// marks.
func quoted(name string) string {
	switch name {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return `"` + name + `"`
	}
	if name != "" && ('a' > name[0] || name[0] > 'z') {
		return strconv.Quote(name)
	}
	return name
}

// text is a file cut into lines, which keep their ends.
type text struct{ lines [][]byte }

func newText(data []byte) text {
	return text{lines: bytes.SplitAfter(bytes.Clone(data), []byte("\n"))}
}

// insertBehind returns the text with a name behind the element of a list that begins on a line at a column, both
// counted from 0. It returns nil if the element is not written in a way that it knows.
func (t text) insertBehind(line, column int, name string) []byte {
	if line >= len(t.lines) {
		return nil
	}
	// Columns are of characters.
	runes := []rune(string(t.lines[line]))
	if column > len(runes) {
		return nil
	}
	lead, element := string(runes[:column]), string(runes[column:])
	if indent, isBlock := strings.CutSuffix(strings.TrimRight(lead, " "), "-"); isBlock && strings.TrimSpace(indent) == "" {
		return t.insertLine(t.lastLine(line, len(indent)), lead+name)
	}
	if strings.TrimSpace(lead) == "" {
		if dash := t.dashAbove(line); dash >= 0 {
			indent := bytes.IndexByte(t.lines[dash], '-')
			return t.insertLine(t.lastLine(dash, indent), strings.Repeat(" ", indent)+"- "+name)
		}
	}
	end := scalarEnd(element)
	if end < 0 {
		return nil
	}
	return t.replaceLine(line, lead+element[:end]+", "+name+element[end:])
}

// dashAbove returns the line of the dash that an element of a list stands below, which begins on a line, and -1 if there is
// none.
func (t text) dashAbove(line int) int {
	for i := line - 1; i >= 0; i-- {
		switch content, _, _ := strings.Cut(string(t.lines[i]), "#"); strings.TrimSpace(content) {
		case "":
		case "-":
			return i
		default:
			return -1
		}
	}
	return -1
}

// lastLine returns the last line of the element of a list that begins on a line and whose dash is indented so far:
// what belongs to it is indented further. Blank lines and comments behind it are not its.
func (t text) lastLine(line, indent int) int {
	last := line
	for i := line + 1; i < len(t.lines); i++ {
		content := bytes.TrimLeft(t.lines[i], " ")
		switch trimmed := bytes.TrimSpace(content); {
		case len(trimmed) == 0, trimmed[0] == '#':
		case len(t.lines[i])-len(content) <= indent:
			return last
		default:
			last = i
		}
	}
	return last
}

func (t text) insertLine(behind int, line string) []byte {
	var b []byte
	for i, l := range t.lines {
		b = append(b, l...)
		if i != behind {
			continue
		}
		end := "\n"
		switch {
		case bytes.HasSuffix(l, []byte("\r\n")):
			end = "\r\n"
		case !bytes.HasSuffix(l, []byte("\n")):
			b = append(b, end...)
		}
		b = append(b, line+end...)
	}
	return b
}

func (t text) replaceLine(line int, with string) []byte {
	var b []byte
	for i, l := range t.lines {
		if i == line {
			l = []byte(with)
		}
		b = append(b, l...)
	}
	return b
}

// scalarEnd returns where a scalar ends that stands in brackets, -1 if it is none or goes on on another line.
func scalarEnd(s string) int {
	if s == "" {
		return -1
	}
	if mark := s[0]; mark == '"' || mark == '\'' {
		end := strings.IndexByte(s[1:], mark)
		if end < 0 {
			return -1
		}
		return end + len(`""`)
	}
	end := strings.IndexAny(s, ",]{}[#\r\n")
	if end <= 0 {
		return -1
	}
	return len(strings.TrimRight(s[:end], " "))
}
