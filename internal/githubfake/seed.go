package githubfake

import (
	"crypto/rsa"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// World is what exists on GitHub at the start. Things are named as people name them: a
// repository is "owner/name". Ids are given out in order where they are left at 0.
type World struct {
	Users         []User
	Orgs          []Org
	Apps          []App // apps of other people; each comes with its user "<slug>[bot]"
	Repositories  []Repository
	Installations []Installation
}

// App is a GitHub App. It comes with its user "<slug>[bot]".
type App struct {
	ID       int64
	ClientID string
	Slug     string
	Name     string // default: the slug
	Owner    string // login of a user or an organization
	// Keys are the public halves of the app's private keys. Two at once is how a key
	// is rotated.
	Keys []*rsa.PublicKey
	// Permissions are what installations grant by default, like {"issues": "write"}.
	// {"metadata": "read"} is always among them.
	Permissions map[string]string
	// Events are the webhook events that the app subscribed to, like "issue_comment".
	// "ping" and "installation" need no subscription.
	Events []string
}

// User is a person, or a bot.
type User struct {
	ID    int64
	Login string
	Name  string
	Email string // the public one
	Bot   bool   // a machine's account: its type is "Bot"
}

// Org is an organization with its members and teams.
type Org struct {
	ID      int64
	Login   string
	Name    string
	Members []string // logins; members of its teams are members anyway
	Teams   []Team
}

// Team is a team of an organization.
type Team struct {
	ID          int64
	Slug        string
	Name        string // default: the slug
	Members     []string
	Maintainers []string
	Invited     []string // have not accepted yet: their membership is pending
}

// Repository is a repository with its issues and pull requests.
type Repository struct {
	ID            int64
	FullName      string // owner/name
	Private       bool
	DefaultBranch string   // default: main
	Collaborators []string // outside collaborators with write access
	Issues        []Issue
	PullRequests  []PullRequest

	// History is what there is before Commits, like that of a real repository (package
	// gitimport). It is not changed.
	History *history.Repository
	// Commits are added in this order. Without any, and without a History, the
	// repository is empty, as far as Git is concerned.
	Commits []Commit
	// Branches are by name; a commit is given as in [Commit.Parents]. The default branch
	// is at the last commit unless it is here.
	Branches map[string]string
	Tags     []Tag
	Releases []Release
}

// Issue is an issue. Issues and pull requests share the numbers of a repository.
type Issue struct {
	Number int // 0: the next free one
	Title  string
	Body   string
	Author string
	Closed bool
	Locked bool
}

// PullRequest is a pull request within its repository.
type PullRequest struct {
	Number  int // 0: the next free one
	Title   string
	Body    string
	Author  string
	Head    string // branch; default: change-<number>
	HeadSHA string // default: made from the number
	Base    string // branch; default: the repository's
	BaseSHA string // default: made from the branch
	Draft   bool
	Closed  bool
	Merged  bool // implies Closed
	// MergeSHA is the merge commit of a merged pull request. Default: made from the
	// number. In a repository with a history all three commits may be given as in
	// [Commit.Parents].
	MergeSHA string
	// Rebased is how many commits a merge by rebase made, the last of which is MergeSHA.
	// 0: it was merged by a merge commit or squashed, whichever the commit looks like.
	Rebased int
	Locked  bool
}

// Installation is the app on an account.
type Installation struct {
	ID      int64
	Account string // login of a user or an organization
	// Repositories are the selected ones. nil means all of the account's.
	Repositories []string
	// Permissions are those granted. nil means all that the app asks for.
	Permissions map[string]string
	Suspended   bool
}
