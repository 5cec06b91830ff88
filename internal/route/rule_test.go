package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

var (
	deploys = route.Destination{Sink: route.SinkSlack, Target: "#deploys"}
	oncall  = route.Destination{Sink: route.SinkSlack, Target: "#on-call"}
	audit   = route.Destination{Sink: route.SinkWebhook, Target: "audit"}
)

// event is an outcome of a release of billing/api in production.
func event(o v1alpha1.Outcome) route.Event {
	return route.Event{Project: "billing", Service: "api", Environment: "production", Outcome: o, Release: true}
}

func TestRuleMatches(t *testing.T) {
	succeeded, failed := event(v1alpha1.OutcomeSucceeded), event(v1alpha1.OutcomeFailed)
	built := func(e route.Event) route.Event { e.Release = false; return e }
	nowhere := event(v1alpha1.OutcomeReleased)
	nowhere.Environment = ""
	by := func(people ...string) route.Event { e := succeeded; e.People = people; return e }
	mine := route.Rule{Mine: true, To: []route.Destination{{Sink: route.SinkSlack, Target: "U42"}}}
	for _, test := range []struct {
		name  string
		rule  route.Rule
		event route.Event
		want  bool
	}{
		{"all but what has only begun", route.Rule{}, succeeded, true},
		{"started is not among it", route.Rule{}, event(v1alpha1.OutcomeStarted), false},
		{"started, if asked for", route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeStarted}}, event(v1alpha1.OutcomeStarted), true},
		{"another outcome", route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}}, succeeded, false},
		{"service", route.Rule{Services: []string{"red", "api"}}, succeeded, true},
		{"another service", route.Rule{Services: []string{"red"}}, succeeded, false},
		{"environment", route.Rule{Environments: []string{"staging", "production"}}, succeeded, true},
		{"another environment", route.Rule{Environments: []string{"staging"}}, succeeded, false},
		{"about no environment", route.Rule{Environments: []string{"staging"}}, nowhere, true},
		{"a build that went well", route.Rule{}, built(succeeded), false},
		{"a build that failed", route.Rule{}, built(failed), true},
		{"a build that is well again", route.Rule{}, built(event(v1alpha1.OutcomeRecovered)), true},
		{"a build, asked for by its outcome alone", route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeSucceeded}}, built(succeeded), false},
		{"builds, too", route.Rule{Builds: true}, built(succeeded), true},
		{"builds have outcomes, too", route.Rule{Builds: true, On: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}}, built(succeeded), false},
		{"mine", mine, by("U1", "U42"), true},
		{"somebody else's", mine, by("U1"), false},
		{"nobody's", mine, by(), false},
	} {
		if got := test.rule.Matches(test.event); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// A credential is every service's, in every environment.
func TestRuleMatchesCredentials(t *testing.T) {
	about := func(o v1alpha1.Outcome) route.Event { return route.Event{Project: "billing", Outcome: o} }
	failing, rotated := about(v1alpha1.OutcomeCredentialFailing), about(v1alpha1.OutcomeCredentialRotated)
	for _, test := range []struct {
		name  string
		rule  route.Rule
		event route.Event
		want  bool
	}{
		{"failing", route.Rule{}, failing, true},
		{"well again", route.Rule{}, about(v1alpha1.OutcomeCredentialRecovered), true},
		{"expiring", route.Rule{}, about(v1alpha1.OutcomeCredentialExpiring), true},
		{"rotated is as it should be", route.Rule{}, rotated, false},
		{"rotated, if asked for", route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeCredentialRotated}}, rotated, true},
		{"another outcome", route.Rule{On: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}}, failing, false},
		{"some environments", route.Rule{Environments: []string{"production"}}, failing, true},
		{"all services", route.Rule{Services: []string{"red", "*"}}, failing, true},
		{"all services of the project", route.Rule{Services: []string{"billing/*"}}, failing, true},
		{"all services of projects like it", route.Rule{Services: []string{"bill*/*"}}, failing, true},
		{"all services of another project", route.Rule{Services: []string{"microsvcs/*"}}, failing, false},
		{"some services", route.Rule{Services: []string{"web-*", "billing/api"}}, failing, false},
		{"what somebody has asked for", route.Rule{Mine: true}, failing, false},
	} {
		none := func(string) bool { return false }
		if got := test.rule.Matches(test.event) && test.rule.Reaches(test.event, none); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func TestPersonal(t *testing.T) {
	rule := route.Personal(&v1alpha1.PersonalSubscription{
		Services: []string{"api"}, Environments: []string{"production"}, On: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}, Mine: true,
	}, "U42")
	e := event(v1alpha1.OutcomeFailed)
	if rule.Matches(e) {
		t.Error("told of what others have asked for")
	}
	e.People = []string{"U42"}
	if !rule.Matches(e) || !cmp.Equal(rule.To, []route.Destination{{Sink: "slack", Target: "U42"}}) {
		t.Errorf("%+v", rule)
	}
}

func TestTable(t *testing.T) {
	table := route.Table{Rules: []route.Rule{
		{Services: []string{"api"}, Environments: []string{"production"}, To: []route.Destination{deploys, audit}},
		{Environments: []string{"staging", "production"}, On: []v1alpha1.Outcome{v1alpha1.OutcomeFailed}, To: []route.Destination{oncall, deploys}},
		{Services: []string{"billing/*"}, To: []route.Destination{audit}},
	}}
	if diff := cmp.Diff([]route.Destination{deploys, audit, oncall}, table.Destinations()); diff != "" {
		t.Errorf("destinations (-want +got)\n%s", diff)
	}
	failed, succeeded := event(v1alpha1.OutcomeFailed), event(v1alpha1.OutcomeSucceeded)
	if !table.Tells(oncall, failed, nil) || table.Tells(oncall, succeeded, nil) || !table.Tells(deploys, succeeded, nil) {
		t.Error("a rule's outcomes are not those of its destinations")
	}
	for _, test := range []struct {
		to      route.Destination
		service string
		names   []string
		all     bool
	}{
		{deploys, "api", []string{"production", "staging"}, false},
		{oncall, "web", []string{"staging", "production"}, false},
		{audit, "api", nil, true},
		{route.Destination{Sink: route.SinkSlack, Target: "#none"}, "api", nil, false},
	} {
		names, all := table.Environments(test.to, "billing", test.service)
		if diff := cmp.Diff(test.names, names); diff != "" || all != test.all {
			t.Errorf("%v, %s: all %t (-want +got)\n%s", test.to, test.service, all, diff)
		}
	}
}
