package bot

import (
	"context"
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// subscribe has a person told what happens, in place of what they were told before.
func (b *Bot) subscribe(ctx context.Context, r Request, c chatops.Subscribe) (Answer, error) {
	who, err := subscriberOf(r.Actor)
	if err != nil {
		return Answer{}, err
	}
	scope, err := b.Library.Scope(ctx, c.Services, c.Environment)
	if err != nil {
		return Answer{}, err
	}
	everywhere, err := b.Library.Scope(ctx, nil, "")
	if err != nil {
		return Answer{}, err
	}
	wanted := map[string]*v1alpha1.PersonalSubscription{}
	for _, p := range scope.Projects() {
		wanted[p.Namespace] = personal(who, c, p)
	}
	var (
		told            []cards.Told
		changed, before bool
	)
	// What is asked for comes first: should the rest fail, the person is told too much and not too little.
	for _, p := range sortedFirst(everywhere.Projects(), wanted) {
		had, isNew, err := b.setSubscription(ctx, p.Namespace, who, wanted[p.Namespace])
		if err != nil {
			return Answer{}, err
		}
		before, changed = before || had, changed || isNew
		if want := wanted[p.Namespace]; want != nil {
			told = append(told, toldOf(p.Project, want))
		}
	}
	return Answer{Card: cards.Subscribed(told, !changed, before && changed)}, nil
}

// sortedFirst returns the projects in which something is wanted, and then the others.
func sortedFirst(projects []kargo.ProjectScope, wanted map[string]*v1alpha1.PersonalSubscription) []kargo.ProjectScope {
	var first, rest []kargo.ProjectScope
	for _, p := range projects {
		if wanted[p.Namespace] != nil {
			first = append(first, p)
		} else {
			rest = append(rest, p)
		}
	}
	return append(first, rest...)
}

// personal returns what somebody wants to be told in a project.
func personal(who subscriber, c chatops.Subscribe, p kargo.ProjectScope) *v1alpha1.PersonalSubscription {
	want := &v1alpha1.PersonalSubscription{Name: who.name, Services: slices.Sorted(slices.Values(p.Services)), Environments: p.Environments, Mine: c.Mine}
	for _, word := range c.On {
		if o, ok := route.OutcomeOf(word); ok {
			want.On = append(want.On, o)
		}
	}
	return want
}

// toldOf says what somebody is told in a project.
func toldOf(project string, p *v1alpha1.PersonalSubscription) cards.Told {
	told := cards.Told{Project: project, Services: slices.Sorted(slices.Values(p.Services)), Environments: p.Environments, Mine: p.Mine}
	for _, o := range p.On {
		told.On = append(told.On, route.Word(o))
	}
	return told
}
