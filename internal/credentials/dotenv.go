package credentials

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// The bounds of a file with variables.
const (
	maxEnvFile   = 1 << 20 // bytes
	maxVariables = 1000
)

// Env is the content of a file with variables, such as the deployment guide's kargo/.env.
type Env struct {
	names  []string
	values map[string]secret.Text
	lines  map[string]int
}

// Names returns the names of the variables, in the order of the file.
func (e *Env) Names() []string { return e.names }

// Lookup returns the value of a variable, and whether it is there.
func (e *Env) Lookup(name string) (secret.Text, bool) {
	value, ok := e.values[name]
	return value, ok
}

// ParseEnv reads the content of the named file with variables: lines NAME=value, with export before them or not, values
// in single or double quotes or in none, comments. In double quotes, \n, \r, \t, \", \\, \$ and \` are what they are in
// most readers of such files, and quoted values may have several lines. What a shell would replace, or readers
// disagree about, is refused: it would be a wrong password at one of them. The error is strictyaml.Problems, without any
// value.
func ParseEnv(file string, data []byte) (*Env, error) {
	p := &envParser{file: file, env: &Env{values: map[string]secret.Text{}, lines: map[string]int{}}}
	text := strings.TrimPrefix(string(data), "\ufeff")
	switch {
	case len(data) > maxEnvFile:
		p.fail("", fmt.Sprintf("the file is larger than %d KiB", maxEnvFile>>10), "check that it is the right one")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		p.fail("", "the file is not text", "check that it is the right one")
	default:
		p.rest = strings.ReplaceAll(text, "\r\n", "\n")
		p.variables()
	}
	if err := p.problems.Err(); err != nil {
		return nil, err
	}
	return p.env, nil
}

// envParser goes through a file line by line.
type envParser struct {
	file     string
	rest     string // behind the line that is read
	line     int    // counted from 1
	env      *Env
	problems strictyaml.Problems
}

// fail adds a problem with a variable, or with the line if it has no name yet.
func (p *envParser) fail(name, message, fix string) {
	problem := strictyaml.Problem{File: p.file, Line: p.line, Path: strictyaml.Path(name), Message: message, Fix: fix}
	if p.line > 0 {
		problem.Column = 1
	}
	p.problems = append(p.problems, problem)
}

// next takes a line off the rest.
func (p *envParser) next() (line string, ok bool) {
	if p.rest == "" {
		return "", false
	}
	line, p.rest, _ = strings.Cut(p.rest, "\n")
	p.line++
	return line, true
}

func (p *envParser) variables() {
	const mostProblems = 50
	for len(p.problems) < mostProblems {
		line, ok := p.next()
		if !ok {
			return
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if len(p.env.names) == maxVariables {
			p.fail("", fmt.Sprintf("these are more than %d variables", maxVariables), "check that it is the right file")
			return
		}
		p.variable(line)
	}
}

// variable reads one, which begins on the line.
func (p *envParser) variable(line string) {
	at := p.line
	if rest, ok := strings.CutPrefix(line, "export"); ok && rest != "" && unicode.IsSpace(rune(rest[0])) {
		line = strings.TrimSpace(rest)
	}
	name, text, ok := strings.Cut(line, "=")
	if !ok || !isVariable(name) {
		// The line may be the rest of a secret, so that nothing of it is shown.
		p.fail("", "is not a variable", "write NAME=value, with no space before or after the equals sign")
		return
	}
	value, message, fix := p.value(text)
	end := p.line
	p.line = at
	switch {
	case message != "":
		p.fail(name, message, fix)
	case p.env.lines[name] > 0:
		p.fail(name, fmt.Sprintf("is already on line %d", p.env.lines[name]), "remove one of the two")
	case len(value) > secret.MaxSize:
		p.fail(name, "is larger than 64 KiB", "check that it is the right value")
	default:
		p.env.names = append(p.env.names, name)
		p.env.values[name] = secret.NewText(value)
		p.env.lines[name] = at
	}
	p.line = end
}
