package route

import "cmp"

// Owner is who is called when something goes wrong with a service.
type Owner struct {
	// Services are patterns.
	Services []string
	// Slack is the ID of a person (U42) or of a user group (S7).
	Slack string
}

// Owner returns the ID in Slack of who is called about a service, empty if it is nobody. Of several patterns the
// most exact one counts: a name before what matches several, with the project before without, then the longer
// one, then the first.
func (t *Table) Owner(project, service string) string {
	var (
		best  exactness
		found string
	)
	for _, owner := range t.Owners {
		for _, pattern := range owner.Services {
			if !Match(pattern, project, service) {
				continue
			}
			if e := exactnessOf(pattern); found == "" || e.compare(best) > 0 {
				best, found = e, owner.Slack
			}
		}
	}
	return found
}

// exactness is how much a pattern says; each member matters only if those before it are the same.
type exactness struct{ name, qualified, length int }

func exactnessOf(pattern string) exactness {
	e := exactness{}
	for _, r := range pattern {
		switch r {
		case '*', '?':
		case '/':
			e.qualified = 1
		default:
			e.length++
		}
	}
	if IsName(pattern) {
		e.name = 1
	}
	return e
}

func (e exactness) compare(other exactness) int {
	return cmp.Or(cmp.Compare(e.name, other.name), cmp.Compare(e.qualified, other.qualified), cmp.Compare(e.length, other.length))
}
