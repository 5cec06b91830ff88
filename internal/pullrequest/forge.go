package pullrequest

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Forge is where pull requests are: GitHub. Its methods are called concurrently. Repositories are written
// "owner/name".
//
// Errors of the reads are those of freightdiff.Forge: freightdiff.ErrNotFound, and a
// *freightdiff.Unavailable if it can't be asked now.
type Forge interface {
	// PullRequests returns the open pull requests and those that were merged or closed since then, the most
	// recently updated first.
	PullRequests(ctx context.Context, repo string, since time.Time) ([]Pull, error)
	// PullRequest returns one pull request.
	PullRequest(ctx context.Context, repo string, number int) (Pull, error)
	// FilesOf returns the paths that a pull request touches at that head, each once, a renamed file's old
	// path among them. complete is false if it touches more than the forge lists.
	FilesOf(ctx context.Context, repo string, number int, headSHA string) (paths []string, complete bool, err error)
	// Said returns the one comment with that marker below a pull request, as far as the bot itself wrote it; the
	// id is 0 if there is none. Of several the oldest counts. Errors are those of a notify.Sink.
	Said(ctx context.Context, repo string, number int, marker string) (id int64, settled bool, err error)
	// Comment makes the one comment with the remark's marker say what its card says, and returns its ID. id is
	// what Said or an earlier call returned; 0 if there is none: then it is looked for once more, and written.
	//
	// Errors are those of a notify.Sink: a *notify.Deferred if nothing was said and when to try again, a
	// *notify.Undeliverable if that is of no use. The latter is also returned if the comment of that id was
	// deleted: whoever did so does not want it; who wants it written again asks with the id 0.
	Comment(ctx context.Context, repo string, number int, remark Remark, id int64) (newID int64, err error)
}

// Remark is the one comment below a pull request.
type Remark struct {
	// Marker is hidden in it, and finds it again.
	Marker string
	// Settled says that nothing is left to be said. That is hidden in it, too, so that it is known later.
	Settled bool
	Card    chatops.Card
}

// slim is the pull request without what is not looked at while it is followed.
func (p Pull) slim() Pull {
	p.Body = ""
	return p
}

// State says whether a pull request is open, in GitHub's words.
type State string

// The states of a pull request. One that was merged is closed.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Pull is a pull request. All of its strings but the hashes are foreign.
type Pull struct {
	Number      int
	Title, Body string
	// Author is the login of whoever opened it; that of an App ends in "[bot]".
	Author string
	URL    string
	State  State
	Draft  bool
	Merged bool
	// MergedAt is when it was merged; zero if it was not.
	MergedAt  time.Time
	UpdatedAt time.Time
	// HeadSHA is the commit that it offers, HeadRef the branch, and HeadRepo where that is as "owner/name":
	// another repository if it comes from a fork, and "" if that was deleted.
	HeadSHA, HeadRef, HeadRepo string
	// BaseRef is the branch that it is for, and BaseSHA a commit of that, not always the newest.
	BaseRef, BaseSHA string
	// DefaultBranch is that of the repository, and Public says that anybody can read that.
	DefaultBranch string
	Public        bool
	// MergeSHA is the commit by which it was merged; "" if it was not.
	MergeSHA string
}
