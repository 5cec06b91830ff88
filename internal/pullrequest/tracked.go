package pullrequest

import (
	"slices"
	"sync"
	"time"
)

// tracked has the pull requests that are followed. It is a memory of what can be found out again.
type tracked struct {
	mu    sync.Mutex
	pulls map[Key]*entry
}

// entry is what is known of a pull request.
type entry struct {
	pull Pull
	// stale says that the pull request has changed since.
	stale bool
	// head is of which commit the files are, all of them if complete; services are those that it was last seen
	// to touch.
	head     string
	files    []string
	complete bool
	services []Service
	// isLookedFor says that it is known whether there is a comment. comment is its ID, 0 if there is none,
	// settled whether nothing is left to be said, and said a hash of what it says, once that is known.
	isLookedFor bool
	comment     int64
	settled     bool
	said        string
	// muted says that no comment is to be written, until that time; for good if that is zero.
	muted      bool
	mutedUntil time.Time
	// looks counts how often in a row something could not be told.
	looks int
}

// get returns a copy of what is known.
func (t *tracked) get(key Key) (entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.pulls[key]
	if !ok {
		return entry{}, false
	}
	return *e, true
}

// update changes what is known, beginning with nothing.
func (t *tracked) update(key Key, change func(*entry)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.pulls[key]
	if !ok {
		e = &entry{}
		t.pulls[key] = e
	}
	change(e)
}

// mute says that no comment can be written. One that is not there any more was deleted by somebody who does
// not want it; anything else may be mended.
func (t *tracked) mute(key Key, now time.Time) {
	t.update(key, func(e *entry) {
		e.muted, e.mutedUntil = true, time.Time{}
		if e.comment == 0 {
			e.mutedUntil = now.Add(mutedFor)
		}
	})
}

// mutedFor is after how long it is tried again to write a comment that could not be.
const mutedFor = time.Hour

// isMuted reports whether no comment is to be written now.
func (e *entry) isMuted(now time.Time) bool {
	return e.muted && (e.mutedUntil.IsZero() || now.Before(e.mutedUntil))
}

func (t *tracked) forget(key Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pulls, key)
}

// of returns the pull requests that touch a service.
func (t *tracked) of(project, service string) []Key {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []Key
	for key, e := range t.pulls {
		if slices.ContainsFunc(e.services, func(s Service) bool { return s.Project == project && s.Name == service }) {
			keys = append(keys, key)
		}
	}
	return keys
}

// inProject returns the merged pull requests that touch any service of a project.
func (t *tracked) inProject(project string) []Key {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []Key
	for key, e := range t.pulls {
		// What is open is told by what runs, and not by what there is.
		if e.pull.Merged && slices.ContainsFunc(e.services, func(s Service) bool { return s.Project == project }) {
			keys = append(keys, key)
		}
	}
	return keys
}

// in returns the pull requests of a repository.
func (t *tracked) in(repo string) map[int]Pull {
	t.mu.Lock()
	defer t.mu.Unlock()
	pulls := map[int]Pull{}
	for key, e := range t.pulls {
		if key.Repo == repo {
			pulls[key.Number] = e.pull
		}
	}
	return pulls
}
