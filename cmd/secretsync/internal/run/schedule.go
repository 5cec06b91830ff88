package run

import (
	"bytes"
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
	// unwritten are Secrets that Kubernetes did not let be read or written, and failing those that do not work where
	// they are used.
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

// inForce reports whether a pass is of the declaration that is in force: there may be another since it began.
func (s *schedule) inForce(request credentials.Request) bool {
	return bytes.Equal(request.Declaration, s.declaration)
}

// undone takes in that a pass could not be done, and whether it ended without a report. What it was to look at is looked
// at by the next, which is over everything.
func (s *schedule) undone(now time.Time, request credentials.Request, died bool) {
	if !s.inForce(request) {
		return // The pass that is due since says more.
	}
	trying := s.trying
	s.trying = ""
	switch {
	case died && trying != "":
		s.sources.fatal(now, trying)
		return
	case died && s.hunt.on():
		for _, source := range s.hunt.died() {
			s.sources.fatal(now, source)
		}
		return
	case died:
		s.hunt.ended(s.plan)
	default:
		s.hunt.off()
	}
	s.pause = now.Add(s.passes.When(""))
	s.full = s.pause
}

// done takes in what became of a pass.
func (s *schedule) done(now time.Time, request credentials.Request, report credentials.Report) {
	s.trying = ""
	s.sources.answered(now, request, report.Sources)
	s.contests.lookedAt(request)
	switch {
	case !s.inForce(request):
		// The pass that is due since is due all the same.
	case s.hunt.on():
		s.hunt.survived()
	default:
		s.passes.Forget("")
		s.settle(now, request)
	}
	for _, outcome := range report.Secrets {
		if s.declared[outcome.SecretName] {
			s.outcome(now, request, outcome)
		}
	}
}

// settle says when the next pass over everything is, if this was one.
func (s *schedule) settle(now time.Time, request credentials.Request) {
	if len(request.Only) > 0 {
		return
	}
	s.hunt.off()
	s.full = now.Add(s.plan.Interval + rand.N(s.plan.Interval/10+1)) //nolint:gosec // jitter needs no secrecy
	if request.Probe {
		s.probed = now
	}
}

// outcome takes in what became of one Secret.
func (s *schedule) outcome(now time.Time, request credentials.Request, outcome credentials.Outcome) {
	secret := outcome.SecretName
	s.touches.leftAs(now, outcome)
	if outcome.State == credentials.StateRestored && s.contests.restored(now, secret) {
		s.touches.soon(now, secret) // Only a pass that is told of the contest can report it.
	}
	fails := outcome.Probe == probeRefused || outcome.Probe == probeUnreachable
	untried := s.failing.waiting(secret) && (outcome.State == credentials.StateFailed || outcome.State == credentials.StateConflict)
	switch {
	case (fails || untried) && (request.Probe || !s.failing.waiting(secret)):
		s.failing.failed(now, secret)
	case !fails && (request.Probe || outcome.Probe != ""):
		s.failing.well(secret)
	}
	// It is Kubernetes' doing if neither a reference is to blame nor who has tried the credential.
	if outcome.State == credentials.StateFailed && outcome.Reference == "" && !fails {
		s.unwritten.failed(now, secret)
		return
	}
	s.unwritten.well(secret)
}

// What credentials.Outcome says of a credential that does not work, or could not be tried.
const probeRefused, probeUnreachable = "refused", "unreachable"
