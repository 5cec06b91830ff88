package wording

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"text/template/parse"
)

// Kinds of messages that have templates.
const (
	KindRelease   = "release"
	KindPromotion = "promotion"
	KindAlert     = "alert"
	// KindCredential is what is said about a credential, also when it went wrong.
	KindCredential = "credential"
	KindDigest     = "digest"
)

const (
	// maxSource is how long one template may be, in bytes.
	maxSource = 2000
	maxLines  = 10
)

// Source is the templates of one kind of message, as they are written.
type Source struct {
	// Title takes the place of the card's title; empty to leave it.
	Title string
	// Lines take the place of its facts and paragraphs; none to leave those.
	Lines []string
}

// Problem is a template that can't be used.
type Problem struct {
	// Kind is that of the message.
	Kind string
	// Line is which of the lines it is, from 0; -1 for the title.
	Line int
	// Message says what is wrong, and Fix what to do about it, which may be empty.
	Message, Fix string
	// Detail is what Go says of it, for who writes the template; empty if it says nothing.
	Detail string
}

// Field names the template: "release.title", "release.lines[0]".
func (p *Problem) Field() string {
	if p.Line < 0 {
		return p.Kind + ".title"
	}
	return fmt.Sprintf("%s.lines[%d]", p.Kind, p.Line)
}

// Error names the template and says what is wrong with it.
func (p *Problem) Error() string {
	text := p.Field() + ": " + p.What()
	if p.Fix == "" {
		return text
	}
	return text + "; " + p.Fix
}

// What says what is wrong in detail.
func (p *Problem) What() string {
	if p.Detail == "" {
		return p.Message
	}
	return p.Message + ": " + p.Detail
}

// Templates are what cards say in other words.
type Templates struct {
	byKind map[string]*wording
}

// wording is the templates of one kind, or what is wrong with them.
type wording struct {
	title *template
	lines []*template
	// hasLines says that there are lines, all of which may come out empty.
	hasLines bool
	problem  *Problem
}

// Parse reads the templates of some kinds of messages, and tries them with invented data. What is wrong is returned,
// each a *Problem; the templates are usable all the same: those cards say that theirs is not.
func Parse(sources map[string]Source) (*Templates, []error) {
	t := &Templates{byKind: map[string]*wording{}}
	var problems []error
	for _, kind := range slices.Sorted(maps.Keys(sources)) {
		w, wrong := parseKind(kind, sources[kind])
		for _, problem := range wrong {
			problems = append(problems, problem)
		}
		t.byKind[kind] = w
	}
	return t, problems
}

// parseKind reads the templates of one kind.
func parseKind(kind string, source Source) (*wording, []*Problem) {
	w := &wording{hasLines: len(source.Lines) > 0}
	var wrong []*Problem
	read := func(line int, text string) *template {
		read, problem := parseOne(text)
		if problem != nil {
			problem.Kind, problem.Line = kind, line
			wrong = append(wrong, problem)
		}
		return read
	}
	if source.Title != "" {
		w.title = read(-1, source.Title)
	}
	for i, text := range source.Lines {
		if i == maxLines {
			wrong = append(wrong, &Problem{Kind: kind, Line: i, Message: "is one too many", Fix: "write 10 lines at most"})
			break
		}
		w.lines = append(w.lines, read(i, text))
	}
	if len(wrong) > 0 {
		w.problem = wrong[0]
	}
	return w, wrong
}

// parseOne reads a template, checks what it uses, and tries it.
func parseOne(text string) (*template, *Problem) {
	if len(text) > maxSource {
		return nil, &Problem{Message: "is too long", Fix: "write 2,000 characters at most"}
	}
	const name = "t"
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return nil, &Problem{Message: "can't be read", Detail: plainly(err), Fix: "write it as Go's text/template has it"}
	}
	if len(trees) > 1 || trees[name] == nil && len(trees) > 0 {
		return nil, &Problem{Message: "defines another template", Fix: "write it out"}
	}
	if problem := check(tree.Root); problem != nil {
		return nil, problem
	}
	read := &template{root: tree.Root}
	for _, sample := range samples {
		if _, err := render(read, sample, maxLine); err != nil {
			return nil, &Problem{Message: "can't be filled in", Detail: plainly(err)}
		}
	}
	return read, nil
}

// place is where in a template something is, in an error of Go's.
var place = regexp.MustCompile(`^template: t:[0-9]+(:[0-9]+)?: `)

// plainly returns what an error says, without the names that only this package knows.
func plainly(err error) string { return place.ReplaceAllString(err.Error(), "") }
