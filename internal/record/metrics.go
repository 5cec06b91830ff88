package record

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Metrics measures what happens to Promotions.
type Metrics struct {
	happenings *prometheus.CounterVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{happenings: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kargobot_promotion_happenings_total",
		Help: "What happened to Promotions that somebody wants to know of, by outcome.",
	}, []string{"outcome"})}
	registerer.MustRegister(m.happenings)
	return m
}

func (m *Metrics) happened(outcome v1alpha1.Outcome) {
	m.happenings.WithLabelValues(string(outcome)).Inc()
}
