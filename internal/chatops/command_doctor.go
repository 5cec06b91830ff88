package chatops

// Doctor asks what is wrong.
type Doctor struct {
	// Service is the one to look at; empty for all.
	Service string
}

// Name implements Command.
func (Doctor) Name() string { return "doctor" }

func doctorDefinition() definition {
	return definition{
		name:     "doctor",
		forms:    []form{{params: []param{{name: paramService, optional: true}}}},
		summary:  "Say what is wrong, why it matters and how to mend it",
		examples: []string{"/doctor", "/doctor red"},
		build:    func(a args) (Command, *Problem) { return Doctor{Service: a.params[paramService]}, nil },
	}
}
