package chatops

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// Parse understands one command line, with or without its leading slash: "/promote red production".
// The error, if any, is for the person who typed it. Parse is pure and total: every input gives a
// Command or a Problem.
func Parse(line string) (Command, *Problem) {
	if tooLong(line) {
		return nil, &Problem{
			Code:  CodeUsage,
			Title: fmt.Sprintf("That command is too long: %d characters at most.", MaxLine),
		}
	}
	if !utf8.ValidString(line) {
		return nil, &Problem{Code: CodeUsage, Title: "That command is not valid text."}
	}
	words, closed := splitWords(line)
	words = unwrap(words)
	if len(words) == 0 {
		return Help{}, nil
	}
	name := commandName(words[0])
	def, ok := lookUp(name)
	if !ok {
		return nil, unknownCommand(name)
	}
	if !closed {
		return nil, &Problem{Code: CodeUsage, Title: "A quotation mark is not closed.", Usage: def.usage()}
	}
	a, problem := def.sort(words[1:])
	if problem != nil {
		return nil, problem
	}
	return def.build(a)
}

// umbrella is the word that every command can be written behind: "/kargo promote red production".
const umbrella = "kargo"

func unwrap(words []word) []word {
	if len(words) > 0 && commandName(words[0]) == umbrella {
		return words[1:]
	}
	return words
}

func commandName(w word) string { return strings.ToLower(strings.TrimPrefix(w.text, "/")) }

// sort tells options from positional words.
func (d definition) sort(words []word) (args, *Problem) {
	a := args{params: map[string]string{}, options: map[string]string{}}
	var positional []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, isOption := w.option()
		if !isOption {
			positional = append(positional, w.text)
			continue
		}
		name, value, hasValue := strings.Cut(name, "=")
		opt, problem := d.option(strings.ToLower(name))
		if problem != nil {
			return args{}, problem
		}
		switch {
		case a.has(opt.name):
			return args{}, d.misused(fmt.Sprintf("--%s is given twice.", opt.name))
		case opt.value == "" && hasValue:
			return args{}, d.misused(fmt.Sprintf("--%s takes no value.", opt.name))
		case opt.value != "" && !hasValue:
			if i++; i < len(words) {
				// The next option is not the value of this one: "--reason --dry-run" must not ship.
				if _, isOption := words[i].option(); !isOption {
					value = words[i].text
				}
			}
		}
		if opt.value != "" && strings.TrimSpace(value) == "" {
			return args{}, d.misused(fmt.Sprintf("--%s needs a value.", opt.name))
		}
		a.options[opt.name] = value
	}
	return a, d.place(positional, a.params)
}

func (d definition) option(name string) (option, *Problem) {
	names := make([]string, len(d.options))
	for i, o := range d.options {
		if o.name == name {
			return o, nil
		}
		names[i] = o.name
	}
	title := fmt.Sprintf("There is no option --%s here.", Shorten(name, MaxQuoted))
	if word, ok := nearest.Word(name, names); ok {
		title += fmt.Sprintf(" Did you mean --%s?", word)
	}
	return option{}, d.misused(title)
}

// place gives the positional words their names.
func (d definition) place(words []string, params map[string]string) *Problem {
	for i, p := range d.params {
		if i < len(words) {
			if strings.TrimSpace(words[i]) == "" {
				return d.misused(fmt.Sprintf("The %s is empty.", p.name))
			}
			params[p.name] = words[i]
			continue
		}
		if !p.optional {
			return d.misused(fmt.Sprintf("/%s needs %s %s.", d.name, article(p.name), p.name))
		}
	}
	if len(words) > len(d.params) {
		return d.misused(fmt.Sprintf("%q is one word too many.", Shorten(words[len(d.params)], MaxQuoted)))
	}
	return nil
}

func (d definition) misused(title string) *Problem {
	return &Problem{Code: CodeUsage, Title: title, Usage: d.usage()}
}

func unknownCommand(name string) *Problem {
	p := &Problem{Code: CodeUnknownCommand, Title: fmt.Sprintf("There is no command %q.", Shorten(name, MaxQuoted))}
	if word, ok := nearest.Word(name, Names()); ok {
		p.Title += fmt.Sprintf(" Did you mean /%s?", word)
		p.Usage = Usage(word)
		return p
	}
	p.Body = []Text{Line(Code("/help"), Plain(" lists the commands."))}
	return p
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}
