package githubfake

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
)

func (w *world) addRepository(seed Repository) error {
	login, name, ok := strings.Cut(seed.FullName, "/")
	if !ok {
		return fmt.Errorf("repository %q is not named owner/name", seed.FullName)
	}
	owner, err := w.account(login)
	if err != nil {
		return fmt.Errorf("repository %s: %w", seed.FullName, err)
	}
	if _, err := w.repo(seed.FullName); err == nil {
		return fmt.Errorf("there are two repositories %s", seed.FullName)
	}
	added := &repository{
		id: w.id(seed.ID), owner: owner, name: name, private: seed.Private,
		branch:        cmp.Or(seed.DefaultBranch, "main"),
		collaborators: map[int64]bool{}, issues: map[int]*issue{}, created: w.moment(),
	}
	for _, login := range seed.Collaborators {
		collaborator, err := w.account(login)
		if err != nil {
			return fmt.Errorf("repository %s: %w", seed.FullName, err)
		}
		added.collaborators[collaborator.id] = true
	}
	if err := w.addHistory(added, seed); err != nil {
		return fmt.Errorf("repository %s: %w", seed.FullName, err)
	}
	w.repos[strings.ToLower(seed.FullName)] = added
	for _, issue := range seed.Issues {
		if _, err := w.addIssue(added, issue); err != nil {
			return err
		}
	}
	for _, pull := range seed.PullRequests {
		if _, err := w.addPullRequest(added, pull); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) addIssue(repo *repository, seed Issue) (*issue, error) {
	author, err := w.account(seed.Author)
	if err != nil {
		return nil, fmt.Errorf("%s#%d: %w", repo.fullName(), seed.Number, err)
	}
	if seed.Number == 0 {
		seed.Number = repo.nextNumber()
	}
	if repo.issues[seed.Number] != nil || seed.Number < 0 {
		return nil, fmt.Errorf("%s#%d: the number is taken or negative", repo.fullName(), seed.Number)
	}
	now := w.moment()
	added := &issue{
		id: w.id(0), repo: repo, number: seed.Number, title: seed.Title, body: seed.Body,
		author: author, locked: seed.Locked, created: now, updated: now,
	}
	if seed.Closed {
		added.closed = now
	}
	repo.issues[seed.Number] = added
	return added, nil
}

func (w *world) addPullRequest(repo *repository, seed PullRequest) (*issue, error) {
	added, err := w.addIssue(repo, Issue{
		Number: seed.Number, Title: seed.Title, Body: seed.Body, Author: seed.Author,
		Closed: seed.Closed || seed.Merged, Locked: seed.Locked,
	})
	if err != nil {
		return nil, err
	}
	seed.Number = added.number
	base := cmp.Or(seed.Base, repo.branch)
	added.pull = &pull{
		id:      w.id(0),
		head:    cmp.Or(seed.Head, fmt.Sprintf("change-%d", seed.Number)),
		headSHA: cmp.Or(seed.HeadSHA, madeSHA(repo, "head", seed.Number)),
		base:    base, baseSHA: cmp.Or(seed.BaseSHA, madeSHA(repo, base, 0)),
		draft: seed.Draft,
	}
	if seed.Merged {
		added.pull.merged = added.closed
		added.pull.mergeSHA = cmp.Or(seed.MergeSHA, madeSHA(repo, "merge", seed.Number))
	}
	if repo.git.Len() > 0 {
		repo.place(added.pull, seed)
	}
	if merge := repo.git.Commit(added.pull.mergeSHA); seed.Merged && merge != nil {
		// It was merged when the commit was made, and no earlier time is known.
		at := merge.Committer.At
		added.created, added.updated, added.closed, added.pull.merged = at, at, at, at
	}
	return added, nil
}

// nextNumber is the number of the next issue or pull request.
func (r *repository) nextNumber() int {
	highest := 0
	for number := range r.issues {
		highest = max(highest, number)
	}
	return highest + 1
}

// madeSHA returns a commit id that is always the same for the same thing.
func madeSHA(repo *repository, what string, number int) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %s %d", repo.fullName(), what, number))
	return hex.EncodeToString(sum[:])
}
