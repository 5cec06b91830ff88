package demo

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/controller"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// Mishaps that can be arranged for the next promotion of a service to production.
const (
	MishapFails = "fails"
	MishapHangs = "hangs"
)

func mishapsOffered() []page.Mishap {
	return []page.Mishap{
		{ID: MishapFails, Label: "fail at argocd-update"},
		{ID: MishapHangs, Label: "hang until aborted"},
	}
}

// riskyStep is where mishaps happen: the step that waits for Argo CD.
const riskyStep = "argocd-update"

// mishaps are what is arranged to go wrong, by service. Each happens to one promotion.
type mishaps struct {
	outcomes *controller.Outcomes

	mu       sync.Mutex
	arranged map[string]string
}

func newMishaps(outcomes *controller.Outcomes) *mishaps {
	return &mishaps{outcomes: outcomes, arranged: map[string]string{}}
}

// of returns what is arranged for a service, "" for nothing.
func (m *mishaps) of(service string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.arranged[service]
}

// arrange makes the next promotion of a service to its Stage in production go wrong, or right again.
func (m *mishaps) arrange(service, mishap string, stage *kargoapi.Stage) error {
	key := types.NamespacedName{Namespace: stage.Namespace, Name: stage.Name}
	step := 1 + slices.IndexFunc(stage.Spec.PromotionTemplate.Spec.Steps, func(s kargoapi.PromotionStep) bool { return s.Uses == riskyStep })
	m.mu.Lock()
	defer m.mu.Unlock()
	switch mishap {
	case "":
		m.outcomes.PassSteps(key)
		delete(m.arranged, service)
		return nil
	case MishapFails:
		m.outcomes.FailStep(key, step, unauthorized(stage))
	case MishapHangs:
		m.outcomes.HangStep(key, step)
	default:
		return page.Refuse("Nothing called %q can be arranged.", mishap)
	}
	m.arranged[service] = mishap
	return nil
}

// unauthorized is what Kargo says if an Application lacks the annotation that lets the Stage change it
// (pkg/promotion/runner/builtin/argocd_updater.go of v1.11.2): what newcomers meet most.
func unauthorized(stage *kargoapi.Stage) string {
	return fmt.Sprintf("Argo CD Application %q in namespace %q does not permit mutation by Kargo Stage %s in namespace %s",
		stage.Name, "argocd", stage.Name, stage.Namespace)
}

// ended takes note that a promotion ended: what was arranged has happened.
func (m *mishaps) ended(p *kargoapi.Promotion) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for service := range m.arranged {
		if world.StageName(service, world.Production) == p.Spec.Stage {
			m.outcomes.PassSteps(types.NamespacedName{Namespace: p.Namespace, Name: p.Spec.Stage})
			delete(m.arranged, service)
		}
	}
}

// Arrange implements page.World.
func (d *Demo) Arrange(ctx context.Context, service, mishap string) error {
	if _, err := serviceCalled(service); err != nil {
		return err
	}
	target, err := d.board.catalogue.Find(ctx, service, world.Production)
	if err != nil {
		return fmt.Errorf("find %s: %w", service, err)
	}
	if err := d.mishaps.arrange(service, mishap, target.Stage); err != nil {
		return err
	}
	d.changed.tell()
	return nil
}

// Fail lets the next promotion of each of the services to production fail.
func (d *Demo) Fail(ctx context.Context, services ...string) error {
	for _, s := range services {
		if err := d.Arrange(ctx, s, MishapFails); err != nil {
			return err
		}
	}
	return nil
}
