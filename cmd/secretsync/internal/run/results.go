package run

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

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
	// A source that fails, and a credential that does not work, are tried again at their own pace.
	if outcome.State == credentials.StateFailed && !fails && !s.waitsForSource(secret) {
		s.unwritten.failed(now, secret)
		return
	}
	s.unwritten.well(secret)
}

// waitsForSource reports whether a source fails that a Secret has values from.
func (s *schedule) waitsForSource(secret credentials.SecretName) bool {
	return slices.ContainsFunc(s.plan.Secrets, func(d Declared) bool {
		return d.SecretName == secret && slices.ContainsFunc(d.Sources, s.sources.fails)
	})
}

// What credentials.Outcome says of a credential that does not work, or could not be tried.
const probeRefused, probeUnreachable = string(probe.Refused), string(probe.Unreachable)
