package chatops

// Abort asks for what is being promoted, or waits for its turn, to be stopped.
type Abort struct {
	Mutation

	// Services are names, "project/name", or one of All and "project/all".
	Services    []string
	Environment string
}

// Name implements Command.
func (Abort) Name() string { return "abort" }

func abortDefinition() definition {
	return definition{
		name:    "abort",
		forms:   []form{{params: []param{services(), environment()}}},
		options: mutating(),
		summary: "Stop the promotions that run or wait",
		details: []string{
			"What a promotion has changed already stays changed: look at /status, and use /rollback to go back.",
		},
		examples: []string{"/abort red production", "/abort all production --reason \"incident 42\""},
		build: func(a args) (Command, *Problem) {
			return Abort{Mutation: a.mutation(), Services: a.lists[paramServices], Environment: a.params[paramEnvironment]}, nil
		},
	}
}
