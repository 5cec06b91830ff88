package chatops

import (
	"fmt"
	"strconv"
	"strings"
)

// definitions lists the commands in the order that help shows them in. Each is defined in a file of its
// own, command_*.go: adding a command is adding such a file, and its name here.
func definitions() []definition {
	return []definition{
		promoteDefinition(), rollbackDefinition(), abortDefinition(),
		diffDefinition(), statusDefinition(), freightDefinition(), historyDefinition(),
		verifyDefinition(), refreshDefinition(), resumeDefinition(), approveFreightDefinition(),
		subscribeDefinition(), unsubscribeDefinition(), subscriptionsDefinition(),
		doctorDefinition(), whoAmIDefinition(), helpDefinition(),
	}
}

// definition describes one command: how it is written, what it does, and how its words become a
// Command.
type definition struct {
	name string
	// forms are the ways to write it; the first is the usual one.
	forms   []form
	options []option
	summary string
	// details has more about it, a paragraph each, for /help <command>.
	details  []string
	examples []string
	build    func(args) (Command, *Problem)
}

// form is one way to write a command: its words, in order.
type form struct {
	params []param
	// by is the option that chooses this form; empty for the usual one. That option then is part of it.
	by string
}

// param is a positional word.
type param struct {
	name     string
	optional bool
	// list allows several, with commas between them.
	list bool
}

// option is written "--name", or "--name value" if it takes one.
type option struct {
	name  string
	value string // what the value is, for the usage line; empty for a flag
	about string
}

// Names of words and options.
const (
	paramService     = "service"
	paramServices    = "services"
	paramEnvironment = "environment"
	paramFreight     = "freight"
	paramWith        = "freight or environment"

	optionReason  = "reason"
	optionDryRun  = "dry-run"
	optionThrough = "through"
	optionPartial = "partial"
	optionPage    = "page"
	optionOn      = "on"
	optionMine    = "mine"
)

func service() param         { return param{name: paramService} }
func services() param        { return param{name: paramServices, list: true} }
func environment() param     { return param{name: paramEnvironment} }
func optionalFreight() param { return param{name: paramFreight, optional: true} }

// mutating returns the options of every command that changes something.
func mutating() []option {
	return []option{
		{name: optionReason, value: "why", about: "why, for the record"},
		{name: optionDryRun, about: "show what would happen and do nothing"},
	}
}

func partialOption() option {
	return option{name: optionPartial, about: "if some of the services can't go, go on with those that can"}
}

func pageOption() option {
	return option{name: optionPage, value: "number", about: "show what did not fit on the pages before"}
}

// args are the words of one command, sorted by the grammar.
type args struct {
	params  map[string]string
	lists   map[string][]string
	options map[string]string
	usage   string
}

func (a args) has(option string) bool { _, ok := a.options[option]; return ok }

// maxPage is more pages than anything has.
const maxPage = 1000

// page reads the option --page.
func (a args) page() (int, *Problem) {
	if !a.has(optionPage) {
		return 1, nil
	}
	page, err := strconv.Atoi(a.options[optionPage])
	if err != nil || page < 1 || page > maxPage {
		return 0, &Problem{
			Code: CodeUsage, Usage: a.usage,
			Title: fmt.Sprintf("%q is no page: write a number from 1.", Shorten(a.options[optionPage], MaxQuoted)),
		}
	}
	return page, nil
}

func lookUp(name string) (definition, bool) {
	for _, d := range definitions() {
		if d.name == name {
			return d, true
		}
	}
	return definition{}, false
}

// usage returns the usage line of a form: "/promote <services> <environment> [freight] [--reason why]".
func (d definition) usage(f form) string {
	var b strings.Builder
	b.WriteString("/" + d.name)
	for _, p := range f.params {
		if p.optional {
			b.WriteString(" [" + p.name + "]")
		} else {
			b.WriteString(" <" + p.name + ">")
		}
	}
	for _, o := range d.options {
		if o.name == f.by {
			b.WriteString(" --" + o.name + " <" + o.value + ">")
		}
	}
	for _, o := range d.options {
		switch {
		case d.chooses(o.name):
			// It is part of this form, or makes another one, which has a line of its own.
		case o.value == "":
			b.WriteString(" [--" + o.name + "]")
		default:
			b.WriteString(" [--" + o.name + " " + o.value + "]")
		}
	}
	return b.String()
}

// chooses reports whether an option makes another form of the command.
func (d definition) chooses(option string) bool {
	for _, f := range d.forms {
		if f.by == option {
			return true
		}
	}
	return false
}

// usages returns the usage lines of all forms.
func (d definition) usages() []string {
	lines := make([]string, len(d.forms))
	for i, f := range d.forms {
		lines[i] = d.usage(f)
	}
	return lines
}

// Usage returns the usual usage line of a command, or "" if there is no such command.
func Usage(name string) string {
	d, ok := lookUp(name)
	if !ok {
		return ""
	}
	return d.usage(d.forms[0])
}

// Names returns the names of all commands.
func Names() []string {
	defs := definitions()
	names := make([]string, len(defs))
	for i, d := range defs {
		names[i] = d.name
	}
	return names
}
