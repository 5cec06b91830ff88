package slack

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// outcome is what became of a request to an intake. Those after outcomeIgnored are refusals.
type outcome string

const (
	outcomeRecorded  outcome = "recorded" // a Shipment exists
	outcomeAnswered  outcome = "answered" // a question, or a request that was turned down
	outcomeUnknown   outcome = "unknown"  // the bot ran out of time
	outcomeSSLCheck  outcome = "ssl_check"
	outcomeIgnored   outcome = "ignored" // an interaction with something that is not the bot's
	outcomeMethod    outcome = "method"
	outcomeMediaType outcome = "media_type"
	outcomeTooLarge  outcome = "too_large"
	outcomeCutOff    outcome = "cut_off" // the body ended early
	outcomeUnsigned  outcome = "unsigned"
	outcomeStale     outcome = "stale"
	outcomeFuture    outcome = "future"
	outcomeSignature outcome = "signature"
	outcomeForm      outcome = "form"
	outcomeTeam      outcome = "team"
	outcomeApp       outcome = "app"
)

// status returns the HTTP status of a request that is not carried out.
func (o outcome) status() int {
	switch o {
	case outcomeSSLCheck, outcomeIgnored:
		return http.StatusOK
	case outcomeMethod:
		return http.StatusMethodNotAllowed
	case outcomeMediaType:
		return http.StatusUnsupportedMediaType
	case outcomeTooLarge:
		return http.StatusRequestEntityTooLarge
	case outcomeCutOff, outcomeForm:
		return http.StatusBadRequest
	case outcomeTeam, outcomeApp:
		return http.StatusForbidden
	default:
		return http.StatusUnauthorized
	}
}

// Metrics counts the requests to the intakes: commands and clicks.
type Metrics struct {
	requests *prometheus.CounterVec
}

// NewMetrics registers the metrics of this package.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{requests: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kargobot_slack_requests_total",
		Help: "Requests from Slack by outcome: recorded, answered, unknown (out of time), ssl_check, ignored; " +
			"refused: method, media_type, too_large, cut_off, unsigned, stale, future, signature, form, team, app.",
	}, []string{"outcome"})}
	registerer.MustRegister(m.requests)
	for _, o := range []outcome{
		outcomeRecorded, outcomeAnswered, outcomeUnknown, outcomeSSLCheck, outcomeIgnored,
		outcomeMethod, outcomeMediaType, outcomeTooLarge, outcomeCutOff,
		outcomeUnsigned, outcomeStale, outcomeFuture, outcomeSignature,
		outcomeForm, outcomeTeam, outcomeApp,
	} {
		// An alert on a counter that rises needs it to be there from the start.
		m.requests.WithLabelValues(string(o))
	}
	return m
}

func (m *Metrics) request(o outcome) { m.requests.WithLabelValues(string(o)).Inc() }
