package run

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// status is how things stand, for metrics and readiness: the loop writes it, the server reads it.
type status struct {
	counters *counters

	mu       sync.Mutex
	secrets  map[credentials.SecretName]credentials.Outcome
	retries  map[string]time.Time
	nextPass time.Time
	lastPass time.Time
	isValid  bool
	// unwatched counts Secrets that must not be watched.
	unwatched int64
	firstDone bool
	// turned is when the loop last went round, and passSince when the pass under way has begun; zero if none is.
	turned, passSince time.Time
}

// stuckAfter is how long the loop may take for what takes it no time, and a pass beyond the longest that one may take.
const stuckAfter = 5 * time.Minute

func newStatus(registerer prometheus.Registerer) *status {
	s := &status{
		counters: newCounters(registerer),
		secrets:  map[credentials.SecretName]credentials.Outcome{},
		turned:   time.Now(),
	}
	registerer.MustRegister(standing{s})
	return s
}

// ready reports whether a pass has been done.
func (s *status) ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.firstDone
}

// beat takes in that the loop goes round.
func (s *status) beat(now, passSince time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turned, s.passSince = now, passSince
}

// alive reports whether there is progress: where there is none, only a new start helps.
func (s *status) alive(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.turned) < stuckAfter && (s.passSince.IsZero() || now.Sub(s.passSince) < longestPass+stuckAfter)
}

func (s *status) declared(plan Plan, valid bool) {
	declared := map[credentials.SecretName]bool{}
	sources := map[string]bool{}
	for _, secret := range plan.Secrets {
		declared[secret.SecretName] = true
		for _, source := range secret.Sources {
			sources[source] = true
		}
	}
	s.counters.keep(sources)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isValid = valid
	for secret := range s.secrets {
		if !declared[secret] {
			delete(s.secrets, secret)
		}
	}
}

func (s *status) valid(valid bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isValid = valid
}

func (s *status) next(at time.Time, sources *sources, unwatched int64) {
	retries := make(map[string]time.Time, len(sources.failed))
	for name, failure := range sources.failed {
		retries[name] = failure.until
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextPass, s.retries, s.unwatched = at, retries, unwatched
}

func (s *status) undone(pass ended) { s.counters.pass(pass, false) }

// done takes in what became of a pass. What it says of Secrets counts if its declaration is in force.
func (s *status) done(pass ended, inForce bool) {
	s.counters.pass(pass, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.firstDone, s.lastPass = true, time.Now()
	if !inForce {
		return
	}
	if len(pass.request.Only) == 0 {
		clear(s.secrets)
	}
	for _, outcome := range pass.report.Secrets {
		if outcome.State == credentials.StatePruned {
			delete(s.secrets, outcome.SecretName)
			continue
		}
		s.secrets[outcome.SecretName] = outcome
	}
}
