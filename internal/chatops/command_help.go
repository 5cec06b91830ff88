package chatops

import "strings"

// Help asks what can be asked, or about one command.
type Help struct {
	// Topic is the name of a command, or empty.
	Topic string
}

// Name implements Command.
func (Help) Name() string { return "help" }

func helpDefinition() definition {
	return definition{
		name:     "help",
		forms:    []form{{params: []param{{name: "command", optional: true}}}},
		summary:  "Say what can be asked",
		examples: []string{"/help", "/help promote"},
		build: func(a args) (Command, *Problem) {
			return Help{Topic: strings.TrimPrefix(strings.ToLower(a.params["command"]), "/")}, nil
		},
	}
}
