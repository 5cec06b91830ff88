package route

import (
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Names of sinks, as rules, Subscriptions and reports have them.
const (
	SinkSlack       = "slack"
	SinkWebhook     = "webhook"
	SinkDeployment  = "deployment"
	SinkReleasePage = "release-page"
	SinkCheck       = "check"
)

// Destination is somebody, or some place, that is told what happens.
type Destination struct {
	// Sink is one of the names of sinks.
	Sink string
	// Target is "#deploys", "C7" or "U42" in Slack, the name of a webhook, and empty for what is on GitHub.
	Target string
}

// Event is an outcome, and what it is about.
type Event struct {
	Project, Service string
	// Environment is empty for what is about none, such as a release: a rule for some environments holds for
	// that too.
	Environment string
	Outcome     v1alpha1.Outcome
	// Release says that the version is a semantic one. What is not, is a build of a commit: of that, people are
	// only told what is bad, and that it is well again, unless they want to know all.
	Release bool
	// Prerelease says that the version is one with a suffix, as in "3.2.0-rc.1".
	Prerelease bool
	At         time.Time
	// People are the IDs in Slack ("U42") of who asked for it, or released it.
	People []string
}

// Rule says who is told of what.
type Rule struct {
	// Services are patterns such as "red", "web-*" or "billing/api"; none for all.
	Services []string
	// Environments are names; none for all.
	Environments []string
	// On are the outcomes; none for all but Started.
	On []v1alpha1.Outcome
	// Builds says that all of these outcomes are told of builds, too.
	Builds bool
	// Mine says that only what a person has asked for or released themselves is told.
	Mine bool
	To   []Destination
}
