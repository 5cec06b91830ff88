package run

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// counters count what happens.
type counters struct {
	passes        *prometheus.CounterVec
	seconds       *prometheus.HistogramVec
	reads         *prometheus.CounterVec
	failures      *prometheus.CounterVec
	sourceSeconds *prometheus.SummaryVec
	writes        prometheus.Counter
	restored      prometheus.Counter
	rotated       prometheus.Counter
	// known are the sources that there are series of.
	known map[string]bool
}

func newCounters(registerer prometheus.Registerer) *counters {
	bySource := []string{"source", "backend"}
	c := &counters{
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "secretsync_passes_total",
			Help: "Passes, by scope (all Secrets, or some that changed or failed) and by whether they could be done.",
		}, []string{"scope", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "secretsync_pass_seconds",
			Help:    "Time that passes took, by scope.",
			Buckets: []float64{0.1, 0.5, 1, 2, 5, 10, 30, 60, 300},
		}, []string{"scope"}),
		reads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "secretsync_source_reads_total",
			Help: "Documents that a source was asked for.",
		}, bySource),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "secretsync_source_failures_total",
			Help: "Passes in which a source as a whole did not answer, or refused.",
		}, bySource),
		sourceSeconds: prometheus.NewSummaryVec(prometheus.SummaryOpts{
			Name: "secretsync_source_seconds",
			Help: "Time that passes waited for a source.",
		}, bySource),
		writes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "secretsync_writes_total",
			Help: "Requests that have changed something in Kubernetes, Events and the inventory aside.",
		}),
		restored: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "secretsync_restored_total",
			Help: "Secrets that were put right after somebody had changed or deleted them.",
		}),
		rotated: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "secretsync_rotated_total",
			Help: "Secrets whose values or declaration had changed, and that were written.",
		}),
		known: map[string]bool{},
	}
	registerer.MustRegister(c.passes, c.seconds, c.reads, c.failures, c.sourceSeconds, c.writes, c.restored, c.rotated)
	return c
}

// keep drops the series of sources that are no longer declared.
func (c *counters) keep(sources map[string]bool) {
	for source := range c.known {
		if sources[source] {
			continue
		}
		gone := prometheus.Labels{"source": source}
		c.reads.DeletePartialMatch(gone)
		c.failures.DeletePartialMatch(gone)
		c.sourceSeconds.DeletePartialMatch(gone)
	}
	c.known = sources
}

func (c *counters) pass(pass ended, done bool) {
	scope, result := "all", "done"
	if len(pass.request.Only) > 0 {
		scope = "some"
	}
	if !done {
		result = "failed"
	}
	c.passes.WithLabelValues(scope, result).Inc()
	c.seconds.WithLabelValues(scope).Observe(pass.took.Seconds())
	c.writes.Add(float64(pass.report.Writes))
	for _, source := range pass.report.Sources {
		c.source(pass.request, source)
	}
	for _, outcome := range pass.report.Secrets {
		switch outcome.State {
		case credentials.StateRestored:
			c.restored.Inc()
		case credentials.StateChanged:
			c.rotated.Inc()
		default:
		}
	}
}

// source counts what was asked of a source; none that the declaration does not have, so that there are not ever more
// series.
func (c *counters) source(request credentials.Request, source credentials.Source) {
	if _, skipped := request.Skip[source.Name]; skipped || !c.known[source.Name] {
		return
	}
	c.reads.WithLabelValues(source.Name, source.Backend).Add(float64(source.Reads))
	c.sourceSeconds.WithLabelValues(source.Name, source.Backend).Observe(source.Seconds)
	failures := c.failures.WithLabelValues(source.Name, source.Backend)
	if source.Message != "" {
		failures.Inc()
	}
}
