package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Subject is who a person is to Kubernetes and to Kargo.
type Subject struct {
	// Username and Groups are the Kubernetes user and groups.
	Username string
	Groups   []string
	// Email is matched against the email claim of Kargo roles; empty if unknown.
	Email string
	// Name is what the person is called, for people.
	Name string
}

// String names the subject for people: "octocat@acme.dev (groups: acme:web)".
func (s Subject) String() string {
	if len(s.Groups) == 0 {
		return s.Username
	}
	return s.Username + " (groups: " + strings.Join(s.Groups, ", ") + ")"
}

// Person is an entry of the people table: who somebody on a surface is to Kubernetes, said outright.
type Person struct {
	// Slack is a user's ID, "U42" or "T01/U42"; GitHub is a login. Either may be empty.
	Slack  string
	GitHub string
	// Username replaces the one that the templates would give.
	Username string
	// Groups are added to those of the templates.
	Groups []string
	// Email is the person's address for Kargo roles; empty for the one the surface tells.
	Email string
}

// Templates turn a surface's profile into names of Kubernetes. Placeholders: {email}, {login} and
// {id} in Username; {usergroup} (Slack), {org} and {team} (GitHub) in Group.
type Templates struct {
	Username string
	// Group is applied to each group of the profile; empty for no groups.
	Group string
}

// Mapper tells who a person on a surface is to Kubernetes.
type Mapper struct {
	// People take precedence over the templates.
	People []Person
	// Surfaces has a directory and templates for each surface that people speak from.
	Surfaces map[chatops.Source]Surface
}

// Surface is how people of one surface are looked up and named.
type Surface struct {
	Directory Directory
	Templates Templates
}

// Subject returns who the actor is. What stands in the way comes back as a *chatops.Problem.
func (m *Mapper) Subject(ctx context.Context, actor chatops.Actor) (Subject, error) {
	surface, ok := m.Surfaces[actor.Source]
	if !ok {
		return Subject{}, unknown(actor, "Nobody can ask from here.", nil)
	}
	profile, err := surface.Directory.Profile(ctx, actor)
	switch {
	case errors.Is(err, ErrNobody):
		return Subject{}, unknown(actor, "I take requests only from people of this organization.", err)
	case err != nil:
		return Subject{}, &chatops.Problem{
			Code:  chatops.CodeUnavailable,
			Title: "I can't find out who you are right now, so I did nothing. Please try again in a minute.",
			Err:   fmt.Errorf("look up %s: %w", actor.ID, err),
		}
	}
	subject := Subject{Email: profile.Email, Name: profile.Name, Groups: surface.Templates.groups(profile)}
	username, complete := surface.Templates.username(actor, profile)
	if person, ok := m.person(actor); ok {
		subject.Groups = append(subject.Groups, person.Groups...)
		if person.Username != "" {
			username, complete = person.Username, true
		}
		if person.Email != "" {
			subject.Email = person.Email
		}
	}
	if !complete || reserved(username) {
		return Subject{}, unknown(actor, "I don't know who you are to Kubernetes.",
			fmt.Errorf("no usable username for %s from template %q", actor.ID, surface.Templates.Username))
	}
	subject.Username = username
	subject.Groups = slices.DeleteFunc(subject.Groups, reserved)
	slices.Sort(subject.Groups)
	subject.Groups = slices.Compact(subject.Groups)
	return subject, nil
}

// person finds the actor in the people table.
func (m *Mapper) person(actor chatops.Actor) (Person, bool) {
	for _, p := range m.People {
		if p.is(actor) {
			return p, true
		}
	}
	return Person{}, false
}

// is reports whether the entry is about the actor.
func (p Person) is(actor chatops.Actor) bool {
	switch actor.Source {
	case chatops.SourceSlack:
		_, user, _ := strings.Cut(actor.ID, "/")
		return p.Slack != "" && (p.Slack == actor.ID || p.Slack == user)
	case chatops.SourceGitHub:
		return p.GitHub != "" && strings.EqualFold(p.GitHub, actor.ID)
	default:
		return false
	}
}

// username fills the template, and reports false if a placeholder has no value.
func (t Templates) username(actor chatops.Actor, profile Profile) (string, bool) {
	return fill(t.Username, map[string]string{
		"{email}": profile.Email, "{login}": profile.Login, "{id}": actor.ID,
	})
}

func (t Templates) groups(profile Profile) []string {
	if t.Group == "" {
		return nil
	}
	var groups []string
	for _, g := range profile.Groups {
		if name, ok := fill(t.Group, map[string]string{"{usergroup}": g.Name, "{team}": g.Name, "{org}": g.Org}); ok {
			groups = append(groups, name)
		}
	}
	return groups
}

// fill replaces placeholders in one pass, so that a value can't bring a placeholder of its own.
func fill(template string, values map[string]string) (string, bool) {
	if template == "" {
		return "", false
	}
	var pairs []string
	for placeholder, value := range values {
		if value == "" && strings.Contains(template, placeholder) {
			return "", false
		}
		pairs = append(pairs, placeholder, value)
	}
	return strings.NewReplacer(pairs...).Replace(template), true
}

// reserved reports whether a name belongs to Kubernetes itself. However people are named on a
// surface, nobody becomes system:admin or a member of system:masters by it.
func reserved(name string) bool { return strings.HasPrefix(name, "system:") }

func unknown(actor chatops.Actor, title string, err error) *chatops.Problem {
	return &chatops.Problem{
		Code:  chatops.CodeUnknownPerson,
		Title: title,
		Body: []chatops.Text{chatops.Line(
			chatops.Plain("Whoever runs this bot can add you to the people in its configuration (identity.people): "),
			chatops.Code(fmt.Sprintf("- {%s: %q, username: …}", actor.Source, chatops.Shorten(actor.ID, chatops.MaxQuoted))))},
		Err: err,
	}
}
