package cards_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

var links = cards.Links{Kargo: "https://kargo.acme.dev/"}

// at returns the moment so many seconds after the Promotion began.
func at(seconds int) *metav1.Time {
	t := metav1.NewTime(time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second))
	return &t
}

// asked is a Shipment that nothing was done about yet.
func asked() *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{
		Action:  v1alpha1.ActionPromote,
		Summary: "red 3.1.0 → 3.2.0 to production",
		Items: []v1alpha1.ShipmentItem{{
			Service: "red", Environment: "production", Path: []string{"red-production"}, Freight: "e72fb09c1d4f",
			Alias: "rafting-starfish", Version: "3.2.0", From: "2873e6b6a1c3", FromVersion: "3.1.0",
		}},
		RequestedBy: v1alpha1.Actor{Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev"},
	}}
	s.Namespace, s.Name = "microsvcs", "promote-red-production-7f3c9a1b2c3d"
	return s
}

// standing is a Shipment whose Promotion is at so many steps, of five, in these states.
func standing(phase v1alpha1.ShipmentPhase, states ...string) *v1alpha1.Shipment {
	s := asked()
	stage := v1alpha1.StageStatus{Stage: "red-production", Phase: phase, Promotion: "red-production.01kqwz.e72fb09", StartedAt: at(0), CurrentStep: len(states)}
	for i, name := range []string{"git-clone", "kustomize-set-image", "git-commit", "git-push", "argocd-update"} {
		step := v1alpha1.StepStatus{Name: name}
		if i < len(states) {
			step.Phase = states[i]
		}
		stage.Steps = append(stage.Steps, step)
	}
	s.Status = v1alpha1.ShipmentStatus{Phase: phase, Items: []v1alpha1.ItemStatus{{Service: "red", Stages: []v1alpha1.StageStatus{stage}}}}
	return s
}

// with changes the one Stage of a Shipment.
func with(s *v1alpha1.Shipment, change func(*v1alpha1.StageStatus)) *v1alpha1.Shipment {
	change(&s.Status.Items[0].Stages[0])
	return s
}

// shipments are a Shipment in everything that it can be in, by the name of the golden file.
func shipments() map[string]*v1alpha1.Shipment {
	const ok, bad, running = "Succeeded", "Errored", "Running"
	reasoned := asked()
	reasoned.Spec.Reason = "weekly release"
	first := asked()
	first.Spec.Items[0].From, first.Spec.Items[0].FromVersion, first.Spec.Items[0].Alias = "", "", ""
	nameless := asked()
	nameless.Spec.RequestedBy = v1alpha1.Actor{Source: "github", ID: "octocat"}
	rollback := standing(v1alpha1.PhaseFailed, ok, bad)
	rollback.Spec.Action = v1alpha1.ActionRollback
	rollingBack := asked()
	rollingBack.Spec.Action = v1alpha1.ActionRollback
	return map[string]*v1alpha1.Shipment{
		"asked":             asked(),
		"asked-with-reason": reasoned,
		"asked-first-ever":  first,
		"asked-nameless":    nameless,
		"asked-rollback":    rollingBack,
		"queued": with(standing(v1alpha1.PhasePending), func(s *v1alpha1.StageStatus) {
			s.StartedAt, s.Steps = nil, nil
		}),
		"promoting-begun": standing(v1alpha1.PhasePromoting),
		"promoting": with(standing(v1alpha1.PhasePromoting, ok, "Skipped", running), func(s *v1alpha1.StageStatus) {
			s.StepStartedAt = at(42)
		}),
		"promoting-long": with(standing(v1alpha1.PhasePromoting, ok, ok, ok, ok, running), func(s *v1alpha1.StageStatus) {
			s.StepStartedAt = at(3723)
		}),
		"verifying": standing(v1alpha1.PhaseVerifying, ok, ok, ok, ok, ok),
		"succeeded": with(standing(v1alpha1.PhaseSucceeded, ok, ok, ok, ok, ok), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Health = at(117), "Healthy"
		}),
		"succeeded-no-health-checks": with(standing(v1alpha1.PhaseSucceeded, ok, ok, ok, ok, ok), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Health = at(117), "NotApplicable"
		}),
		"succeeded-unhealthy": with(standing(v1alpha1.PhaseSucceeded, ok, ok, ok, ok, ok), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Health = at(117), "Unhealthy"
		}),
		"succeeded-health-unknown": with(standing(v1alpha1.PhaseSucceeded, ok, ok, ok, ok, ok), func(s *v1alpha1.StageStatus) {
			s.FinishedAt = at(117)
		}),
		"failed": with(standing(v1alpha1.PhaseFailed, ok, "Failed"), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Message = at(9), "the build is on fire"
		}),
		"errored": with(standing(v1alpha1.PhaseErrored, ok, ok, ok, ok, bad), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Message = at(61), `Argo CD Application "red-production" in namespace "argocd" is not authorized`
		}),
		"verification-failed": with(standing(v1alpha1.PhaseFailed, ok, ok, ok, ok, ok), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Message = at(300), "It was promoted, but its verification ended: Failed."
		}),
		"refused": with(standing(v1alpha1.PhaseFailed), func(s *v1alpha1.StageStatus) {
			s.Promotion, s.StartedAt, s.Steps = "", nil, nil
			s.FinishedAt, s.Message = at(1), "The Promotion was refused: Freight is not available to this Stage"
		}),
		"aborted": with(standing(v1alpha1.PhaseAborted, ok, ok, "Aborted"), func(s *v1alpha1.StageStatus) {
			s.FinishedAt, s.Message = at(30), "Promotion terminated by kubernetes:admin"
		}),
		"aborted-in-the-queue": with(standing(v1alpha1.PhaseAborted), func(s *v1alpha1.StageStatus) {
			s.StartedAt, s.FinishedAt, s.Message = nil, at(30), "Promotion terminated by kubernetes:admin"
		}),
		"rollback-failed": with(rollback, func(s *v1alpha1.StageStatus) { s.FinishedAt = at(5) }),
	}
}

func TestShipment(t *testing.T) {
	for name, s := range shipments() {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, name+".txt", plain(cards.Shipment(s, links)))
		})
	}
}

func TestShipmentSaysTheSameEveryTime(t *testing.T) {
	for name, s := range shipments() {
		before := s.DeepCopy()
		first := cards.Shipment(s, links)
		if diff := cmp.Diff(first, cards.Shipment(s.DeepCopy(), links)); diff != "" {
			t.Errorf("%s: another card of the same object: %s", name, diff)
		}
		if diff := cmp.Diff(before, s); diff != "" {
			t.Errorf("%s: the object was changed: %s", name, diff)
		}
	}
}

// Time that passes is no news: nobody wants a message edited every second.
func TestShipmentInOneStepIsOneCard(t *testing.T) {
	s := standing(v1alpha1.PhasePromoting, "Succeeded", "Running")
	s.Status.Items[0].Stages[0].StepStartedAt = at(5)
	if got := cards.Shipment(s, links).Status; got != "2 of 5 · 0:05" {
		t.Errorf("status %q does not tell the time as of the step's beginning", got)
	}
}

func TestResultSaysHowItEndedAndNoMore(t *testing.T) {
	s := shipments()["errored"]
	s.Spec.Reason = "weekly release"
	golden.Compare(t, "result-errored"+".txt", plain(cards.Result(s, links)))
	golden.Compare(t, "result-succeeded"+".txt", plain(cards.Result(shipments()["succeeded"], links)))
}

func TestPlanSaysWhatADryRunWouldDo(t *testing.T) {
	golden.Compare(t, "plan"+".txt", plain(cards.Plan(asked(), nil, false, links)))
	golden.Compare(t, "plan-first-ever"+".txt", plain(cards.Plan(shipments()["asked-first-ever"], nil, false, cards.Links{})))
}

func TestAcceptedSaysWhatWasUnderstood(t *testing.T) {
	golden.Compare(t, "accepted"+".txt", plain(cards.Accepted(asked(), nil)))
}

func TestLinks(t *testing.T) {
	s := standing(v1alpha1.PhasePromoting)
	s.Status.Items[0].Stages[0].Promotion = "a b/../c?d"
	for base, want := range map[string]string{
		"https://kargo.acme.dev":        "https://kargo.acme.dev/project/microsvcs/promotion/a%20b%2F..%2Fc%3Fd",
		"https://acme.dev/tools/kargo/": "https://acme.dev/tools/kargo/project/microsvcs/promotion/a%20b%2F..%2Fc%3Fd",
	} {
		card := cards.Shipment(s, cards.Links{Kargo: base})
		if len(card.Links) != 1 || card.Links[0].URL != want {
			t.Errorf("%s: links %v, want %s", base, card.Links, want)
		}
	}
	if card := cards.Shipment(s, cards.Links{}); len(card.Links) > 0 {
		t.Errorf("links to nowhere: %v", card.Links)
	}
}

func TestTitlesAreShortEnoughForAHeader(t *testing.T) {
	for name, s := range shipments() {
		if title := cards.Shipment(s, links).Title; title == "" || len(title) > 150 || strings.Contains(title, "\n") {
			t.Errorf("%s: title %q", name, title)
		}
	}
}
