package chatops

// Resume asks Kargo to promote by itself again, where a rollback has stopped that.
type Resume struct {
	Mutation

	Service     string
	Environment string
}

// Name implements Command.
func (Resume) Name() string { return "resume" }

func resumeDefinition() definition {
	return definition{
		name:    "resume",
		forms:   []form{{params: []param{service(), environment()}}},
		options: mutating(),
		summary: "Let Kargo promote by itself again, where a rollback has stopped that",
		details: []string{
			"Kargo resumes by promoting what it would choose: what a rollback has taken away comes back, unless there is something newer.",
		},
		examples: []string{"/resume red staging"},
		build: func(a args) (Command, *Problem) {
			return Resume{Mutation: a.mutation(), Service: a.params[paramService], Environment: a.params[paramEnvironment]}, nil
		},
	}
}
