package route

import "slices"

// Table is what the configuration says about who is told of what.
type Table struct {
	Rules []Rule
	// Channels are settings of channels in Slack, by the names that rules have for them. One without any need
	// not be here.
	Channels map[string]Channel
	Owners   []Owner
}

// Destinations returns everybody who is told of anything, each once, in the order of the rules.
func (t *Table) Destinations() []Destination {
	var all []Destination
	for _, rule := range t.Rules {
		for _, d := range rule.To {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// Tells reports whether a destination is told of an event. hasStage reports whether the event's service can be
// promoted to an environment: what is about none is told by rules for those that it can reach.
func (t *Table) Tells(d Destination, e Event, hasStage func(environment string) bool) bool {
	return slices.ContainsFunc(t.Rules, func(r Rule) bool {
		return slices.Contains(r.To, d) && r.Matches(e) && r.Reaches(e, hasStage)
	})
}

// Of returns the rules that tell a destination anything.
func (t *Table) Of(d Destination) []Rule {
	var own []Rule
	for _, rule := range t.Rules {
		if slices.Contains(rule.To, d) {
			own = append(own, rule)
		}
	}
	return own
}

// Environments returns the environments of a service of which a destination is told, each once, in the order
// of the rules. If it is told of all of them, all is true and there are no names; if of none, neither.
func (t *Table) Environments(d Destination, project, service string) (names []string, all bool) {
	for _, rule := range t.Rules {
		if !slices.Contains(rule.To, d) || !rule.concerns(project, service) {
			continue
		}
		if len(rule.Environments) == 0 {
			return nil, true
		}
		for _, name := range rule.Environments {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, false
}
