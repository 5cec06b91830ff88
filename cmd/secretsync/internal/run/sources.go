package run

import (
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// How long a source that failed is not asked, at first and at most.
const firstSourceWait, longestSourceWait = time.Second, 5 * time.Minute

// sources knows which sources are not to be asked now, as they failed not long ago.
type sources struct {
	waits    workqueue.TypedRateLimiter[string]
	failed   map[string]failure
	declared map[string]bool
}

type failure struct {
	message string
	until   time.Time
	// alone says that a pass that asked it has ended without a report: it is asked by a pass of its own, so that others
	// do not end with it.
	alone bool
}

func newSources() *sources {
	return &sources{
		waits:  backoff.New[string](firstSourceWait, longestSourceWait),
		failed: map[string]failure{},
	}
}

// fails reports whether a source has not answered since it last failed.
func (s *sources) fails(source string) bool {
	_, fails := s.failed[source]
	return fails
}

// answered takes in what a pass reports of the sources that it asked.
func (s *sources) answered(now time.Time, request credentials.Request, reported []credentials.Source) {
	asked := map[string]bool{}
	for _, source := range reported {
		if _, skipped := request.Skip[source.Name]; skipped {
			continue
		}
		asked[source.Name] = true
		if source.Message == "" || !s.declared[source.Name] {
			delete(s.failed, source.Name)
			s.waits.Forget(source.Name)
			continue
		}
		s.failed[source.Name] = failure{message: source.Message, until: now.Add(s.waits.When(source.Name))}
	}
	// What could have been asked and was not, has its turn later, not over and over.
	for name, failure := range s.failed {
		if _, skipped := request.Skip[name]; !skipped && !asked[name] {
			failure.until = now.Add(s.waits.When(name))
			s.failed[name] = failure
		}
	}
}

// fatal takes in that a pass has ended without a report because of a source.
func (s *sources) fatal(now time.Time, name string) {
	s.failed[name] = failure{
		message: name + " was not asked, as passes that asked it have ended without a report; see the log of secretsync for where that was. It is tried again later, by itself",
		until:   now.Add(s.waits.When(name)), alone: true,
	}
}

// keep forgets sources that are no longer declared.
func (s *sources) keep(declared map[string]bool) {
	s.declared = declared
	for name := range s.failed {
		if !declared[name] {
			delete(s.failed, name)
			s.waits.Forget(name)
		}
	}
}

// skip returns what is not to be asked now, in the form of a Request; nil if all may be. The source that is tried by
// itself is asked.
func (s *sources) skip(now time.Time, trying string) map[string]string {
	var skip map[string]string
	for name, failure := range s.failed {
		if now.Before(failure.until) || failure.alone && name != trying {
			if skip == nil {
				skip = map[string]string{}
			}
			skip[name] = failure.message
		}
	}
	return skip
}

// over returns the sources that failed and are to be asked again, but not those that are by themselves.
func (s *sources) over(now time.Time) map[string]bool {
	over := map[string]bool{}
	for name, failure := range s.failed {
		if !now.Before(failure.until) && !failure.alone {
			over[name] = true
		}
	}
	return over
}

// alone returns a source that is to be asked again by itself; empty if none is.
func (s *sources) alone(now time.Time) string {
	first := ""
	for name, failure := range s.failed {
		if failure.alone && !now.Before(failure.until) && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

// next returns when the first source is to be asked again; zero if none is waiting.
func (s *sources) next() time.Time {
	var next time.Time
	for _, failure := range s.failed {
		next = earlier(next, failure.until)
	}
	return next
}
