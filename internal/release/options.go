package release

import (
	"context"
	"log/slog"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Forge knows tags. Errors are those of a freightdiff.Forge.
type Forge interface {
	Tagged(ctx context.Context, repo, tag string) (*freightdiff.Tagged, error)
}

// Code tells what is behind Freight. What is not known when ctx ends is said to be unknown.
type Code interface {
	Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange
	Commit(ctx context.Context, project, service, repo string, refs []kargoapi.FreightReference) freightdiff.Located
	Range(ctx context.Context, project, service, repo, from, to string) answers.CodeChange
}

// Doctor finds what is wrong with a service.
type Doctor interface {
	Examine(ctx context.Context, service string) (answers.Diagnosis, error)
}

// Prereleases says what becomes of versions with a suffix, as in "3.2.0-rc.1".
type Prereleases string

// What may become of prereleases. The zero value announces them.
const (
	// AnnouncePrereleases treats them as any other release.
	AnnouncePrereleases Prereleases = "announce"
	// SilencePrereleases follows them, and tells nobody in chat.
	SilencePrereleases Prereleases = "silent"
	// IgnorePrereleases makes no Release of them.
	IgnorePrereleases Prereleases = "ignore"
)

// defaultAwaitImage is how long an image is waited for where nobody says so: builds take minutes, large ones a
// quarter of an hour.
const defaultAwaitImage = 30 * time.Minute

// Options are what the controllers of this package need.
type Options struct {
	Catalogue *kargo.Catalogue
	// Forge, Code and Doctor may be nil: then less is known of a release.
	Forge  Forge
	Code   Code
	Doctor Doctor
	// Source returns where the code of a service is, and how its releases are tagged; nil if nobody knows.
	Source      func(project, service string) freightdiff.Source
	Prereleases Prereleases
	// AwaitImage is after how long a release without an image is overdue; 0 for half an hour.
	AwaitImage time.Duration
	// Retention is how long a Release is kept of which nothing more is expected; 0 for ever. The newest one of a
	// service is always kept.
	Retention time.Duration
	// Since returns since when anybody is told what happens in a namespace, false as long as that is not known.
	// What was released before that is history, of which no Releases are made.
	Since func(ctx context.Context, namespace string) (time.Time, bool)
	// Now is the clock.
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
}

// source returns where the code of a service is.
func (o *Options) source(project, service string) freightdiff.Source {
	if o.Source == nil {
		return freightdiff.Source{}
	}
	return o.Source(project, service)
}

func (o *Options) awaitImage() time.Duration {
	if o.AwaitImage <= 0 {
		return defaultAwaitImage
	}
	return o.AwaitImage
}
