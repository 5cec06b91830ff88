package webhook

import "github.com/prometheus/client_golang/prometheus"

// What comes of calls.
const (
	outcomeAccepted   = "accepted"
	outcomeRefused    = "refused"
	outcomeOverloaded = "overloaded"
	outcomeFailed     = "failed"
)

// newCalls counts calls by the name of the webhook, of which the configuration has few, and by what came of them.
func newCalls(registerer prometheus.Registerer) (*prometheus.CounterVec, error) {
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kargobot_webhook_calls_total",
		Help: "Calls of outgoing webhooks, by name and outcome: accepted, refused, overloaded (asked to come again, or a 5xx), failed (no answer).",
	}, []string{"webhook", "outcome"})
	if registerer == nil {
		return calls, nil
	}
	return calls, registerer.Register(calls)
}
