package githubfake

import (
	"crypto/rsa"
	"time"
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
