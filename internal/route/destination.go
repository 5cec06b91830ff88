package route

// Names of sinks, as rules, Subscriptions and reports have them.
const (
	SinkSlack       = "slack"
	SinkWebhook     = "webhook"
	SinkDeployment  = "deployment"
	SinkReleasePage = "release-page"
	SinkCheck       = "check"
	// SinkNone says nothing. A Subscription of it says since when the bot looks after a project.
	SinkNone = "none"
)

// Destination is somebody, or some place, that is told what happens.
type Destination struct {
	// Sink is one of the names of sinks.
	Sink string
	// Target is "#deploys", "C7" or "U42" in Slack, the name of a webhook, and empty for what is on GitHub.
	Target string
}
