package chatops

// Unsubscribe asks for no more direct messages about what happens.
type Unsubscribe struct{}

// Name implements Command.
func (Unsubscribe) Name() string { return "unsubscribe" }

func unsubscribeDefinition() definition {
	return definition{
		name:     "unsubscribe",
		forms:    []form{{}},
		summary:  "Get no more direct messages about what happens",
		details:  []string{"What you ask for is still answered."},
		examples: []string{"/unsubscribe"},
		build:    func(args) (Command, *Problem) { return Unsubscribe{}, nil },
	}
}
