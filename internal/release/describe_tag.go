package release

import (
	"context"
	"errors"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// Bounds of the schema, in characters, and in bytes where half of it leads nowhere.
const (
	maxNotes  = 8000
	maxAuthor = 256
	maxURL    = 2048
	maxCommit = 64
)

// readAgain is after how long a tag is read again that is not known yet, or of which no release was made: notes are
// often written after the tag. Later, a webhook tells.
var readAgain = [...]time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour}

// unavailableAgain is after how long the forge is asked again that can't be asked now, if it does not say.
const unavailableAgain = time.Minute

// readTag reads what was released, if that is of use now, and returns after how long to read it again.
func (d *describer) readTag(ctx context.Context, r *v1alpha1.Release, project string, m *memory) time.Duration {
	now := d.Now()
	if wait, wanted := d.wantsTag(r, m, now); !wanted {
		return wait
	}
	m.token, m.read, m.next = r.Annotations[annotationLookedAt], true, time.Time{}
	source, found, err := d.tag(ctx, r, project)
	if err != nil {
		wait := unavailableAgain
		if unavailable, ok := errors.AsType[*freightdiff.Unavailable](err); ok && unavailable.After > 0 {
			wait = unavailable.After
		}
		d.Log.InfoContext(ctx, "what was released is not known", "release", r.Name, "error", err)
		m.next = now.Add(wait)
		return wait
	}
	if found != nil {
		describe(&r.Status, source, found)
	}
	if found != nil && found.Published || m.reads >= len(readAgain) {
		return 0
	}
	m.next = now.Add(readAgain[m.reads])
	m.reads++
	return m.next.Sub(now)
}

// wantsTag reports whether the tag is to be read now, and if not, after how long; 0 if only when something happens.
func (d *describer) wantsTag(r *v1alpha1.Release, m *memory, now time.Time) (wait time.Duration, wanted bool) {
	if d.Forge == nil {
		return 0, false
	}
	token := r.Annotations[annotationLookedAt]
	touched, err := time.Parse(time.RFC3339Nano, token)
	if isTouched := err == nil && token != m.token; isTouched && (m.read || now.Sub(touched) < touchedFor) {
		// What is said now is worth another look, and those that follow.
		m.reads = 0
		return 0, true
	}
	switch {
	case now.Sub(r.CreationTimestamp.Time) > describeFor:
		return 0, false
	case !m.read:
		return 0, true
	case m.next.IsZero():
		return 0, false
	default:
		return max(m.next.Sub(now), 0), !m.next.After(now)
	}
}

// tag asks the forge for the tag of a Release; nil if there is none.
func (d *describer) tag(ctx context.Context, r *v1alpha1.Release, project string) (*v1alpha1.ReleaseSource, *freightdiff.Tagged, error) {
	if s := r.Spec.Source; s != nil {
		found, err := tagged(ctx, d.Forge, s.Repo, s.Tag)
		if errors.Is(err, freightdiff.ErrNotFound) {
			return s, nil, nil
		}
		return s, found, err
	}
	return findTag(ctx, d.Forge, d.source(project, r.Spec.Service), r.Spec.Service, r.Spec.Version)
}

// describe notes what is known of a tag.
func describe(s *v1alpha1.ReleaseStatus, source *v1alpha1.ReleaseSource, t *freightdiff.Tagged) {
	s.Repo = chatops.Fit(source.Repo, maxSource)
	if len(t.Commit) <= maxCommit {
		s.Commit = t.Commit
	}
	if t.Author != "" {
		s.Author = chatops.Fit(t.Author, maxAuthor)
	}
	s.Notes, s.Published = "", t.Published && !t.Draft
	if !t.Draft {
		// A draft is not meant to be read yet.
		s.Notes = chatops.Fit(t.Notes, maxNotes)
	}
	if len(t.URL) <= maxURL {
		s.URL = t.URL
	}
}
