package cards_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// record is a Promotion of red to production of which that has happened, a minute apart each.
func record(phase v1alpha1.ShipmentPhase, outcomes ...v1alpha1.Outcome) *v1alpha1.PromotionRecord {
	p := &v1alpha1.PromotionRecord{Spec: v1alpha1.PromotionRecordSpec{
		Service: "red", Environment: "production", Stage: "red-production", Freight: "e72fb09c1d4f", Alias: "rafting-starfish",
		Version: "3.2.0", FromVersion: "3.1.0", From: "2873e6b6a1c3", By: "octocat",
	}}
	p.Namespace, p.Name = "microsvcs", "red-production.01kqwz.e72fb09"
	p.Status.Phase = phase
	if len(outcomes) > 0 {
		p.Status.StartedAt = at(0)
	}
	for i, name := range []string{"git-clone", "kustomize-set-image", "git-commit", "git-push", "argocd-update"} {
		step := v1alpha1.StepStatus{Name: name}
		switch {
		case len(outcomes) > 1 && outcomes[1] == v1alpha1.OutcomeFailed && i == 4:
			step.Phase = "Errored"
		case len(outcomes) > 1 || len(outcomes) == 1 && i < 2:
			step.Phase = "Succeeded"
		case len(outcomes) == 1 && i == 2:
			step.Phase = "Running"
		}
		if step.Phase != "" {
			p.Status.CurrentStep = i + 1
		}
		p.Status.Steps = append(p.Status.Steps, step)
	}
	for i, outcome := range outcomes {
		h := v1alpha1.Happening{Outcome: outcome, At: *at(60 * i)}
		switch outcome {
		case v1alpha1.OutcomeFailed:
			h.Message = `Argo CD Application "red-production" in namespace "argocd" is not authorized`
			p.Status.Message = h.Message
		case v1alpha1.OutcomeVerificationFailed:
			h.Message = "It was promoted, but its verification ended: Failed. Kargo says: smoke tests failed"
			p.Status.Message = h.Message
		case v1alpha1.OutcomeDegraded:
			h.Message = `Argo CD Application "red-production" is Degraded`
			p.Status.UnhealthySince = &metav1.Time{Time: h.At.Add(-30e9)}
		default:
		}
		if i == 1 {
			p.Status.FinishedAt = at(117)
		}
		p.Status.Happenings = append(p.Status.Happenings, h)
	}
	return p
}

// changed is a record with something else about it.
func changed(p *v1alpha1.PromotionRecord, change func(*v1alpha1.PromotionRecord)) *v1alpha1.PromotionRecord {
	change(p)
	return p
}

const (
	started    = v1alpha1.OutcomeStarted
	succeeded  = v1alpha1.OutcomeSucceeded
	rolledBack = v1alpha1.OutcomeRolledBack
	lost       = v1alpha1.OutcomeVerificationFailed
	degraded   = v1alpha1.OutcomeDegraded
	recovered  = v1alpha1.OutcomeRecovered
)

// records are a PromotionRecord in everything that it can be in.
func records() map[string]*v1alpha1.PromotionRecord {
	isRollback := func(p *v1alpha1.PromotionRecord) {
		p.Spec.Rollback, p.Spec.Reason = true, "errors at checkout"
		p.Spec.Version, p.Spec.FromVersion, p.Spec.Freight, p.Spec.From = "3.1.0", "3.2.0", p.Spec.From, p.Spec.Freight
		p.Spec.Alias = ""
	}
	replaced := func(p *v1alpha1.PromotionRecord) { p.Status.Replaced, p.Status.UnhealthySince = true, nil }
	return map[string]*v1alpha1.PromotionRecord{
		"queued":  record(v1alpha1.PhasePending),
		"running": record(v1alpha1.PhasePromoting, started),
		"auto": changed(record(v1alpha1.PhasePromoting, started), func(p *v1alpha1.PromotionRecord) {
			p.Spec.By, p.Spec.FromVersion, p.Spec.From = "", "", ""
		}),
		"verifying": record(v1alpha1.PhaseVerifying, started, succeeded),
		"live": changed(record(v1alpha1.PhaseSucceeded, started, succeeded), func(p *v1alpha1.PromotionRecord) {
			p.Status.Health = "Healthy"
		}),
		"live-again": changed(record(v1alpha1.PhaseSucceeded, started, succeeded), func(p *v1alpha1.PromotionRecord) {
			p.Spec.From, p.Spec.FromVersion = p.Spec.Freight, p.Spec.Version
		}),
		"replaced":            changed(record(v1alpha1.PhaseSucceeded, started, succeeded), replaced),
		"failed":              record(v1alpha1.PhaseErrored, started, v1alpha1.OutcomeFailed),
		"failed-rollback":     changed(record(v1alpha1.PhaseFailed, started, v1alpha1.OutcomeFailed), isRollback),
		"aborted":             record(v1alpha1.PhaseAborted, started, v1alpha1.OutcomeAborted),
		"rolling-back":        changed(record(v1alpha1.PhasePromoting, started), isRollback),
		"rolled-back":         changed(record(v1alpha1.PhaseSucceeded, started, rolledBack), isRollback),
		"verification-failed": record(v1alpha1.PhaseFailed, started, succeeded, lost),
		"unhealthy":           record(v1alpha1.PhaseSucceeded, started, succeeded, degraded),
		"unhealthy-replaced":  changed(record(v1alpha1.PhaseSucceeded, started, succeeded, degraded), replaced),
		"recovered":           record(v1alpha1.PhaseSucceeded, started, succeeded, degraded, recovered),
	}
}

func TestPromotionRecord(t *testing.T) {
	for name, p := range records() {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "record-"+name+".txt", plain(cards.PromotionRecord(p, links))+"\n"+words(cards.RecordLine(p))+"\n")
		})
	}
}

func TestPromotionRecordSaysTheSameEveryTime(t *testing.T) {
	for name, p := range records() {
		before := p.DeepCopy()
		if diff := cmp.Diff(cards.PromotionRecord(p, links), cards.PromotionRecord(p.DeepCopy(), links)); diff != "" {
			t.Errorf("%s: another card of the same object: %s", name, diff)
		}
		for _, h := range p.Status.Happenings {
			cards.RecordAlert(p, h, links)
		}
		if diff := cmp.Diff(before, p); diff != "" {
			t.Errorf("%s: the object was changed: %s", name, diff)
		}
	}
}

func TestRecordAlert(t *testing.T) {
	for name, p := range records() {
		if last := len(p.Status.Happenings) - 1; last > 0 {
			t.Run(name, func(t *testing.T) {
				golden.Compare(t, "alert-"+name+".txt", plain(cards.RecordAlert(p, p.Status.Happenings[last], links)))
			})
		}
	}
}

// What people are called for stays what it was, though the object goes on.
func TestAnAlertIsAboutWhatHappenedThen(t *testing.T) {
	now := records()["recovered"]
	then := records()["unhealthy"]
	h := then.Status.Happenings[2]
	if diff := cmp.Diff(cards.RecordAlert(then, h, links), cards.RecordAlert(now, h, links)); diff != "" {
		t.Errorf("-then +now\n%s", diff)
	}
	now.Status.Replaced = true
	if diff := cmp.Diff(cards.RecordAlert(then, h, links), cards.RecordAlert(now, h, links)); diff != "" {
		t.Errorf("-then +after it was replaced\n%s", diff)
	}
}

func TestACommandNamesTheProjectWhereThereAreSeveral(t *testing.T) {
	card := cards.PromotionRecord(records()["unhealthy"], cards.Links{Projects: true})
	for _, a := range card.Actions {
		if !strings.Contains(a.Command, " microsvcs/red ") {
			t.Errorf("%q does not say of which project", a.Command)
		}
	}
	if len(card.Actions) != 2 {
		t.Errorf("actions %+v", card.Actions)
	}
}
