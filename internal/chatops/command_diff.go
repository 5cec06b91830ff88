package chatops

// Diff asks what would change in an environment, or what differs between two.
type Diff struct {
	Service string
	// Environment is where, or the first of two Freight.
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
			"Two Freight in place of the environment are compared with each other.",
			"The answer has the artifacts, the commits and pull requests behind them, the release notes, and what changes in the manifests, as far as they can be found.",
		},
		examples: []string{"/diff red production", "/diff red production 3.2.0", "/diff red staging production", "/diff red 3.1.0 3.2.0"},
		build: func(a args) (Command, *Problem) {
			return Diff{Service: a.params[paramService], Environment: a.params[paramEnvironment], With: a.params[paramWith]}, nil
		},
	}
}
