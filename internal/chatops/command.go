package chatops

// Command is what a person asked for, understood: one of the command types of this package.
type Command interface {
	// Name is the word the command is called by, without the slash.
	Name() string
}

// Promote asks for Freight to be moved to an environment.
type Promote struct {
	// Service is a name, or "project/service".
	Service     string
	Environment string
	// Freight is a version, an alias, a name or a prefix of a name; empty for what Kargo would choose.
	Freight string
	// Reason is why, in the person's words.
	Reason string
	// DryRun asks to see what would happen, and to do nothing.
	DryRun bool
}

// Name implements Command.
func (Promote) Name() string { return "promote" }

// Help asks what can be asked, or about one command.
type Help struct {
	// Topic is the name of a command, or empty.
	Topic string
}

// Name implements Command.
func (Help) Name() string { return "help" }
