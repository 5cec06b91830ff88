package chatops

// Subscriptions asks what the person has subscribed to.
type Subscriptions struct{}

// Name implements Command.
func (Subscriptions) Name() string { return "subscriptions" }

func subscriptionsDefinition() definition {
	return definition{
		name:     "subscriptions",
		forms:    []form{{}},
		summary:  "Say what you are told in direct messages",
		examples: []string{"/subscriptions"},
		build:    func(args) (Command, *Problem) { return Subscriptions{}, nil },
	}
}
