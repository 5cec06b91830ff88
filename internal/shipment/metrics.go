package shipment

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Metrics measures Shipments.
type Metrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_shipments_total",
			Help: "Finished Shipments by action and final phase.",
		}, []string{"action", "phase"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kargobot_shipment_duration_seconds",
			Help:    "Time from a request to the end of its Shipment.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 14),
		}, []string{"action"}),
	}
	registerer.MustRegister(m.total, m.duration)
	return m
}

func (m *Metrics) finished(s *v1alpha1.Shipment) {
	m.total.WithLabelValues(string(s.Spec.Action), string(s.Status.Phase)).Inc()
	var took time.Duration
	if s.Status.FinishedAt != nil {
		took = s.Status.FinishedAt.Sub(s.CreationTimestamp.Time)
	}
	m.duration.WithLabelValues(string(s.Spec.Action)).Observe(took.Seconds())
}
