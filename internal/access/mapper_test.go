package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// directory knows people by their ID.
type directory map[string]access.Profile

func (d directory) Profile(_ context.Context, actor chatops.Actor) (access.Profile, error) {
	if profile, ok := d[actor.ID]; ok {
		return profile, nil
	}
	return access.Profile{}, fmt.Errorf("user %s: %w", actor.ID, access.ErrNobody)
}

// brokenDirectory can't be reached.
type brokenDirectory struct{}

func (brokenDirectory) Profile(context.Context, chatops.Actor) (access.Profile, error) {
	return access.Profile{}, errors.New("dial tcp 10.0.0.1:443: connection refused")
}

var (
	onSlack  = chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42", Name: "octo"}
	onGitHub = chatops.Actor{Source: chatops.SourceGitHub, ID: "octocat", Name: "octocat"}
)

func team(org, name string) access.Group { return access.Group{Org: org, Name: name} }

func TestSubject(t *testing.T) {
	octo := access.Profile{Name: "Octo Cat", Login: "U42", Email: "octocat@acme.dev", Groups: []access.Group{team("", "web"), team("", "oncall")}}
	octocat := access.Profile{Name: "The Octocat", Login: "octocat", Groups: []access.Group{team("acme", "web"), team("acme", "oncall")}}
	byEmail := access.Templates{Username: "{email}", Group: "slack:{usergroup}"}
	byLogin := access.Templates{Username: "github:{login}", Group: "github:{org}:{team}"}
	for _, test := range []struct {
		name      string
		actor     chatops.Actor
		profile   access.Profile
		templates access.Templates
		people    []access.Person
		want      access.Subject
	}{
		{"Slack by email", onSlack, octo, byEmail, nil, access.Subject{
			Username: "octocat@acme.dev", Groups: []string{"slack:oncall", "slack:web"}, Email: "octocat@acme.dev", Name: "Octo Cat"}},
		{"GitHub by login", onGitHub, octocat, byLogin, nil, access.Subject{
			Username: "github:octocat", Groups: []string{"github:acme:oncall", "github:acme:web"}, Name: "The Octocat"}},
		{"by ID", onSlack, octo, access.Templates{Username: "slack:{id}"}, nil, access.Subject{
			Username: "slack:T01/U42", Email: "octocat@acme.dev", Name: "Octo Cat"}},
		{"no template of groups", onGitHub, octocat, access.Templates{Username: "{login}"}, nil, access.Subject{Username: "octocat", Name: "The Octocat"}},

		{"a person's username comes before the template", onSlack, octo, byEmail, []access.Person{{Slack: "U42", Username: "octocat"}}, access.Subject{
			Username: "octocat", Groups: []string{"slack:oncall", "slack:web"}, Email: "octocat@acme.dev", Name: "Octo Cat"}},
		{"a person's groups are added", onSlack, octo, byEmail, []access.Person{{Slack: "U42", Groups: []string{"admins", "slack:web"}}}, access.Subject{
			Username: "octocat@acme.dev", Groups: []string{"admins", "slack:oncall", "slack:web"}, Email: "octocat@acme.dev", Name: "Octo Cat"}},
		{"a person's email comes before the surface's", onSlack, octo, byEmail, []access.Person{{Slack: "U42", Email: "octo@acme.dev"}}, access.Subject{
			Username: "octocat@acme.dev", Groups: []string{"slack:oncall", "slack:web"}, Email: "octo@acme.dev", Name: "Octo Cat"}},
		{"a person with the team", onSlack, octo, access.Templates{}, []access.Person{{Slack: "T02/U42", Username: "other"}, {Slack: "T01/U42", Username: "me"}},
			access.Subject{Username: "me", Email: "octocat@acme.dev", Name: "Octo Cat"}},
		{"GitHub logins have no case", onGitHub, octocat, access.Templates{}, []access.Person{{GitHub: "OctoCat", Username: "me"}},
			access.Subject{Username: "me", Name: "The Octocat"}},
		{"the first of a person's entries counts", onGitHub, octocat, byLogin, []access.Person{{GitHub: "octocat", Username: "first"}, {GitHub: "octocat", Username: "second"}},
			access.Subject{Username: "first", Groups: []string{"github:acme:oncall", "github:acme:web"}, Name: "The Octocat"}},
		{"an entry for the other surface does not count", onGitHub, octocat, byLogin, []access.Person{{Slack: "octocat", Username: "other"}, {Username: "nobody's"}},
			access.Subject{Username: "github:octocat", Groups: []string{"github:acme:oncall", "github:acme:web"}, Name: "The Octocat"}},
		{"no email, but an entry", onSlack, access.Profile{Name: "Octo"}, byEmail, []access.Person{{Slack: "U42", Username: "octocat"}},
			access.Subject{Username: "octocat", Name: "Octo"}},

		{"the same group twice counts once", onGitHub, access.Profile{Login: "octocat", Groups: []access.Group{team("acme", "web"), team("acme", "web")}}, byLogin, nil,
			access.Subject{Username: "github:octocat", Groups: []string{"github:acme:web"}}},
		{"a group without what the template asks for does not count", onGitHub, access.Profile{Login: "octocat", Groups: []access.Group{team("", "web")}}, byLogin, nil,
			access.Subject{Username: "github:octocat"}},
		{"values bring no placeholders", onGitHub, access.Profile{Login: "{email}", Email: "admin@acme.dev", Groups: []access.Group{team("{team}", "{org}")}}, byLogin, nil,
			access.Subject{Username: "github:{email}", Groups: []string{"github:{team}:{org}"}, Email: "admin@acme.dev"}},
		{"reserved groups are dropped, wherever they come from", onGitHub, access.Profile{Login: "octocat", Groups: []access.Group{team("system", "masters"), team("acme", "web")}},
			access.Templates{Username: "{login}", Group: "{org}:{team}"}, []access.Person{{GitHub: "octocat", Groups: []string{"system:nodes"}}},
			access.Subject{Username: "octocat", Groups: []string{"acme:web"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			mapper := access.Mapper{People: test.people, Surfaces: map[chatops.Source]access.Surface{
				test.actor.Source: {Directory: directory{test.actor.ID: test.profile}, Templates: test.templates},
			}}
			got, err := mapper.Subject(t.Context(), test.actor)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Groups) == 0 {
				got.Groups = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestSubjectRefuses(t *testing.T) {
	const nobody, whoever = "I take requests only from people of this organization.", "I don't know who you are to Kubernetes."
	withEmail := access.Profile{Login: "octocat", Email: "octocat@acme.dev"}
	for _, test := range []struct {
		name      string
		directory access.Directory
		templates access.Templates
		people    []access.Person
		code      chatops.ProblemCode
		title     string
	}{
		{"nobody we know", directory{}, access.Templates{Username: "{email}"}, nil, chatops.CodeUnknownPerson, nobody},
		{"nobody we know, though in the table", directory{}, access.Templates{}, []access.Person{{GitHub: "octocat", Username: "me"}}, chatops.CodeUnknownPerson, nobody},
		{"no email", directory{"octocat": {Login: "octocat"}}, access.Templates{Username: "{email}"}, nil, chatops.CodeUnknownPerson, whoever},
		{"no email, with other words in the template", directory{"octocat": {Login: "octocat"}}, access.Templates{Username: "oidc:{email}"}, nil, chatops.CodeUnknownPerson, whoever},
		{"no login", directory{"octocat": {}}, access.Templates{Username: "github:{login}"}, nil, chatops.CodeUnknownPerson, whoever},
		{"no template", directory{"octocat": withEmail}, access.Templates{}, nil, chatops.CodeUnknownPerson, whoever},
		{"no template, and an entry without a username", directory{"octocat": withEmail}, access.Templates{}, []access.Person{{GitHub: "octocat", Groups: []string{"x"}}}, chatops.CodeUnknownPerson, whoever},
		{"a reserved name by the template", directory{"octocat": {Login: "admin"}}, access.Templates{Username: "system:{login}"}, nil, chatops.CodeUnknownPerson, whoever},
		{"a reserved name by the profile", directory{"octocat": {Login: "system:admin"}}, access.Templates{Username: "{login}"}, nil, chatops.CodeUnknownPerson, whoever},
		{"a reserved name in the table", directory{"octocat": withEmail}, access.Templates{Username: "{login}"}, []access.Person{{GitHub: "octocat", Username: "system:serviceaccount:a:b"}}, chatops.CodeUnknownPerson, whoever},
		{"the surface is down", brokenDirectory{}, access.Templates{Username: "{email}"}, nil, chatops.CodeUnavailable,
			"I can't find out who you are right now, so I did nothing. Please try again in a minute."},
	} {
		t.Run(test.name, func(t *testing.T) {
			mapper := access.Mapper{People: test.people, Surfaces: map[chatops.Source]access.Surface{
				chatops.SourceGitHub: {Directory: test.directory, Templates: test.templates},
			}}
			subject, err := mapper.Subject(t.Context(), onGitHub)
			var problem *chatops.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("subject %v, error %v", subject, err)
			}
			if problem.Code != test.code || problem.Title != test.title || problem.Err == nil {
				t.Errorf("problem: %v", problem)
			}
			if diff := cmp.Diff(access.Subject{}, subject); diff != "" {
				t.Errorf("refused, and yet somebody: %s", diff)
			}
		})
	}
}

func TestSubjectRefusesASurfaceThatIsNotConfigured(t *testing.T) {
	_, err := (&access.Mapper{People: []access.Person{{Slack: "U42", Username: "me"}}}).Subject(t.Context(), onSlack)
	var problem *chatops.Problem
	if !errors.As(err, &problem) || problem.Code != chatops.CodeUnknownPerson {
		t.Errorf("error: %v", err)
	}
}
