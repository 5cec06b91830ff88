package github

import "github.com/prometheus/client_golang/prometheus"

// intakeMetrics counts what comes in. Labels take few values, all of them from this package.
type intakeMetrics struct {
	deliveries *prometheus.CounterVec // by event: command, hint, dropped_hint, other, ping
	refused    *prometheus.CounterVec // by reason
	commands   *prometheus.CounterVec // by outcome

	// Of what comes all the time, the counters are at hand.
	other   prometheus.Counter
	ping    prometheus.Counter
	given   prometheus.Counter
	dropped prometheus.Counter
}

func newIntakeMetrics(registerer prometheus.Registerer) (*intakeMetrics, error) {
	m := &intakeMetrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_github_deliveries_total",
			Help: "Webhook deliveries that GitHub signed, by what they held: command, hint, dropped_hint (there was no room for it), ping, or other.",
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_github_deliveries_refused_total",
			Help: "Webhook deliveries that were turned away, by reason.",
		}, []string{"reason"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_github_commands_total",
			Help: "Commands in comments, by outcome: recorded (a Shipment exists), answered, refused, or failed.",
		}, []string{"outcome"}),
	}
	m.other, m.ping = m.deliveries.WithLabelValues("other"), m.deliveries.WithLabelValues("ping")
	m.given, m.dropped = m.deliveries.WithLabelValues("hint"), m.deliveries.WithLabelValues("dropped_hint")
	if registerer == nil {
		return m, nil
	}
	for _, collector := range []prometheus.Collector{m.deliveries, m.refused, m.commands} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// hint counts a hint.
func (m *intakeMetrics) hint(isGiven bool) {
	if isGiven {
		m.given.Inc()
		return
	}
	m.dropped.Inc()
}
