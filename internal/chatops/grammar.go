package chatops

import "strings"

// definition describes one command: how it is written, what it does, and how its words become a
// Command. Adding a command is adding one to definitions.
type definition struct {
	name    string
	params  []param
	options []option
	summary string
	// details has more about it, a paragraph each, for /help <command>.
	details  []string
	examples []string
	build    func(args) (Command, *Problem)
}

// param is a positional word.
type param struct {
	name     string
	optional bool
}

// option is written "--name", or "--name value" if it takes one.
type option struct {
	name  string
	value string // what the value is, for the usage line; empty for a flag
	about string
}

// args are the words of one command, sorted by the grammar.
type args struct {
	params  map[string]string
	options map[string]string
}

func (a args) has(option string) bool { _, ok := a.options[option]; return ok }

// mutating returns the options of every command that changes something.
func mutating() []option {
	return []option{
		{name: "reason", value: "why", about: "why, for the record"},
		{name: "dry-run", about: "show what would happen and do nothing"},
	}
}

// definitions lists the commands in the order that help shows them in.
func definitions() []definition {
	return []definition{
		{
			name:    "promote",
			params:  []param{{name: "service"}, {name: "environment"}, {name: "freight", optional: true}},
			options: mutating(),
			summary: "Move a service's Freight to an environment",
			details: []string{
				"freight is a version (3.2.0), an alias, a name or a unique prefix of a name. Left out, " +
					"it is what Kargo would choose: the newest Freight available to the Stage.",
			},
			examples: []string{"/promote red production", "/promote red prod 3.2.0 --reason \"hotfix\""},
			build: func(a args) (Command, *Problem) {
				return Promote{
					Service:     a.params["service"],
					Environment: a.params["environment"],
					Freight:     a.params["freight"],
					Reason:      a.options["reason"],
					DryRun:      a.has("dry-run"),
				}, nil
			},
		},
		{
			name:     "help",
			params:   []param{{name: "command", optional: true}},
			summary:  "Say what can be asked",
			examples: []string{"/help", "/help promote"},
			build: func(a args) (Command, *Problem) {
				return Help{Topic: strings.TrimPrefix(strings.ToLower(a.params["command"]), "/")}, nil
			},
		},
	}
}

func lookUp(name string) (definition, bool) {
	for _, d := range definitions() {
		if d.name == name {
			return d, true
		}
	}
	return definition{}, false
}

// usage returns the usage line: "/promote <service> <environment> [freight] [--reason why]".
func (d definition) usage() string {
	var b strings.Builder
	b.WriteString("/" + d.name)
	for _, p := range d.params {
		if p.optional {
			b.WriteString(" [" + p.name + "]")
		} else {
			b.WriteString(" <" + p.name + ">")
		}
	}
	for _, o := range d.options {
		if o.value == "" {
			b.WriteString(" [--" + o.name + "]")
		} else {
			b.WriteString(" [--" + o.name + " " + o.value + "]")
		}
	}
	return b.String()
}

// Usage returns the usage line of a command, or "" if there is no such command.
func Usage(name string) string {
	d, ok := lookUp(name)
	if !ok {
		return ""
	}
	return d.usage()
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
