package credentials

import (
	"fmt"
	"strings"
)

// Overlap says which credential Kargo takes for a repository.
type Overlap struct {
	Repository

	// Taken is the credential that Kargo takes, nil if there is none: then it asks without any.
	Taken *Candidate
	// Shadowed are those that match, too, and that Kargo does not get to.
	Shadowed []Candidate
	// Message says it for people.
	Message string
}

// Overlaps says of each repository which of the candidates Kargo takes. Those of other namespaces than the
// repository's and the shared one are not looked at.
func Overlaps(repositories []Repository, candidates []Candidate, sharedNamespace string) []Overlap {
	byNamespace := map[string][]Candidate{}
	for _, c := range candidates {
		byNamespace[c.Namespace] = append(byNamespace[c.Namespace], c)
	}
	matchers := map[string]matcher{}
	for namespace, own := range byNamespace {
		matchers[namespace] = newMatcher(own)
	}
	all := make([]Overlap, 0, len(repositories))
	for _, r := range repositories {
		matching := matchers[r.Namespace].match(r.Type, r.URL)
		if r.Namespace != sharedNamespace {
			matching = append(matching, matchers[sharedNamespace].match(r.Type, r.URL)...)
		}
		o := Overlap{Repository: r}
		if len(matching) > 0 {
			o.Taken, o.Shadowed = &matching[0], matching[1:]
		}
		o.Message = o.words()
		all = append(all, o)
	}
	return all
}

// Overlaps says of each repository that is known which credential of the declaration Kargo takes.
func (f *File) Overlaps() []Overlap {
	return Overlaps(f.Repositories, f.Candidates(), f.Declaration.SharedNamespace)
}

func (o Overlap) words() string {
	what := fmt.Sprintf("%s (%s, %s)", o.URL, o.Type, o.Namespace)
	switch len(o.Shadowed) {
	case 0:
		if o.Taken == nil {
			return what + ": no credential matches, so that Kargo asks without one. If it is private, declare one."
		}
		return what + ": Kargo takes " + o.Taken.String() + "."
	case 1:
		return fmt.Sprintf("%s: Kargo takes %s, because %s; %s matches, too, and is not used. "+
			"Narrow one of the two, or rename them so that the right one comes first.", what, o.Taken, o.reason(), o.Shadowed[0])
	default:
		names := make([]string, len(o.Shadowed))
		for i, c := range o.Shadowed {
			names[i] = c.String()
		}
		return fmt.Sprintf("%s: Kargo takes %s, because %s; %s match, too, and are not used. "+
			"Narrow them, or rename them so that the right one comes first.", what, o.Taken, o.reason(), strings.Join(names, ", "))
	}
}

// reason says what decides between what is taken and the next.
func (o Overlap) reason() string {
	if next := o.Shadowed[0]; o.Taken.Namespace == next.Namespace {
		return fmt.Sprintf("%s comes before %s by name", o.Taken.Name, next.Name)
	}
	return "the Project's own come before shared ones"
}

// Unmatched returns the candidates that match none of the repositories from where these are looked up.
func Unmatched(repositories []Repository, candidates []Candidate, sharedNamespace string) []Candidate {
	var none []Candidate
	for _, c := range candidates {
		own, used := newMatcher([]Candidate{c}), false
		for _, r := range repositories {
			if reachable := c.Namespace == r.Namespace || c.Namespace == sharedNamespace; reachable && len(own.match(r.Type, r.URL)) > 0 {
				used = true
				break
			}
		}
		if !used {
			none = append(none, c)
		}
	}
	return none
}

// Unmatched returns the credentials of the declaration that match no repository that is known. That may be for the best:
// a Warehouse is not known by the declaration unless it is said there.
func (f *File) Unmatched() []Candidate {
	return Unmatched(f.Repositories, f.Candidates(), f.Declaration.SharedNamespace)
}
