package chatops

// Diff asks what would change in an environment, or what differs between two.
type Diff struct {
	Service     string
	Environment string
	// With is Freight that might go there, or another environment; empty for what Kargo would choose.
	With string
}

// Name implements Command.
func (Diff) Name() string { return "diff" }

func diffDefinition() definition {
	return definition{
		name: "diff",
		forms: []form{{params: []param{
			service(), environment(), {name: paramWith, optional: true},
		}}},
		summary: "Say what a promotion would change, or what differs between two environments",
		details: []string{
			"The third word is Freight that might go there, or another environment. Left out, it is the Freight that Kargo would choose.",
		},
		examples: []string{"/diff red production", "/diff red production 3.2.0", "/diff red staging production"},
		build: func(a args) (Command, *Problem) {
			return Diff{Service: a.params[paramService], Environment: a.params[paramEnvironment], With: a.params[paramWith]}, nil
		},
	}
}
