package chatops

// Refresh asks Kargo to look for new artifacts of a service now.
type Refresh struct {
	Mutation

	Service string
}

// Name implements Command.
func (Refresh) Name() string { return "refresh" }

func refreshDefinition() definition {
	return definition{
		name:     "refresh",
		forms:    []form{{params: []param{service()}}},
		options:  mutating(),
		summary:  "Look for new artifacts now, in all Warehouses of a service",
		details:  []string{"Whoever may promote the service somewhere may have it looked for."},
		examples: []string{"/refresh red"},
		build: func(a args) (Command, *Problem) {
			return Refresh{Mutation: a.mutation(), Service: a.params[paramService]}, nil
		},
	}
}
