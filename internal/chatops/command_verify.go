package chatops

// Verify asks for what an environment runs to be verified again.
type Verify struct {
	Mutation

	Service     string
	Environment string
}

// Name implements Command.
func (Verify) Name() string { return "verify" }

func verifyDefinition() definition {
	return definition{
		name:     "verify",
		forms:    []form{{params: []param{service(), environment()}}},
		options:  mutating(),
		summary:  "Verify again what runs there",
		details:  []string{"Kargo verifies only what is healthy, and only after the promotion is over."},
		examples: []string{"/verify red staging"},
		build: func(a args) (Command, *Problem) {
			return Verify{Mutation: a.mutation(), Service: a.params[paramService], Environment: a.params[paramEnvironment]}, nil
		},
	}
}
