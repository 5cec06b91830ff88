package freightdiff

import (
	"context"
	"errors"
	"time"
)

// Forge is where the source code of what runs is kept: GitHub. Its methods are called concurrently, and
// answer from what they remember wherever the answer can't have changed. Repositories are written
// "owner/name", and commits as full hashes.
//
// Errors: ErrNotFound for a repository, a reference or a commit that is not there, or that the bot may not
// see; an *Unavailable if the forge can't be asked now. After any other error nothing is known.
type Forge interface {
	// Resolve returns the commit that a tag, a branch or the beginning of a hash names.
	Resolve(ctx context.Context, repo, ref string) (commit string, err error)
	// Compare returns how head stands to base.
	Compare(ctx context.Context, repo, base, head string) (*Comparison, error)
	// Relate returns how head stands to base, at the least cost.
	Relate(ctx context.Context, repo, base, head string) (Relation, error)
	// Touching returns which of a comparison's commits touch one of the paths, by hash. A path is a folder or
	// a file, without a slash at either end. Merges count as Git counts them in the history of a path: not
	// at all, if they take one side as it is.
	Touching(ctx context.Context, repo string, c *Comparison, paths []string) (map[string]bool, error)
	// Releases returns what was published of a repository, newest first, MaxReleases at the most. Drafts are
	// left out.
	Releases(ctx context.Context, repo string) ([]Release, error)
	// PullRequestOf returns the merged pull request that brought a commit in, or nil if none did.
	PullRequestOf(ctx context.Context, repo, commit string) (*PullRequest, error)
}

// Bounds of what a Forge returns.
const (
	// MaxCommits is how many commits of a comparison are looked at, the newest ones.
	MaxCommits = 1000
	// MaxReleases is how many releases are looked at.
	MaxReleases = 300
)

// ErrNotFound says that there is no such thing, or that the bot may not see it.
var ErrNotFound = errors.New("not found")

// Unavailable says that a Forge can't be asked now.
type Unavailable struct {
	// Reason says why in a sentence for people, such as "GitHub's rate limit is reached for another 12 minutes."
	Reason string
	// After is how long to wait before the next attempt; 0 if that is not known.
	After time.Duration
	Err   error
}

// Error implements error.
func (e *Unavailable) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Unavailable) Unwrap() error { return e.Err }

// Relation is how one commit stands to another, in GitHub's words.
type Relation string

// The relations of a head to a base.
const (
	// Identical commits are the same one.
	Identical Relation = "identical"
	// Ahead: head has all that base has, and more.
	Ahead Relation = "ahead"
	// Behind: base has all that head has, and more.
	Behind Relation = "behind"
	// Diverged: each has what the other lacks.
	Diverged Relation = "diverged"
)

// Comparison is how a commit, the head, stands to another, the base.
type Comparison struct {
	Base, Head string
	Relation   Relation
	// AheadBy is how many commits of head base lacks, and BehindBy the other way round.
	AheadBy, BehindBy int
	// Commits are those of head that base lacks, oldest first: the newest MaxCommits of them.
	Commits []RawCommit
	// URL shows the comparison to people.
	URL string
}

// RawCommit is a commit as the forge has it. All of its strings are foreign.
type RawCommit struct {
	SHA     string
	Parents []string
	Message string
	// Author is the name that the commit has, and Login that of the account, if there is one.
	Author, Login string
	// At is when it was committed.
	At time.Time
	// URL shows the commit to people.
	URL string
}

// Release is something that was published of a repository. All of its strings are foreign.
type Release struct {
	Tag, Name   string
	Notes       string
	URL         string
	Prerelease  bool
	PublishedAt time.Time
}

// Tagged is what a tag names, and the release that was published of it, if one was. All of its strings are
// foreign.
type Tagged struct {
	// Commit is the full hash of the commit, whether the tag is annotated or not.
	Commit string
	// Author is the login of whoever published the release, else of the commit's author; of those without an
	// account it is the name: the tagger's, else the commit's author's.
	Author string
	// At is when it was tagged, as far as Git knows, and that is when the commit was made for a tag that is not
	// annotated.
	At time.Time
	// Name and Notes are those of the release; empty without one.
	Name, Notes string
	// URL shows the release, or the tag, to people.
	URL string
	// Prerelease and Draft are what GitHub says of the release. A draft is not told of before it is published.
	Prerelease, Draft bool
	// Published says that there is a release, and PublishedAt since when.
	Published   bool
	PublishedAt time.Time
}

// PullRequest is a pull request that was merged.
type PullRequest struct {
	Number     int
	Title, URL string
	// Login is whoever opened it.
	Login string
}
