package announce

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// aboutRelease returns what is said of a Release.
func (a *Announcer) aboutRelease(r *v1alpha1.Release) subject {
	s := subject{
		topic: releaseTopic{r}, object: r, project: a.Project(r.Namespace), service: r.Spec.Service, version: r.Spec.Version,
		happenings: r.Status.Happenings,
	}
	s.setVersion()
	if id := a.SlackID(string(chatops.SourceGitHub), r.Status.Author); id != "" {
		s.people = []string{id}
	}
	return s
}

// releaseTopic is a Release as a topic.
type releaseTopic struct{ r *v1alpha1.Release }

func (releaseTopic) kind() string { return "release" }

func (releaseTopic) templates() (card, alert string) { return wording.KindRelease, wording.KindAlert }

func (t releaseTopic) changes() []*metav1.Time {
	var out []*metav1.Time
	for i := range t.r.Status.Stages {
		out = append(out, t.r.Status.Stages[i].Since)
	}
	return out
}

func (t releaseTopic) isOver() bool { return t.r.Status.Phase.IsTerminal() }

func (t releaseTopic) card(links cards.Links) chatops.Card { return cards.Release(t.r, links) }

func (t releaseTopic) alert(h v1alpha1.Happening, links cards.Links) chatops.Card {
	return cards.ReleaseAlert(t.r, h, links)
}

func (t releaseTopic) describe(e *notify.Event, _ cards.Links) {
	status := &t.r.Status
	e.Freight, e.Repo, e.Commit, e.By, e.URL = status.Freight, status.Repo, status.Commit, status.Author, status.URL
}

func (t releaseTopic) fill(d *wording.Data, h v1alpha1.Happening, e notify.Event) {
	status := &t.r.Status
	d.Outcome, d.Message, d.Environment = outcomeOf(status.Phase), status.Message, ""
	if h.Outcome == v1alpha1.OutcomeOverdue && status.Phase == v1alpha1.ReleaseOverdue {
		d.Message = h.Message
	}
	d.Alias, d.Phase, d.URL = status.Alias, string(status.Phase), e.URL
	if c := status.Contents; c != nil && c.Added != nil {
		d.Commits = c.Added.Commits
	}
}

// outcomeOf is what rules would call how far a release is.
func outcomeOf(phase v1alpha1.ReleasePhase) string {
	switch phase {
	case v1alpha1.ReleaseOverdue:
		return route.Word(v1alpha1.OutcomeOverdue)
	case v1alpha1.ReleaseWaiting:
		return route.Word(v1alpha1.OutcomeWaiting)
	case v1alpha1.ReleaseFailed:
		return route.Word(v1alpha1.OutcomeFailed)
	case v1alpha1.ReleaseLive:
		return route.Word(v1alpha1.OutcomeSucceeded)
	default:
		return route.Word(v1alpha1.OutcomeReleased)
	}
}
