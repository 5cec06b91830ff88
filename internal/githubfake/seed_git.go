package githubfake

import "time"

// Commit is a commit to be made.
type Commit struct {
	// ID is what seeds and people call it, like "c1". A whole hash (40 hex digits) is the
	// commit's; of anything else [CommitSHA] makes one. "": Git's own hash, which nobody
	// knows beforehand.
	ID string
	// Parents are IDs, hashes or their beginnings, branches or tags. nil: the commit
	// before it (in a seed), or the branch's latest (of a push). Empty: none.
	//
	// A merge starts from its first parent and takes over what the others changed.
	Parents []string
	// Author is a login, or a name and an address like "Mona <mona@acme.dev>", which
	// belongs to an account only if that has the address. "": a person without account.
	Author  string
	Message string
	// At is when it was made. Default: now; in a seed, a minute after the one before,
	// the last one now.
	At time.Time
	// Files are the contents, by path, of what it adds or changes.
	Files map[string]string
	// Removed are paths of what it removes, files or folders.
	Removed []string
}

// Tag is a tag. With a message it is an annotated one: an object of its own, which names
// the commit.
type Tag struct {
	Name    string
	Commit  string // as in [Commit.Parents]
	Message string
}

// Release is a release.
type Release struct {
	ID   int64
	Tag  string
	Name string
	// Target is the branch or the commit to be tagged, if there is no such tag yet.
	// Default: the repository's branch.
	Target     string
	Notes      string
	Author     string // login; default: the owner's
	Draft      bool
	Prerelease bool
	// Published is when it was published. Default: now, but never for a draft.
	Published time.Time
}

// MergeMethod is how a pull request is merged, in GitHub's words.
type MergeMethod string

// The ways to merge.
const (
	// MergeCommit makes a commit with two parents.
	MergeCommit MergeMethod = "merge"
	// Squash makes one commit of all.
	Squash MergeMethod = "squash"
	// Rebase makes the pull request's commits again on top of the base.
	Rebase MergeMethod = "rebase"
)
