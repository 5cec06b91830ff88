package githubfake

import (
	"crypto/rsa"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// The things that exist, as the fake keeps them. All are guarded by GitHub.mu.

type account struct {
	id      int64
	login   string
	name    string
	email   string
	kind    string // User, Bot or Organization, as GitHub calls its types
	created time.Time

	app     *app           // the app behind "<slug>[bot]", else nil
	members map[int64]bool // of an organization: account ids
	teams   []*team        // of an organization
}

type team struct {
	id      int64
	slug    string
	name    string
	members []membership
}

type membership struct {
	account *account
	role    string // member or maintainer
	state   string // active or pending
}

type app struct {
	id          int64
	clientID    string
	slug        string
	name        string
	owner       *account
	bot         *account
	keys        []*rsa.PublicKey
	permissions map[string]string
	events      []string
	created     time.Time
}

type installation struct {
	id          int64
	account     *account
	repos       map[int64]bool // ids of the selected ones; nil: all of the account's
	permissions map[string]string
	suspended   time.Time // zero: not suspended
	created     time.Time
}

type repository struct {
	id            int64
	owner         *account
	name          string
	private       bool
	branch        string // the default one
	collaborators map[int64]bool
	issues        map[int]*issue
	created       time.Time

	git      *history.Repository
	named    map[string]string // hashes of commits by what seeds call them
	releases []*release

	deployments []*deployment // oldest first
	checks      []*checkRun   // oldest first
}

func (r *repository) fullName() string { return r.owner.login + "/" + r.name }

type issue struct {
	id       int64
	repo     *repository
	number   int
	title    string
	body     string
	author   *account
	closed   time.Time // zero: open
	locked   bool
	created  time.Time
	updated  time.Time
	pull     *pull // nil: an issue that is no pull request
	comments []*comment
	deleted  int // of the comments
}

type pull struct {
	id       int64
	head     string // branch
	headSHA  string
	base     string // branch
	baseSHA  string
	draft    bool
	merged   time.Time // zero: not merged
	mergeSHA string
	mergedBy *account // nil: the author

	// diffBase is where the pull request's own changes started, once it is merged or
	// closed; until then it is looked up.
	diffBase *history.Commit
	// brought are the commits that the merge brought into the base, by hash.
	brought map[string]bool
}

type release struct {
	id         int64
	repo       *repository
	tag        string
	target     string // branch or commit
	name       string
	notes      string
	author     *account
	draft      bool
	prerelease bool
	created    time.Time // of the commit, as at GitHub
	published  time.Time // zero: not published
}

type comment struct {
	id        int64
	issue     *issue
	author    *account
	via       *app // the app that it was written through, else nil
	body      string
	created   time.Time
	updated   time.Time
	deleted   bool
	edits     []Edit
	reactions []*reaction
}

type reaction struct {
	id      int64
	user    *account
	content string
	created time.Time
}
