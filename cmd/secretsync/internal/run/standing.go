package run

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// What standing collects. There are series for Secrets that are declared or orphaned and for no others.
var descriptions = map[string]*prometheus.Desc{
	"secrets":   describe("secrets", "Secrets by what the last pass that looked at them made of them.", "state"),
	"age":       describe("credential_age_seconds", "Time since the values of a Secret last changed.", "namespace", "secret"),
	"expiry":    describe("credential_expiry_timestamp_seconds", "When a token expires, where its host tells.", "namespace", "secret"),
	"failing":   describe("credential_failing_since_timestamp_seconds", "Since when a Secret can't be brought up to date or does not work; no series if it is well.", "namespace", "secret"),
	"next":      describe("next_pass_timestamp_seconds", "When the next pass is due."),
	"last":      describe("last_pass_timestamp_seconds", "When the last pass was done."),
	"valid":     describe("declaration_valid", "Whether what stands in the declaration's file is in force (1), or is not valid (0)."),
	"retry":     describe("source_retry_timestamp_seconds", "When a source that failed is asked again; no series if it is well.", "source"),
	"unwatched": describe("unwatched_secrets", "Secrets that must not be watched, for want of a permission."),
}

// everyState is what Secrets are counted by, so that a state that no Secret is in shows as 0.
var everyState = []credentials.State{
	credentials.StateUnchanged, credentials.StateAdded, credentials.StateChanged, credentials.StateRestored,
	credentials.StateOrphaned, credentials.StateFailed, credentials.StateConflict,
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("secretsync_"+name, help, labels, nil)
}

// standing collects the metrics of how things stand when it is asked, so that what is gone has none.
type standing struct{ status *status }

// Describe implements prometheus.Collector.
func (standing) Describe(into chan<- *prometheus.Desc) {
	for _, description := range descriptions {
		into <- description
	}
}

// Collect implements prometheus.Collector.
func (s standing) Collect(into chan<- prometheus.Metric) {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	gauge := func(name string, value float64, labels ...string) {
		into <- prometheus.MustNewConstMetric(descriptions[name], prometheus.GaugeValue, value, labels...)
	}
	moment := func(name string, at *time.Time, labels ...string) {
		if at != nil && !at.IsZero() {
			gauge(name, seconds(*at), labels...)
		}
	}
	states := map[credentials.State]int{}
	for _, state := range everyState {
		states[state] = 0
	}
	for secret, outcome := range s.status.secrets {
		states[outcome.State]++
		if outcome.RotatedAt != nil {
			gauge("age", time.Since(*outcome.RotatedAt).Seconds(), secret.Namespace, secret.Name)
		}
		moment("expiry", outcome.ExpiresAt, secret.Namespace, secret.Name)
		moment("failing", outcome.FailingSince, secret.Namespace, secret.Name)
	}
	for state, count := range states {
		gauge("secrets", float64(count), string(state))
	}
	for source, at := range s.status.retries {
		moment("retry", &at, source)
	}
	moment("next", &s.status.nextPass)
	moment("last", &s.status.lastPass)
	valid := 0.0
	if s.status.isValid {
		valid = 1
	}
	gauge("valid", valid)
	gauge("unwatched", float64(s.status.unwatched))
}

func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }
