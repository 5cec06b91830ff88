package freightdiff

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

const (
	// lookTime bounds one look at what changes, whether or not somebody still waits for it. A range of
	// MaxCommits of a service takes some 30 calls.
	lookTime = time.Minute
	// looksAtOnce bounds the looks that go on at the same time.
	looksAtOnce = 32
	// placesAtOnce bounds how many artifacts of one look are looked at at the same time.
	placesAtOnce = 4
)

// CodeOptions say where the code is.
type CodeOptions struct {
	Forge Forge
	// Web is where the forge's pages are: "https://github.com".
	Web string
	// Source returns where the code of a service is.
	Source func(project, service string) Source
}

// Code tells what changes in the source code behind artifacts. Close it when done.
type Code struct {
	CodeOptions

	looks  singleflight.Group
	places chan struct{}

	mu       sync.Mutex
	closed   bool
	underWay sync.WaitGroup
	// cancels end the looks that go on.
	cancels map[*look]struct{}
}

// look is one look at what is between two versions of an artifact. It may outlive those who asked for it.
type look struct{ cancel context.CancelFunc }

// NewCode returns a Code.
func NewCode(o CodeOptions) *Code {
	o.Web = strings.TrimSuffix(o.Web, "/")
	return &Code{CodeOptions: o, places: make(chan struct{}, looksAtOnce), cancels: map[*look]struct{}{}}
}

// Close ends the looks that go on, and waits for that.
func (c *Code) Close() {
	c.mu.Lock()
	c.closed = true
	for l := range c.cancels {
		l.cancel()
	}
	c.mu.Unlock()
	c.underWay.Wait()
}

// begin reports whether a look may begin. Then end must be called.
func (c *Code) begin(l *look) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.underWay.Add(1)
		c.cancels[l] = struct{}{}
	}
	return !c.closed
}

func (c *Code) end(l *look) {
	c.mu.Lock()
	delete(c.cancels, l)
	c.mu.Unlock()
	c.underWay.Done()
}

// Changes tells what changes in the code of a service, where artifacts change like that. What is not known
// when ctx ends is said to be unknown; it is then found out all the same, for whoever asks next.
func (c *Code) Changes(ctx context.Context, project, service string, changes []answers.ArtifactChange) []answers.CodeChange {
	src := c.Source(project, service).of(service)
	wanted := c.wanted(src, changes)
	out := make([]answers.CodeChange, len(wanted))
	var group errgroup.Group
	group.SetLimit(placesAtOnce)
	for i, w := range wanted {
		group.Go(func() error {
			out[i] = c.look(ctx, src, w)
			return nil
		})
	}
	// Whatever goes wrong is part of the answer.
	_ = group.Wait()
	return joined(out)
}

// wanted returns the changes behind which there may be code: an artifact that comes, or goes, or is of
// another sort, has none to compare. What GitHub does not have is left out, but for the first image, of
// which people are told how that can be changed.
func (c *Code) wanted(src Source, changes []answers.ArtifactChange) []answers.ArtifactChange {
	var out []answers.ArtifactChange
	for _, change := range changes {
		switch {
		case change.From == nil || change.To == nil:
		case change.Kind == kindImage:
			out = append(out, change)
		case change.Kind == kindGit && c.repository(src, change) != "":
			out = append(out, change)
		}
	}
	return out
}

// look is compare, once for all who ask for the same at the same time. It goes on when ctx has ended.
func (c *Code) look(ctx context.Context, src Source, change answers.ArtifactChange) answers.CodeChange {
	key := strings.Join(slices.Concat([]string{
		src.Repo, src.Default, change.Kind, change.Artifact, change.From.Version, change.From.Revision, change.From.Source,
		change.To.Version, change.To.Revision, change.To.Source,
	}, src.Paths, []string{""}, src.Tags, []string{""}, src.Commits), "\x00")
	started := c.looks.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
		defer cancel()
		l := &look{cancel: cancel}
		if !c.begin(l) {
			return c.notInTime(src, change), nil
		}
		defer c.end(l)
		select {
		case c.places <- struct{}{}:
			defer func() { <-c.places }()
			return c.compare(ctx, src, change), nil
		case <-ctx.Done():
			return c.notInTime(src, change), nil
		}
	})
	select {
	case result := <-started:
		return result.Val.(answers.CodeChange)
	case <-ctx.Done():
		return c.notInTime(src, change)
	}
}
