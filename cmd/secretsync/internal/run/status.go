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
}

func newStatus(registerer prometheus.Registerer) *status {
	s := &status{
		counters: newCounters(registerer),
		secrets:  map[credentials.SecretName]credentials.Outcome{},
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

func (s *status) done(pass ended) {
	s.counters.pass(pass, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.firstDone, s.lastPass = true, time.Now()
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
