package chatops

// Command is what a person asked for, understood: one of the command types of this package.
type Command interface {
	// Name is the word the command is called by, without the slash.
	Name() string
}

// Mutation is what every command that changes something can be told beside its words.
type Mutation struct {
	// Reason is why, in the person's words.
	Reason string
	// DryRun asks to see what would happen, and to do nothing.
	DryRun bool
}

// mutation reads the options of every command that changes something.
func (a args) mutation() Mutation {
	return Mutation{Reason: a.options[optionReason], DryRun: a.has(optionDryRun)}
}

// All is the word that stands for all services.
const All = "all"
