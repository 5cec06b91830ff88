package chatops

// Freight asks which Freight of a service there is.
type Freight struct {
	Service string
	// Environment is where the Freight might go; empty for none in particular.
	Environment string
	Page        int
}

// Name implements Command.
func (Freight) Name() string { return "freight" }

func freightDefinition() definition {
	return definition{
		name:    "freight",
		forms:   []form{{params: []param{service(), {name: paramEnvironment, optional: true}}}},
		options: []option{pageOption()},
		summary: "List a service's Freight, newest first: where each is, and whether it can go to an environment",
		details: nil,
		examples: []string{
			"/freight red", "/freight red production", "/freight red --page 2",
		},
		build: func(a args) (Command, *Problem) {
			page, problem := a.page()
			return Freight{Service: a.params[paramService], Environment: a.params[paramEnvironment], Page: page}, problem
		},
	}
}
