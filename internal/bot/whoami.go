package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// whoami tells who somebody is to Kubernetes, and what they may do.
func (b *Bot) whoami(ctx context.Context, r Request, subject access.Subject) (Answer, error) {
	inventory, err := b.Library.Inventory(ctx)
	if err != nil {
		return Answer{}, err
	}
	realms := make([]access.Realm, len(inventory))
	for i, project := range inventory {
		realms[i].Namespace = project.Namespace
		for _, stage := range project.Stages {
			realms[i].Stages = append(realms[i].Stages, stage.Stage)
		}
	}
	grants, err := b.Rights.Survey(ctx, subject, access.VerbPromote, realms)
	if err != nil {
		return Answer{}, err
	}
	who := answers.Identity{
		Source: string(r.Actor.Source), ID: r.Actor.ID, Username: subject.Username, Groups: subject.Groups, Email: subject.Email,
		Projects: []answers.Rights{},
	}
	for i, project := range inventory {
		who.Projects = append(who.Projects, rights(project, grants[i]))
	}
	return Answer{Card: cards.WhoAmI(who, paging(r, 1, "/whoami")), Data: who}, nil
}

// rights puts what is granted in a project together.
func rights(project kargo.Inventory, granted access.Grants) answers.Rights {
	out := answers.Rights{Project: project.Project, Roles: granted.Roles, All: granted.All, AllBy: granted.AllBy}
	for i, grant := range granted.Stages {
		switch {
		case !grant.Asked:
			out.NotAsked++
			continue
		case grant.Allowed:
			stage := project.Stages[i]
			out.May = append(out.May, answers.StageRight{
				Service: stage.Service, Environment: stage.Environment, Stage: stage.Stage, By: grant.By,
			})
		}
		out.Asked++
	}
	return out
}
