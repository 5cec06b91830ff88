package notify

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what was delivered.
type Metrics struct {
	messages *prometheus.CounterVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{messages: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kargobot_messages_total",
		Help: "Messages by sink and outcome: posted, updated, recovered (found after a crash), deferred (told to slow down), undeliverable, failed (to be retried).",
	}, []string{"sink", "outcome"})}
	registerer.MustRegister(m.messages)
	return m
}

func (m *Metrics) sent(sink, outcome string) { m.messages.WithLabelValues(sink, outcome).Inc() }
