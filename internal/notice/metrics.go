package notice

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Metrics measure what happens to credentials.
type Metrics struct {
	happenings *prometheus.CounterVec
	refused    prometheus.Counter
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		happenings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_credential_happenings_total",
			Help: "What happened to credentials, as Events tell it, by outcome.",
		}, []string{"outcome"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kargobot_credential_events_refused_total",
			Help: "Events about credentials that could not be used.",
		}),
	}
	registerer.MustRegister(m.happenings, m.refused)
	return m
}

func (m *Metrics) happened(outcome v1alpha1.Outcome) {
	m.happenings.WithLabelValues(string(outcome)).Inc()
}

func (m *Metrics) refuse() { m.refused.Inc() }
