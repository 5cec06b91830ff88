package announce

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics tell how soon people are told.
type Metrics struct {
	delay  *prometheus.HistogramVec
	folded *prometheus.CounterVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "kargobot_announcement_delay_seconds",
			Help:    "Time from when something happened, which Kubernetes knows to the second, to when it was first told, by sink.",
			Buckets: []float64{0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 43200},
		}, []string{"sink"}),
		folded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_announcements_summed_up_total",
			Help: "What is told in a summary instead of in a message of its own, by why: Burst, Quiet.",
		}, []string{"kind"}),
	}
	registerer.MustRegister(m.delay, m.folded)
	return m
}

func (m *Metrics) told(sink string, after time.Duration) {
	m.delay.WithLabelValues(sink).Observe(max(after, 0).Seconds())
}

func (m *Metrics) sumUp(kind string) { m.folded.WithLabelValues(kind).Inc() }
