package githubfake

import (
	"encoding/json"
	"time"
)

// What the app itself makes of releases and commits, as the fake keeps it. All are guarded by GitHub.mu.

type deployment struct {
	id          int64
	repo        *repository
	sha, ref    string
	task        string
	environment string
	description *string
	payload     json.RawMessage
	production  bool
	transient   bool
	creator     *account
	created     time.Time
	updated     time.Time
	statuses    []*deploymentStatus // oldest first
}

// current is the last status; one that says nothing, if there is none.
func (d *deployment) current() deploymentStatus {
	if len(d.statuses) == 0 {
		return deploymentStatus{}
	}
	return *d.statuses[len(d.statuses)-1]
}

type deploymentStatus struct {
	id             int64
	state          string
	description    string
	environment    string
	logURL         string
	environmentURL string
	creator        *account
	created        time.Time
}

type checkRun struct {
	id         int64
	repo       *repository
	sha, name  string
	externalID string
	status     string
	conclusion string // "": not over
	detailsURL string
	output     checkOutput
	app        *app
	started    time.Time
	completed  time.Time // zero: not over
}
