package chatops

// Subscribe asks to be told what happens in direct messages.
type Subscribe struct {
	// Services are names, "project/name", or one of All and "project/all"; empty for all. A single one may turn out
	// to be the name of an environment, if Environment is empty.
	Services    []string
	Environment string
	// On are Outcomes; empty for all but "started" and "credentialRotated".
	On []string
	// Mine asks for nothing but what the person has asked for or released.
	Mine bool
}

// Name implements Command.
func (Subscribe) Name() string { return "subscribe" }

func subscribeDefinition() definition {
	return definition{
		name: "subscribe",
		forms: []form{{params: []param{
			{name: paramServices, optional: true, list: true}, {name: paramEnvironment, optional: true},
		}}},
		options: []option{
			{name: optionOn, value: "outcomes", about: "which of them, with commas between them: released, overdue, waiting, started, " +
				"succeeded, failed, aborted, rolledBack, verificationFailed, degraded, recovered, credentialRotated, credentialFailing, " +
				"credentialRecovered, credentialExpiring; if left out, all but started and credentialRotated"},
			{name: optionMine, about: "only what you have asked for or released yourself"},
		},
		summary: "Be told in direct messages what happens, in Slack",
		details: []string{
			"One word alone is a service, or an environment if there is no service of that name. Without any, it is about all services.",
			"Of builds that are no release, only failures are told, and when they are over.",
			"Credentials are told to whoever subscribes to all services.",
			"It takes the place of what you have subscribed to before.",
		},
		examples: []string{
			"/subscribe", "/subscribe production --mine", "/subscribe red,blue production --on failed,degraded,recovered",
		},
		build: func(a args) (Command, *Problem) {
			on, problem := a.on()
			return Subscribe{
				Services: a.lists[paramServices], Environment: a.params[paramEnvironment], On: on, Mine: a.has(optionMine),
			}, problem
		},
	}
}
