package chatops

// ApproveFreight asks for Freight to be let into an environment without having been verified upstream.
type ApproveFreight struct {
	Mutation

	Service     string
	Freight     string
	Environment string
}

// Name implements Command.
func (ApproveFreight) Name() string { return "approve-freight" }

func approveFreightDefinition() definition {
	return definition{
		name:    "approve-freight",
		forms:   []form{{params: []param{service(), {name: paramFreight}, environment()}}},
		options: mutating(),
		summary: "Let Freight into an environment without verification upstream: Kargo's own approval",
		details: []string{"It is not promoted by that: /promote does. Only where Kargo promotes by itself, it may do so at once."},
		examples: []string{
			"/approve-freight red 3.2.1 production --reason \"hotfix, tested by hand\"",
		},
		build: func(a args) (Command, *Problem) {
			return ApproveFreight{
				Mutation: a.mutation(), Service: a.params[paramService], Freight: a.params[paramFreight],
				Environment: a.params[paramEnvironment],
			}, nil
		},
	}
}
