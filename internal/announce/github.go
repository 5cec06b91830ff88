package announce

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/notify/ledger"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// onGitHub tells GitHub of a subject, in whatever way the Subscription is for.
func (a *Announcer) onGitHub(ctx context.Context, t teller, s *subject, to *audience) (time.Duration, error) {
	m := notify.Message{Part: v1alpha1.PartCard, Marker: s.marker(to.first.Spec.Sink, v1alpha1.PartCard)}
	var ok bool
	switch to.first.Spec.Sink {
	case route.SinkDeployment:
		m.Target.Deployment, m.Card, ok = a.deployment(s)
	case route.SinkReleasePage:
		m.Target.ReleasePage, m.Card, ok = a.releasePage(s)
	case route.SinkCheck:
		m.Target.Check, m.Card, ok = a.check(s)
	}
	if !ok {
		return 0, nil
	}
	told := a.deliverers[to.first.Spec.Sink] != nil &&
		t.load(ledger.Key{Sink: to.first.Spec.Sink, Target: a.deliverers[to.first.Spec.Sink].Target(m), Part: m.Part}) != nil
	if !told && len(a.wanted(s, to, false)) == 0 {
		return 0, nil
	}
	return t.deliver(ctx, to.first.Spec.Sink, m)
}

// deployment is what GitHub is told of a Promotion whose commit is known. It says no more than what a status of
// a deployment has, so that there is no new one for each step.
func (a *Announcer) deployment(s *subject) (*notify.Deployment, chatops.Card, bool) {
	p := s.record()
	if p == nil || p.Status.Commit == "" || p.Status.Repo == "" {
		return nil, chatops.Card{}, false
	}
	full := cards.PromotionRecord(p, a.Links)
	card := chatops.Card{Title: full.Title, State: full.State, Links: full.Links[:min(len(full.Links), 1)]}
	replaced := s.isReplaced()
	if replaced {
		// By the card it is known whether there is something new to be said. It is the same in every version of the
		// bot: those of long ago are not told again.
		card = chatops.Card{Title: "Something else was deployed since.", State: chatops.StateSucceeded, Status: "replaced"}
	}
	environment := strings.NewReplacer("{project}", s.project, "{service}", s.service, "{environment}", s.environment).
		Replace(a.Deployments.Environment)
	return &notify.Deployment{
		Repo: p.Status.Repo, Commit: p.Status.Commit, Environment: environment, Service: s.service,
		Production: slices.Contains(a.Deployments.Production, s.environment), Replaced: replaced,
	}, card, true
}

// releasePage is what the page of a release tells: where it was deployed.
func (a *Announcer) releasePage(s *subject) (*notify.ReleasePage, chatops.Card, bool) {
	r := s.release()
	if r == nil || r.Spec.Source == nil || !r.Status.Published {
		return nil, chatops.Card{}, false
	}
	deployed := slices.ContainsFunc(r.Status.Stages, func(stage v1alpha1.ReleaseStage) bool {
		switch stage.Phase {
		case v1alpha1.ReleaseStageLive, v1alpha1.ReleaseStageVerifying, v1alpha1.ReleaseStageReplaced:
			return true
		default:
			return false
		}
	})
	if !deployed {
		return nil, chatops.Card{}, false
	}
	return &notify.ReleasePage{Repo: r.Spec.Source.Repo, Tag: r.Spec.Source.Tag, Service: s.service}, cards.ReleaseDeployed(r, a.Links), true
}

// check is the check run on the commit of a release.
func (a *Announcer) check(s *subject) (*notify.Check, chatops.Card, bool) {
	r := s.release()
	if r == nil || r.Status.Commit == "" || r.Status.Repo == "" {
		return nil, chatops.Card{}, false
	}
	card := cards.Release(r, a.Links)
	card.Actions = nil
	return &notify.Check{Repo: r.Status.Repo, Commit: r.Status.Commit, Name: s.service + " " + s.version}, card, true
}
