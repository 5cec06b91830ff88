package chatops

import (
	"cmp"
	"fmt"
	"slices"
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
		return nil, &Problem{Code: CodeUsage, Title: "A quotation mark is not closed.", Usage: def.usage(def.forms[0])}
	}
	if asksForHelp(words[1:]) {
		return Help{Topic: def.name}, nil
	}
	a, problem := def.sort(words[1:])
	if problem != nil {
		return nil, problem
	}
	command, problem := def.build(a)
	if problem != nil {
		return nil, problem
	}
	return command, nil
}

// asksForHelp reports whether the words after a command's name ask what can follow it.
func asksForHelp(words []word) bool {
	if len(words) != 1 {
		return false
	}
	name, isOption := words[0].option()
	return isOption && strings.EqualFold(name, "help") || strings.EqualFold(words[0].text, "help")
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
	a := args{params: map[string]string{}, lists: map[string][]string{}, options: map[string]string{}}
	used := d.form(words)
	a.usage = d.usage(used)
	var positional []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, isOption := w.option()
		switch {
		case w.isDashed() && !isOption:
			return args{}, d.dashed(w, used)
		case !isOption:
			positional = append(positional, w.text)
			continue
		}
		name, value, hasValue := strings.Cut(name, "=")
		opt, problem := d.option(strings.ToLower(name), used)
		if problem != nil {
			return args{}, problem
		}
		switch {
		case a.has(opt.name):
			return args{}, d.misused(used, fmt.Sprintf("--%s is given twice.", opt.name))
		case opt.value == "" && hasValue:
			return args{}, d.misused(used, fmt.Sprintf("--%s takes no value.", opt.name))
		case opt.value != "" && !hasValue:
			if i++; i < len(words) {
				// The next option is not the value of this one: "--reason --dry-run" must not ship.
				if _, isOption := words[i].option(); !isOption {
					value = words[i].text
				}
			}
			if runsOn(words, i) && used.complete(positional) && opt.name == optionReason {
				return args{}, d.misused(used, "A reason of several words needs quotation marks around it.")
			}
		}
		if opt.value != "" && strings.TrimSpace(value) == "" {
			return args{}, d.misused(used, fmt.Sprintf("--%s needs a value.", opt.name))
		}
		a.options[opt.name] = value
	}
	return a, d.place(positional, used, a)
}

// dashed tells what is wrong with a word that has the one hyphen of options elsewhere.
func (d definition) dashed(w word, used form) *Problem {
	name := strings.TrimLeft(w.text, "-")
	_, problem := d.option(name, used)
	return cmp.Or(problem, d.misused(used, fmt.Sprintf("Write --%s.", name)))
}

// form returns the form of the command that the options choose.
func (d definition) form(words []word) form {
	for _, w := range words {
		name, _ := w.option()
		name, _, _ = strings.Cut(name, "=")
		for _, f := range d.forms {
			if f.by != "" && strings.EqualFold(f.by, name) {
				return f
			}
		}
	}
	return d.forms[0]
}

// complete reports whether the words are as many as the form needs at least.
func (f form) complete(words []string) bool {
	needed := 0
	for _, p := range f.params {
		if !p.optional {
			needed++
		}
	}
	return len(words) >= needed
}

// runsOn reports whether after the word i, which is not quoted, comes one that is no option. In
// "--reason revert 3.1.0" nobody can tell whether 3.1.0 is part of the reason or the Freight to ship.
func runsOn(words []word, i int) bool {
	if i+1 >= len(words) || words[i].quoted {
		return false
	}
	_, isOption := words[i+1].option()
	return !isOption
}

func (d definition) option(name string, used form) (option, *Problem) {
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
	return option{}, d.misused(used, title)
}

// place gives the positional words their names.
func (d definition) place(words []string, used form, a args) *Problem {
	for _, p := range used.params {
		if len(words) == 0 {
			if !p.optional {
				return d.misused(used, fmt.Sprintf("/%s needs %s.", d.name, p.called()))
			}
			continue
		}
		if !p.list {
			if strings.TrimSpace(words[0]) == "" {
				return d.misused(used, fmt.Sprintf("The %s is empty.", p.name))
			}
			if p.name == paramService && namesSeveral(words[0]) {
				return d.misused(used, fmt.Sprintf("/%s takes one service.", d.name))
			}
			a.params[p.name], words = words[0], words[1:]
			continue
		}
		var names []string
		var problem string
		names, words, problem = list(words)
		if problem != "" {
			return d.misused(used, problem)
		}
		a.lists[p.name] = names
	}
	if len(words) > 0 {
		return d.misused(used, fmt.Sprintf("%q is one word too many.", Shorten(words[0], MaxQuoted)))
	}
	return nil
}

// namesSeveral reports whether a word stands for more than one service.
func namesSeveral(word string) bool {
	return strings.Contains(word, ",") || strings.EqualFold(word[strings.LastIndexByte(word, '/')+1:], All)
}

// MaxServices bounds how many services one command can name.
const MaxServices = 100

// list reads names with commas between them, "red,blue" or "red, blue", each once, and returns the
// words that are left.
func list(words []string) (names, rest []string, problem string) {
	end := 1
	for end < len(words) && (strings.HasSuffix(words[end-1], ",") || strings.HasPrefix(words[end], ",")) {
		end++
	}
	text, rest := strings.Join(words[:end], ""), words[end:]
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "" && strings.TrimSpace(text) == "":
			return nil, nil, "A name is missing."
		case name == "":
			return nil, nil, fmt.Sprintf("A name is missing in %q.", Shorten(text, MaxQuoted))
		case len(names) == MaxServices:
			return nil, nil, fmt.Sprintf("One command can name %d services at most; \"all\" stands for all of them.", MaxServices)
		case !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }):
			names = append(names, name)
		}
	}
	return names, rest, ""
}

func (d definition) misused(used form, title string) *Problem {
	return &Problem{Code: CodeUsage, Title: title, Usage: d.usage(used)}
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

// called names a word for a sentence: "an environment", or "services".
func (p param) called() string {
	switch {
	case p.list:
		return p.name
	case strings.ContainsRune("aeiou", rune(p.name[0])):
		return "an " + p.name
	default:
		return "a " + p.name
	}
}
