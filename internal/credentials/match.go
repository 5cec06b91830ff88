package credentials

import (
	"cmp"
	"regexp"
	"slices"
)

// Candidate is what Kargo looks at in a Secret to tell whether it is for a repository.
type Candidate struct {
	SecretName

	Type    Type
	RepoURL string
	IsRegex bool
}

// CandidateOf returns what Kargo sees in a Secret, and false if it passes it over.
func CandidateOf(name SecretName, labels map[string]string, data map[string][]byte) (Candidate, bool) {
	repo, ok := data[KeyRepoURL]
	t := Type(labels[LabelType])
	c := Candidate{SecretName: name, Type: t, RepoURL: string(repo), IsRegex: string(data[KeyRepoURLIsRegex]) == "true"}
	return c, ok && (t == TypeGit || t == TypeImage || t == TypeHelm)
}

// Candidates returns what Kargo will see in the Secrets of the declaration.
func (f *File) Candidates() []Candidate {
	var all []Candidate
	for _, w := range f.Wanted() {
		if c := w.Credential; c.Type != TypeGeneric {
			all = append(all, Candidate{SecretName: w.SecretName, Type: c.Type, RepoURL: c.repo(), IsRegex: c.RepoURLRegex != ""})
		}
	}
	return all
}

// Match returns the credential that Kargo takes for a repository: the first by name in the Project's namespace that
// matches, then the first in the shared one. Kargo takes no second look if that one turns out to be of no use.
func Match(t Type, repoURL string, project, shared []Candidate) (Candidate, bool) {
	for _, candidates := range [][]Candidate{project, shared} {
		if all := newMatcher(candidates).match(t, repoURL); len(all) > 0 {
			return all[0], true
		}
	}
	return Candidate{}, false
}

// matcher has the candidates of one namespace, ready to be compared with many repositories.
type matcher []target

type target struct {
	Candidate

	regex *regexp.Regexp // of a regex, nil if Go's regexp refuses it: then Kargo passes the Secret over
	exact string         // otherwise
}

func newMatcher(candidates []Candidate) matcher {
	m := make(matcher, 0, len(candidates))
	for _, c := range candidates {
		one := target{Candidate: c}
		if c.IsRegex {
			regex, err := regexp.Compile(c.RepoURL)
			if err != nil {
				continue
			}
			one.regex = regex
		} else {
			one.exact = Normalize(c.Type, c.RepoURL)
		}
		m = append(m, one)
	}
	slices.SortStableFunc(m, func(a, b target) int { return cmp.Compare(a.Name, b.Name) })
	return m
}

// match returns those that match, the one that Kargo takes first. A regex may match the URL as it is written or as it
// is compared: nothing says which.
func (m matcher) match(t Type, repoURL string) []Candidate {
	var all []Candidate
	normalized := Normalize(t, repoURL)
	for _, c := range m {
		switch {
		case c.Type != t:
		case c.regex != nil && (c.regex.MatchString(repoURL) || c.regex.MatchString(normalized)),
			c.regex == nil && c.exact == normalized:
			all = append(all, c.Candidate)
		}
	}
	return all
}
