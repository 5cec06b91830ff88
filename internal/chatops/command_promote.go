package chatops

// Promote asks for Freight to be moved to an environment.
type Promote struct {
	Mutation

	// Services are names, "project/name", or one of All and "project/all".
	Services    []string
	Environment string
	// Freight is a version, an alias, a name or a prefix of a name; empty for what Kargo would choose.
	Freight string
	// Through asks to walk through all Stages on the way, in order.
	Through bool
	// Partial asks to go on with the services that can go, where some can't.
	Partial bool
}

// Name implements Command.
func (Promote) Name() string { return "promote" }

func promoteDefinition() definition {
	return definition{
		name: "promote",
		forms: []form{
			{params: []param{services(), environment(), optionalFreight()}},
			{params: []param{services(), optionalFreight()}, by: optionThrough},
		},
		options: append(mutating(),
			option{name: optionThrough, value: "environment", about: "walk through every Stage on the way to this environment: " +
				"the next one when the Freight is verified in the one before"},
			partialOption()),
		summary: "Move services' Freight to an environment",
		details: []string{
			"services is one name, several with commas between them (red,blue), or all. Where several projects have a " +
				"service of that name, write project/service.",
			"freight is a version (3.2.0), an alias, a name or a unique prefix of a name. Left out, " +
				"it is what Kargo would choose: the newest Freight available to the Stage.",
		},
		examples: []string{
			"/promote red production", "/promote red prod 3.2.0 --reason \"hotfix\"", "/promote red,blue production",
			"/promote all production", "/promote red 3.2.0 --through production",
		},
		build: func(a args) (Command, *Problem) {
			c := Promote{
				Mutation: a.mutation(), Services: a.lists[paramServices], Environment: a.params[paramEnvironment],
				Freight: a.params[paramFreight], Partial: a.has(optionPartial),
			}
			if a.has(optionThrough) {
				c.Through, c.Environment = true, a.options[optionThrough]
			}
			return c, nil
		},
	}
}
