package github

import "github.com/prometheus/client_golang/prometheus"

// sourceMetrics counts what is read from GitHub, by how it was answered.
type sourceMetrics struct {
	memory, same, read, refused, failed prometheus.Counter
}

func newSourceMetrics(registerer prometheus.Registerer) (*sourceMetrics, error) {
	reads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kargobot_github_reads_total",
		Help: "Questions about source code, by how they were answered: memory (no call), not_modified (a call that " +
			"GitHub does not count), read, refused (by the budget, without a call), or failed.",
	}, []string{"outcome"})
	if registerer != nil {
		if err := registerer.Register(reads); err != nil {
			return nil, err
		}
	}
	return &sourceMetrics{
		memory: reads.WithLabelValues("memory"), same: reads.WithLabelValues("not_modified"),
		read: reads.WithLabelValues("read"), refused: reads.WithLabelValues("refused"), failed: reads.WithLabelValues("failed"),
	}, nil
}

// count counts a call by its error.
func (m *sourceMetrics) count(err error) {
	if err != nil {
		m.failed.Inc()
		return
	}
	m.read.Inc()
}
