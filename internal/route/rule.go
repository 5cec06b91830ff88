package route

import (
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Event is an outcome, and what it is about.
type Event struct {
	Project, Service string
	// Environment is empty for what is about none, such as a release: a rule for some environments holds for
	// that too.
	//
	// What is about a credential has neither a service nor an environment: all of the project's use it.
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
	// On are the outcomes; none for all but Started and CredentialRotated.
	On []v1alpha1.Outcome
	// Builds says that all of these outcomes are told of builds, too.
	Builds bool
	// Mine says that only what a person has asked for or released themselves is told.
	Mine bool
	To   []Destination
}

// Personal returns the rule for what a person has subscribed to. target is their ID in Slack.
func Personal(p *v1alpha1.PersonalSubscription, target string) Rule {
	return Rule{
		Services: p.Services, Environments: p.Environments, On: p.On, Mine: p.Mine,
		To: []Destination{{Sink: SinkSlack, Target: target}},
	}
}

// Matches reports whether the rule tells of an event. An event about no environment matches whatever
// environments the rule has: who asks has to know whether the service has one of them.
func (r Rule) Matches(e Event) bool {
	if e.Outcome.OfCredential() {
		return r.concernsAll(e.Project) && r.wants(e) && !r.Mine
	}
	return r.concerns(e.Project, e.Service) && r.wants(e) &&
		(e.Environment == "" || len(r.Environments) == 0 || slices.Contains(r.Environments, e.Environment)) &&
		(!r.Mine || r.isFor(e.People))
}

// Reaches reports whether what an event is about can come to one of the rule's environments.
func (r Rule) Reaches(e Event, hasStage func(environment string) bool) bool {
	return e.Environment != "" || len(r.Environments) == 0 || e.Outcome.OfCredential() || slices.ContainsFunc(r.Environments, hasStage)
}

// concerns reports whether the rule is about a service.
func (r Rule) concerns(project, service string) bool {
	return len(r.Services) == 0 || slices.ContainsFunc(r.Services, func(pattern string) bool { return Match(pattern, project, service) })
}

// concernsAll reports whether the rule is about all services of a project.
func (r Rule) concernsAll(project string) bool {
	return len(r.Services) == 0 || slices.ContainsFunc(r.Services, func(pattern string) bool { return isAll(pattern, project) })
}

// wants reports whether the rule tells of an event's outcome.
func (r Rule) wants(e Event) bool {
	isBuild := !e.Release && !e.Outcome.OfCredential()
	if isBuild && !r.Builds && !e.Outcome.IsBad() && !e.Outcome.IsRelief() {
		return false
	}
	if len(r.On) == 0 {
		return e.Outcome != v1alpha1.OutcomeStarted && e.Outcome != v1alpha1.OutcomeCredentialRotated
	}
	return slices.Contains(r.On, e.Outcome)
}

// isFor reports whether one of the people is who the rule tells.
func (r Rule) isFor(people []string) bool {
	return slices.ContainsFunc(r.To, func(d Destination) bool { return d.Sink == SinkSlack && slices.Contains(people, d.Target) })
}
