package chatops

// WhoAmI asks who the person is to Kubernetes and to Kargo, and what they may do.
type WhoAmI struct{}

// Name implements Command.
func (WhoAmI) Name() string { return "whoami" }

func whoAmIDefinition() definition {
	return definition{
		name:     "whoami",
		forms:    []form{{}},
		summary:  "Say who you are to Kubernetes and Kargo, and what you may do where",
		examples: []string{"/whoami"},
		build:    func(args) (Command, *Problem) { return WhoAmI{}, nil },
	}
}
