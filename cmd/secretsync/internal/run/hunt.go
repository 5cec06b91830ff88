package run

import (
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// suspiciousEnds is how many passes in a row may end without a report before it is found out because of which source:
// one may have been killed by chance.
const suspiciousEnds = 2

// hunt finds the source because of which passes end without a report, be it by a client that panics or by an answer that
// is larger than memory: it halves what a pass looks at until one is left. Otherwise that source would keep all others
// from being asked, too.
type hunt struct {
	// ends counts the passes in a row that have ended without a report.
	ends int
	// left is what is yet to be tried, and trying what the pass that is under way tries.
	left   [][]group
	trying []group
	// well are the sources that a pass has asked and has survived.
	well map[string]bool
}

// group is the Secrets whose values come from the same sources.
type group struct {
	sources []string
	secrets []credentials.SecretName
}

// groups sorts Secrets by where their values come from. Those with a single source come first, so that it is known of
// each source by itself when there are several.
func (p Plan) groups() []group {
	byName := map[string]*group{}
	for _, declared := range p.Secrets {
		sources := slices.Compact(slices.Sorted(slices.Values(declared.Sources)))
		name := strings.Join(sources, "\n")
		if byName[name] == nil {
			byName[name] = &group{sources: sources}
		}
		byName[name].secrets = append(byName[name].secrets, declared.SecretName)
	}
	groups := make([]group, 0, len(byName))
	for _, one := range byName {
		groups = append(groups, *one)
	}
	slices.SortFunc(groups, func(a, b group) int {
		if len(a.sources) != len(b.sources) {
			return len(a.sources) - len(b.sources)
		}
		return slices.Compare(a.sources, b.sources)
	})
	return groups
}

// on reports whether there is something to be tried.
func (h *hunt) on() bool { return len(h.left) > 0 || h.trying != nil }

// ended counts a pass that has ended without a report, and begins when there were too many.
func (h *hunt) ended(plan Plan) {
	h.ends++
	if groups := plan.groups(); h.ends >= suspiciousEnds && len(groups) > 0 {
		*h = hunt{left: [][]group{groups}, well: map[string]bool{}}
	}
}

// off ends it.
func (h *hunt) off() { *h = hunt{} }

// next returns the Secrets that the next pass is to look at.
func (h *hunt) next() []credentials.SecretName {
	h.trying, h.left = h.left[0], h.left[1:]
	var secrets []credentials.SecretName
	for _, one := range h.trying {
		secrets = append(secrets, one.secrets...)
	}
	return secrets
}

// survived takes in that the pass has left a report.
func (h *hunt) survived() {
	for _, one := range h.trying {
		for _, source := range one.sources {
			h.well[source] = true
		}
	}
	h.trying = nil
}

// died takes in that the pass has not. It returns the sources that are to blame, once it is down to them.
func (h *hunt) died() []string {
	tried := h.trying
	h.trying = nil
	if half := len(tried) / 2; half > 0 {
		h.left = slices.Insert(h.left, 0, tried[:half], tried[half:])
		return nil
	}
	sources := tried[0].sources
	if suspects := slices.DeleteFunc(slices.Clone(sources), func(source string) bool { return h.well[source] }); len(suspects) > 0 {
		return suspects
	}
	return sources // They are well by themselves, and not together.
}
