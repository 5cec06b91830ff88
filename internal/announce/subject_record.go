package announce

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// aboutRecord returns what is said of a Promotion.
func (a *Announcer) aboutRecord(p *v1alpha1.PromotionRecord) subject {
	s := subject{
		topic: recordTopic{p}, object: p, project: a.Project(p.Namespace), service: p.Spec.Service, environment: p.Spec.Environment,
		version: p.Spec.Version, happenings: p.Status.Happenings,
	}
	s.setVersion()
	if by := p.Spec.RequestedBy; by != nil {
		if id := a.SlackID(by.Source, by.ID); id != "" {
			s.people = []string{id}
		}
	}
	return s
}

// recordTopic is a PromotionRecord as a topic.
type recordTopic struct{ p *v1alpha1.PromotionRecord }

func (recordTopic) kind() string { return "promotion" }

func (recordTopic) templates() (card, alert string) { return wording.KindPromotion, wording.KindAlert }

func (t recordTopic) changes() []*metav1.Time {
	return []*metav1.Time{t.p.Status.VerifiedAt, t.p.Status.UnhealthySince}
}

func (t recordTopic) isOver() bool { return t.p.Status.Phase.IsTerminal() }

func (t recordTopic) card(links cards.Links) chatops.Card { return cards.PromotionRecord(t.p, links) }

func (t recordTopic) alert(h v1alpha1.Happening, links cards.Links) chatops.Card {
	return cards.RecordAlert(t.p, h, links)
}

func (t recordTopic) describe(e *notify.Event, links cards.Links) {
	spec, status := &t.p.Spec, &t.p.Status
	e.Stage, e.FromVersion, e.Freight, e.Promotion, e.By = spec.Stage, spec.FromVersion, spec.Freight, t.p.Name, spec.By
	e.Repo, e.Commit = status.Repo, status.Commit
	if links := links.Promotion(t.p.Namespace, t.p.Name); len(links) > 0 {
		e.URL = links[0].URL
	}
}

func (t recordTopic) fill(d *wording.Data, _ v1alpha1.Happening, e notify.Event) {
	status := &t.p.Status
	d.Alias, d.Phase, d.Reason = t.p.Spec.Alias, string(status.Phase), t.p.Spec.Reason
	d.KargoURL = e.URL
	d.StepNumber, d.Steps = status.CurrentStep, len(status.Steps)
	if i := d.StepNumber - 1; i >= 0 && i < len(status.Steps) {
		d.Step = status.Steps[i].Name
	}
}
