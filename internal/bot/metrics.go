package bot

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Metrics measures requests.
type Metrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_requests_total",
			Help: "Requests by source, command and outcome: accepted, answered, or the code of the problem.",
		}, []string{"source", "command", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kargobot_request_duration_seconds",
			Help:    "Time from a request's arrival to its answer.",
			Buckets: []float64{.005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
		}, []string{"source"}),
	}
	registerer.MustRegister(m.total, m.duration)
	return m
}

func (m *Metrics) handled(source chatops.Source, command string, a Answer, took time.Duration) {
	outcome := "answered"
	switch {
	case a.Problem != nil:
		outcome = string(a.Problem.Code)
	case a.Shipment != nil:
		outcome = "accepted"
	}
	m.total.WithLabelValues(string(source), command, outcome).Inc()
	m.duration.WithLabelValues(string(source)).Observe(took.Seconds())
}
