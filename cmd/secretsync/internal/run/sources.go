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
}

func newSources() *sources {
	return &sources{
		waits:  backoff.New[string](firstSourceWait, longestSourceWait),
		failed: map[string]failure{},
	}
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

// skip returns what is not to be asked now, in the form of a Request; nil if all may be.
func (s *sources) skip(now time.Time) map[string]string {
	var skip map[string]string
	for name, failure := range s.failed {
		if now.Before(failure.until) {
			if skip == nil {
				skip = map[string]string{}
			}
			skip[name] = failure.message
		}
	}
	return skip
}

// over returns the sources that failed and are to be asked again.
func (s *sources) over(now time.Time) map[string]bool {
	over := map[string]bool{}
	for name, failure := range s.failed {
		if !now.Before(failure.until) {
			over[name] = true
		}
	}
	return over
}

// next returns when the first source is to be asked again; zero if none is waiting.
func (s *sources) next() time.Time {
	var next time.Time
	for _, failure := range s.failed {
		next = earlier(next, failure.until)
	}
	return next
}
