package run

import (
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
	// unwritten are Secrets that Kubernetes did not let be read or written, or that could not be made of what the store
	// has; and failing those that do not work where they are used.
	unwritten, failing *retries
	hunt               hunt
	declared           map[credentials.SecretName]bool
	// trying is the source that the pass under way asks by itself.
	trying string
}

func newSchedule() *schedule {
	return &schedule{
		passes:   backoff.New[string](firstPassWait, longestPassWait),
		sources:  newSources(),
		touches:  newTouches(),
		contests: newContests(),

		unwritten: newRetries(firstWriteWait, longestWriteWait),
		failing:   newRetries(firstProbeWait, longestProbeWait),
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
	s.declared, s.trying = secrets, ""
	s.hunt.off()
	s.touches.keep(secrets)
	s.contests.keep(secrets)
	s.unwritten.keep(secrets)
	s.failing.keep(secrets)
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
	next := s.full // A hunt comes before what has been due since it began.
	for _, other := range []time.Time{
		s.sources.next(), s.touches.next(), s.contests.next(), s.unwritten.next(), s.failing.next(),
	} {
		next = earlier(next, other)
	}
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
	request := credentials.Request{Contested: s.contests.all(now), Declaration: s.declaration}
	alone := s.sources.alone(now)
	switch {
	case s.hunt.on():
		request.Only = s.hunt.next()
	case !now.Before(s.full):
		request.Probe = s.probed.IsZero() || now.Sub(s.probed) >= probeEvery
		s.begun(now, s.plan.names(), request.Probe)
		request.Skip = s.sources.skip(now, "")
		return request, true
	case alone != "":
		s.trying = alone
		request.Only = s.asking(map[string]bool{alone: true})
	default:
		request.Only = s.part(now)
		request.Probe = len(s.failing.over(now)) > 0
	}
	request.Skip = s.sources.skip(now, s.trying)
	s.begun(now, request.Only, request.Probe)
	return request, len(request.Only) > 0
}

// begun takes in that a pass is under way that looks at the Secrets.
func (s *schedule) begun(now time.Time, secrets []credentials.SecretName, probe bool) {
	for _, secret := range secrets {
		s.touches.lookedAt(secret)
		s.unwritten.begun(now, secret)
		if probe {
			s.failing.begun(now, secret)
		}
	}
}

// part returns the Secrets that are due before the next pass over everything.
func (s *schedule) part(now time.Time) []credentials.SecretName {
	part := slices.Concat(s.touches.over(now), s.contests.over(now), s.unwritten.over(now), s.failing.over(now))
	if again := s.sources.over(now); len(again) > 0 {
		part = append(part, s.asking(again)...)
	}
	slices.SortFunc(part, credentials.SecretName.Compare)
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
