package githubfake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// world is everything that exists, with the ways to find it. Logins and repository
// names are found whatever their case, as at GitHub.
type world struct {
	now           func() time.Time
	nextID        int64
	accounts      map[string]*account    // by login in lower case
	emails        map[string]*account    // by address in lower case
	repos         map[string]*repository // by full name in lower case
	comments      map[int64]*comment
	installations []*installation
}

// firstID is above what 32 bits hold, as the ids of GitHub's newer comments are.
const firstID = 3_000_000_000

func newWorld(now func() time.Time) *world {
	return &world{
		now: now, nextID: firstID,
		accounts: map[string]*account{}, emails: map[string]*account{},
		repos: map[string]*repository{}, comments: map[int64]*comment{},
	}
}

// id returns given, or the next free id if given is 0.
func (w *world) id(given int64) int64 {
	if given != 0 {
		return given
	}
	w.nextID++
	return w.nextID
}

// moment is the time in GitHub's resolution of a second.
func (w *world) moment() time.Time { return w.now().UTC().Truncate(time.Second) }

func (w *world) account(login string) (*account, error) {
	if found, ok := w.accounts[strings.ToLower(login)]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("no account %q", login)
}

func (w *world) repo(fullName string) (*repository, error) {
	if found, ok := w.repos[strings.ToLower(fullName)]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("no repository %q", fullName)
}

func (w *world) issue(fullName string, number int) (*issue, error) {
	repo, err := w.repo(fullName)
	if err != nil {
		return nil, err
	}
	if found, ok := repo.issues[number]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("%s has no issue or pull request %d", repo.fullName(), number)
}

func (w *world) comment(id int64) (*comment, error) {
	if found, ok := w.comments[id]; ok && !found.deleted {
		return found, nil
	}
	return nil, fmt.Errorf("no comment %d", id)
}

// installationOf returns the installation that sees the repository, or nil.
func (w *world) installationOf(repo *repository) *installation {
	for _, in := range w.installations {
		if in.sees(repo) {
			return in
		}
	}
	return nil
}

func (w *world) installation(id int64) *installation {
	for _, in := range w.installations {
		if in.id == id {
			return in
		}
	}
	return nil
}

// reposOf returns the repositories that the installation sees, by name.
func (w *world) reposOf(in *installation) []*repository {
	var seen []*repository
	for _, repo := range w.repos {
		if in.sees(repo) {
			seen = append(seen, repo)
		}
	}
	slices.SortFunc(seen, func(a, b *repository) int { return cmp.Compare(a.fullName(), b.fullName()) })
	return seen
}

func (in *installation) sees(repo *repository) bool {
	return repo.owner == in.account && (in.repos == nil || in.repos[repo.id])
}

// selection is GitHub's word for how repositories were chosen.
func (in *installation) selection() string {
	if in.repos == nil {
		return "all"
	}
	return "selected"
}

// association is what GitHub tells about an author in a repository.
func (r *repository) association(author *account) string {
	switch {
	case author == r.owner:
		return "OWNER"
	case r.owner.members[author.id]:
		return "MEMBER"
	case r.collaborators[author.id]:
		return "COLLABORATOR"
	}
	return "NONE"
}
