package chatops

// Status asks what runs where.
type Status struct {
	// Services are names or "project/name"; empty for all. A single one may turn out to be the name of
	// an environment, if Environment is empty.
	Services    []string
	Environment string
	Page        int
}

// Name implements Command.
func (Status) Name() string { return "status" }

func statusDefinition() definition {
	return definition{
		name: "status",
		forms: []form{{params: []param{
			{name: paramServices, optional: true, list: true}, {name: paramEnvironment, optional: true},
		}}},
		options: []option{pageOption()},
		summary: "Say what runs where: version, since when, health, what waits",
		details: []string{
			"One word alone is a service, or an environment if there is no service of that name.",
		},
		examples: []string{"/status", "/status red", "/status production", "/status red,blue production"},
		build: func(a args) (Command, *Problem) {
			page, problem := a.page()
			return Status{Services: a.lists[paramServices], Environment: a.params[paramEnvironment], Page: page}, problem
		},
	}
}
