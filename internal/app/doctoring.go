package app

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/slack"
)

// ExamineOptions say what somebody in a terminal looks at besides what they may read in Kubernetes.
type ExamineOptions struct {
	// BotUser is the bot to Kubernetes; empty if that is not known.
	BotUser string
	Places  doctor.Places
	// Surfaces have the bot's own credentials for Slack and GitHub. If it is nil, Without says why.
	Surfaces *Options
	Without  string
}

// Examine looks for what is wrong with a service, or with everything if it is empty, with the person's own rights. What
// can be mended comes with it: see Mend. What keeps it from looking at all is a problem.
func (t *Terminal) Examine(ctx context.Context, service string, o ExamineOptions) (answers.Diagnosis, []doctor.Repair, *chatops.Problem) {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	actor, err := t.self.Actor(ctx)
	if err != nil {
		return answers.Diagnosis{}, nil, unreachable(err)
	}
	ports := doctor.Ports{
		Reader: t.client, Reviews: t.client, Person: true, BotUser: o.BotUser, Places: o.Places,
		Clocks: []doctor.Clock{kubernetesClock(t.config)},
	}
	done, err := t.addSurfaces(&ports, o)
	if err != nil {
		return answers.Diagnosis{}, nil, unreachable(err)
	}
	defer done()
	t.doctor.Use(ports)
	diagnosis, repairs, err := t.doctor.ExamineToRepair(ctx, service)
	if err == nil {
		return diagnosis, repairs, nil
	}
	problem, ok := asProblem(err)
	if !ok {
		problem = unreachable(err)
	}
	if subject, err := t.self.Subject(ctx, actor); err == nil {
		if better := explain(subject, problem); better != nil {
			problem = better
		}
	}
	return answers.Diagnosis{}, nil, problem
}

// Mend does a repair with the person's own rights.
func (t *Terminal) Mend(ctx context.Context, r doctor.Repair) error { return r.Do(ctx, t.client) }

// WhyNotMended says for people why a repair was not done.
func WhyNotMended(err error) string {
	status, ok := asStatus(err)
	switch {
	case !ok:
		return "Kubernetes did not answer. Look again before you try again."
	case apierrors.IsForbidden(status):
		return "you may not do that. Ask somebody who may, with the command above."
	case apierrors.IsNotFound(status):
		return "it is no longer there."
	case apierrors.IsInvalid(status), apierrors.IsConflict(status), apierrors.IsBadRequest(status):
		return "it has changed since it was looked at. Look again."
	default:
		return "Kubernetes refused it: " + chatops.Shorten(status.Status().Message, maxDenied)
	}
}

// addSurfaces connects to Slack and GitHub as the bot does.
func (t *Terminal) addSurfaces(p *doctor.Ports, o ExamineOptions) (done func(), err error) {
	if o.Surfaces == nil {
		p.WithoutSlack, p.WithoutGitHub = o.Without, o.Without
		return func() {}, nil
	}
	var slackClient *slack.Client
	var githubClient *github.Client
	if s := o.Surfaces.Slack; s != nil {
		if slackClient, err = slack.NewClient(slack.ClientOptions{URL: s.URL, Token: s.BotToken, Now: o.Surfaces.Now}); err != nil {
			return nil, err
		}
	}
	if g := o.Surfaces.GitHub; g != nil {
		if githubClient, err = github.NewClient(github.ClientOptions{BaseURL: g.URL, AppID: g.AppID, PrivateKey: g.PrivateKey, Now: o.Surfaces.Now}); err != nil {
			return nil, err
		}
	}
	addSurfaces(p, *o.Surfaces, slackClient, githubClient)
	return func() {
		if githubClient != nil {
			githubClient.Close()
		}
	}, nil
}
