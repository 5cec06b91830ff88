package run

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// A pass that could not be done at all is tried again after so long, at first and at most.
	firstPassWait, longestPassWait = 5 * time.Second, 5 * time.Minute
	// probeEvery is how long what works is taken to go on working: hosts count what they are asked.
	probeEvery = 6 * time.Hour
)

// schedule decides when there is a pass, and over what. It knows no clock: it is told the time.
type schedule struct {
	plan        Plan
	declaration []byte

	// full is when the next pass over everything is due, and probed when one last tried everything.
	full, probed time.Time
	// pause is until when there is no pass, as the last could not be done.
	pause    time.Time
	passes   workqueue.TypedRateLimiter[string]
	sources  *sources
	touches  *touches
	contests *contests
}

func newSchedule() *schedule {
	return &schedule{
		passes:   backoff.New[string](firstPassWait, longestPassWait),
		sources:  newSources(),
		touches:  newTouches(),
		contests: newContests(),
	}
}

// declare takes a declaration. A pass over all of it is due at once.
func (s *schedule) declare(now time.Time, plan Plan, content []byte) {
	s.plan, s.declaration = plan, content
	s.full, s.pause = now, time.Time{}
	secrets, sources := map[credentials.SecretName]bool{}, map[string]bool{}
	for _, declared := range plan.Secrets {
		secrets[declared.SecretName] = true
		for _, source := range declared.Sources {
			sources[source] = true
		}
	}
	s.touches.keep(secrets)
	s.contests.keep(secrets)
	s.sources.keep(sources)
}

// changed takes in what a watch has told.
func (s *schedule) changed(now time.Time, change Change) {
	if s.contests.leftAlone(now, change.Secret) {
		return // It is tried when it no longer is.
	}
	s.touches.seen(now, change)
}

// next returns when something may be due.
func (s *schedule) next() time.Time {
	next := earlier(s.full, s.sources.next())
	next = earlier(earlier(next, s.touches.next()), s.contests.next())
	if next.Before(s.pause) {
		return s.pause
	}
	return next
}

// due returns the pass that is due, if one is. It is taken to begin now.
func (s *schedule) due(now time.Time) (credentials.Request, bool) {
	if now.Before(s.pause) {
		return credentials.Request{}, false
	}
	request := credentials.Request{
		Skip:        s.sources.skip(now),
		Contested:   s.contests.all(now),
		Declaration: s.declaration,
	}
	if !now.Before(s.full) {
		request.Probe = s.probed.IsZero() || now.Sub(s.probed) >= probeEvery
		for _, secret := range s.plan.names() {
			s.touches.lookedAt(secret)
		}
		return request, true
	}
	request.Only = s.part(now)
	for _, secret := range request.Only {
		s.touches.lookedAt(secret)
	}
	return request, len(request.Only) > 0
}

// part returns the Secrets that are due before the next pass over everything.
func (s *schedule) part(now time.Time) []credentials.SecretName {
	part := append(s.touches.over(now), s.contests.over(now)...)
	if again := s.sources.over(now); len(again) > 0 {
		part = append(part, s.asking(again)...)
	}
	slices.SortFunc(part, byName)
	return slices.Compact(part)
}

// asking returns the Secrets with values from these sources.
func (s *schedule) asking(sources map[string]bool) []credentials.SecretName {
	var asking []credentials.SecretName
	for _, declared := range s.plan.Secrets {
		if slices.ContainsFunc(declared.Sources, func(source string) bool { return sources[source] }) {
			asking = append(asking, declared.SecretName)
		}
	}
	return asking
}

// undone takes in that a pass could not be done. What it was to look at is looked at by the next, which is over
// everything.
func (s *schedule) undone(now time.Time) {
	s.pause = now.Add(s.passes.When(""))
	s.full = s.pause
}

// done takes in what became of a pass.
func (s *schedule) done(now time.Time, request credentials.Request, report credentials.Report) {
	s.passes.Forget("")
	s.sources.answered(now, request, report.Sources)
	s.contests.lookedAt(request)
	if len(request.Only) == 0 {
		s.full = now.Add(s.plan.Interval + rand.N(s.plan.Interval/10+1)) //nolint:gosec // jitter needs no secrecy
		if request.Probe {
			s.probed = now
		}
	}
	for _, outcome := range report.Secrets {
		s.touches.leftAs(now, outcome)
		if outcome.State == credentials.StateRestored && s.contests.restored(now, outcome.SecretName) {
			s.touches.soon(now, outcome.SecretName) // Only a pass that is told of the contest can report it.
		}
	}
}

func byName(a, b credentials.SecretName) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}
