package githubfake

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// CommitSHA returns the hash of a commit that a seed calls id: id itself if that is a
// whole hash. The beginning of a hash, of 7 digits at least, stays the beginning.
func CommitSHA(id string) string {
	if history.IsSHA(id) {
		return id
	}
	sum := sha1.Sum([]byte("commit called " + id))
	made := hex.EncodeToString(sum[:])
	if len(id) >= 7 && len(id) < len(made) && strings.Trim(id, "0123456789abcdef") == "" {
		return id + made[len(id):]
	}
	return made
}

// addHistory makes the commits, branches, tags and releases of a seed.
func (w *world) addHistory(repo *repository, seed Repository) error {
	repo.git, repo.named = history.New(), map[string]string{}
	if seed.History != nil {
		repo.git = seed.History.Clone()
	}
	last := repo.git.Branches[repo.branch]
	for i, commit := range seed.Commits {
		if commit.At.IsZero() {
			commit.At = w.moment().Add(-time.Duration(len(seed.Commits)-1-i) * time.Minute)
		}
		made, err := w.addCommit(repo, last, commit)
		if err != nil {
			return err
		}
		last = made
	}
	if last != nil {
		repo.git.Branches[repo.branch] = last
	}
	for _, name := range slices.Sorted(maps.Keys(seed.Branches)) {
		at, err := repo.commit(seed.Branches[name])
		if err != nil {
			return fmt.Errorf("branch %s: %w", name, err)
		}
		repo.git.Branches[name] = at
	}
	for _, tag := range seed.Tags {
		if _, err := w.addTag(repo, tag, repo.owner); err != nil {
			return err
		}
	}
	for _, release := range seed.Releases {
		if _, _, err := w.addRelease(repo, release); err != nil {
			return err
		}
	}
	return nil
}

// commit returns the commit that a seed or a person names.
func (r *repository) commit(name string) (*history.Commit, error) {
	if sha, ok := r.named[name]; ok {
		return r.git.Commit(sha), nil
	}
	if found := r.git.Resolve(name); found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("%s has no commit %q", r.fullName(), name)
}

// addCommit makes a commit. before is its parent if it names none; nil: it has none.
func (w *world) addCommit(repo *repository, before *history.Commit, seed Commit) (*history.Commit, error) {
	failed := func(err error) (*history.Commit, error) {
		return nil, fmt.Errorf("commit %q: %w", cmp.Or(seed.ID, seed.Message), err)
	}
	draft := history.Draft{Author: w.person(seed.Author, seed.At), Message: seed.Message}
	if seed.ID != "" {
		draft.SHA = CommitSHA(seed.ID)
	}
	if seed.Parents == nil && before != nil {
		draft.Parents = []*history.Commit{before}
	}
	for _, name := range seed.Parents {
		parent, err := repo.commit(name)
		if err != nil {
			return failed(err)
		}
		draft.Parents = append(draft.Parents, parent)
	}
	if len(draft.Parents) > 1 {
		draft.Edits = repo.merged(draft.Parents)
	}
	for _, path := range slices.Sorted(maps.Keys(seed.Files)) {
		draft.Edits = append(draft.Edits, history.Edit{Path: path, SHA: repo.git.Store(seed.Files[path])})
	}
	for _, path := range seed.Removed {
		draft.Edits = append(draft.Edits, history.Edit{Path: path, Remove: true})
	}
	made, err := repo.git.Add(draft)
	if err != nil {
		return failed(err)
	}
	if seed.ID != "" {
		repo.named[seed.ID] = made.SHA
	}
	return made, nil
}

// merged is what a merge takes over from its other parents. What conflicts stays as the
// first parent has it.
func (r *repository) merged(parents []*history.Commit) []history.Edit {
	var edits []history.Edit
	for _, other := range parents[1:] {
		var base *history.Tree
		if common := r.git.Compare(parents[0], other).MergeBase; common != nil {
			base = common.Tree
		}
		taken, _ := history.Merge(base, parents[0].Tree, other.Tree)
		edits = append(edits, taken...)
	}
	return edits
}

// person reads the author of a seed.
func (w *world) person(text string, at time.Time) history.Person {
	at = cmp.Or(at.UTC().Truncate(time.Second), w.moment())
	if a, err := w.account(text); err == nil {
		return history.Person{Name: cmp.Or(a.name, a.login), Email: a.address(), At: at}
	}
	name, email, _ := strings.Cut(strings.TrimSuffix(text, ">"), " <")
	return history.Person{Name: cmp.Or(name, "Somebody"), Email: cmp.Or(email, "somebody@example.com"), At: at}
}

// address is what an account commits with.
func (a *account) address() string {
	return cmp.Or(a.email, fmt.Sprintf("%d+%s@users.noreply.github.com", a.id, a.login))
}

// accountOf returns the account that an address belongs to, or nil.
func (w *world) accountOf(email string) *account {
	if found := w.emails[strings.ToLower(email)]; found != nil {
		return found
	}
	name, isOurs := strings.CutSuffix(email, "@users.noreply.github.com")
	if !isOurs {
		return nil
	}
	if _, login, ok := strings.Cut(name, "+"); ok {
		name = login
	}
	return w.accounts[strings.ToLower(name)]
}

// addTag makes a tag that does not exist yet.
func (w *world) addTag(repo *repository, seed Tag, by *account) (history.Tag, error) {
	if _, taken := repo.git.Tags[seed.Name]; taken || seed.Name == "" {
		return history.Tag{}, fmt.Errorf("tag %q: it is there already, or has no name", seed.Name)
	}
	at, err := repo.commit(seed.Commit)
	if err != nil {
		return history.Tag{}, fmt.Errorf("tag %s: %w", seed.Name, err)
	}
	tag := history.Tag{Commit: at}
	if seed.Message != "" {
		tag.Message, tag.Tagger = seed.Message, w.person(by.login, time.Time{})
		tag.SHA = CommitSHA("tag " + seed.Name + " " + at.SHA)
	}
	repo.git.Tags[seed.Name] = tag
	return tag, nil
}
