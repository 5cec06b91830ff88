package chatops

// Rollback asks for an environment to run again what it ran before.
type Rollback struct {
	Mutation

	// Services are names, "project/name", or one of All and "project/all".
	Services    []string
	Environment string
	// Freight names what to go back to; empty for what ran before the current one.
	Freight string
	// Partial asks to go on with the services that can go, where some can't.
	Partial bool
}

// Name implements Command.
func (Rollback) Name() string { return "rollback" }

func rollbackDefinition() definition {
	return definition{
		name:    "rollback",
		forms:   []form{{params: []param{services(), environment(), optionalFreight()}}},
		options: append(mutating(), partialOption()),
		summary: "Go back to the Freight that ran before, or to the one named",
		details: []string{
			"freight is a version (3.1.0), an alias, a name or a unique prefix of a name. Left out, it is what ran before, unless " +
				"that is newer: after a rollback, going back once more needs a name.",
			"Where Kargo promotes by itself, it stops doing so after a rollback, or it would undo it. /resume lets it go on.",
		},
		examples: []string{"/rollback red production", "/rollback red,blue production --dry-run", "/rollback red production 3.1.0 --reason \"errors at checkout\""},
		build: func(a args) (Command, *Problem) {
			return Rollback{
				Mutation: a.mutation(), Services: a.lists[paramServices], Environment: a.params[paramEnvironment],
				Freight: a.params[paramFreight], Partial: a.has(optionPartial),
			}, nil
		},
	}
}
