package chatops

// History asks what was promoted to an environment.
type History struct {
	Service     string
	Environment string
	Page        int
}

// Name implements Command.
func (History) Name() string { return "history" }

func historyDefinition() definition {
	return definition{
		name:     "history",
		forms:    []form{{params: []param{service(), environment()}}},
		options:  []option{pageOption()},
		summary:  "List the promotions to an environment: who, what, when, how long, outcome",
		examples: []string{"/history red production", "/history red production --page 2"},
		build: func(a args) (Command, *Problem) {
			page, problem := a.page()
			return History{Service: a.params[paramService], Environment: a.params[paramEnvironment], Page: page}, problem
		},
	}
}
