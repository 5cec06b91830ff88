package cardstest

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// told returns cards that tell what nobody there has asked for, by name.
func told(links cards.Links) map[string]chatops.Card {
	failed := promotion("red", "production", v1alpha1.PhaseErrored, v1alpha1.OutcomeStarted, v1alpha1.OutcomeFailed)
	unwell := promotion("red", "production", v1alpha1.PhaseSucceeded, v1alpha1.OutcomeStarted, v1alpha1.OutcomeSucceeded, v1alpha1.OutcomeDegraded)
	all := []*v1alpha1.PromotionRecord{failed, unwell}
	for i := range 30 {
		all = append(all, promotion(fmt.Sprintf("service-%02d", i), "staging", v1alpha1.PhaseSucceeded, v1alpha1.OutcomeStarted, v1alpha1.OutcomeSucceeded))
	}
	day := cards.SummaryView{Kind: v1alpha1.SummaryDigest, From: toldAt().Add(-12 * time.Hour), Until: toldAt().Add(12 * time.Hour), Records: all}
	burst := day
	burst.Kind, burst.Until = v1alpha1.SummaryBurst, time.Time{}
	return map[string]chatops.Card{
		"told-promotion": cards.PromotionRecord(promotion("red", "production", v1alpha1.PhasePromoting, v1alpha1.OutcomeStarted), links),
		"told-failed":    cards.PromotionRecord(failed, links),
		"told-unhealthy": cards.PromotionRecord(unwell, links),
		"told-alert":     cards.RecordAlert(failed, failed.Status.Happenings[1], links),
		"told-burst":     cards.Summary(burst),
		"told-digest":    cards.Summary(day),
		"told-notice":    cards.Notice(notice()),
	}
}

// toldAt is when what these cards tell began.
func toldAt() time.Time { return time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC) }

// promotion is one of a service of which that has happened, a minute apart.
func promotion(service, environment string, phase v1alpha1.ShipmentPhase, outcomes ...v1alpha1.Outcome) *v1alpha1.PromotionRecord {
	p := &v1alpha1.PromotionRecord{Spec: v1alpha1.PromotionRecordSpec{
		Service: service, Environment: environment, Stage: service + "-" + environment, Freight: "e72fb09c1d4f", Alias: "rafting-starfish",
		Version: "3.2.0", FromVersion: "3.1.0", From: "2873e6b6a1c3", By: "octocat <!channel>", Reason: "weekly *release* @hubot",
	}}
	p.Namespace, p.Name = "microsvcs", p.Spec.Stage+".01kqwz.e72fb09"
	p.Status.Phase, p.Status.CurrentStep = phase, 2
	p.Status.Steps = []v1alpha1.StepStatus{{Name: "git-clone", Phase: "Succeeded"}, {Name: "argocd-update", Phase: "Running"}, {Name: "http"}}
	for i, outcome := range outcomes {
		h := v1alpha1.Happening{Outcome: outcome, At: metav1.NewTime(toldAt().Add(time.Duration(i) * time.Minute))}
		switch outcome {
		case v1alpha1.OutcomeStarted:
			p.Status.StartedAt = &h.At
		case v1alpha1.OutcomeFailed:
			h.Message = `Argo CD Application "red-production" in namespace "argocd" is not authorized`
			p.Status.Message, p.Status.FinishedAt, p.Status.Steps[1].Phase = h.Message, &h.At, "Errored"
		case v1alpha1.OutcomeDegraded:
			h.Message = "Deployment `red` is <crashing>"
			p.Status.UnhealthySince, p.Status.Health = &h.At, "Unhealthy"
		default:
			p.Status.FinishedAt = &h.At
		}
		p.Status.Happenings = append(p.Status.Happenings, h)
	}
	return p
}

// notice is of a credential that can't be renewed.
func notice() *v1alpha1.Notice {
	const says = "ref+vault://kv/github#/token can't be read: Vault at vault.acme.dev:8200 refuses the token."
	n := &v1alpha1.Notice{
		Spec: v1alpha1.NoticeSpec{ //nolint:gosec // no credential
			About: v1alpha1.NoticeCredential, Secret: "github-creds", SecretNamespace: "microsvcs", Type: "git",
		},
		Status: v1alpha1.NoticeStatus{
			Phase: v1alpha1.NoticeFailing, Message: says,
			Happenings: []v1alpha1.Happening{{Outcome: v1alpha1.OutcomeCredentialFailing, Message: says, At: metav1.NewTime(toldAt())}},
		},
	}
	n.Namespace, n.Name = "microsvcs", "github-creds-1"
	return n
}
