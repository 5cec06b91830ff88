package release

import "github.com/prometheus/client_golang/prometheus"

// Metrics measures Releases.
type Metrics struct {
	tags     *prometheus.CounterVec
	made     *prometheus.CounterVec
	overdue  prometheus.Counter
	awaiting prometheus.Histogram
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		tags: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_release_tags_total",
			Help: "Tags that webhooks told of, by what became of them: released, known, no_release, prerelease, history, gone, later or dropped.",
		}, []string{"result"}),
		made: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kargobot_releases_total",
			Help: "Releases by what announced them: tag or freight.",
		}, []string{"by"}),
		overdue: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kargobot_releases_overdue_total",
			Help: "Releases whose image was not discovered in time.",
		}),
		awaiting: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "kargobot_release_image_seconds",
			Help:    "Time from a Release to the Freight with its image.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 14),
		}),
	}
	registerer.MustRegister(m.tags, m.made, m.overdue, m.awaiting)
	return m
}
