package harness

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Stage is a Stage to be made.
type Stage struct {
	Name string
	// Warehouses are those it takes Freight from: directly, or what was verified in Upstream.
	Warehouses []string
	Upstream   string
	// Steps are those of its promotions; none make it a control-flow Stage.
	Steps []Step
	// Soak is how long Freight has to have run in Upstream, in whole seconds.
	Soak time.Duration
	// VerificationFails gives it a verification, which does not end well.
	VerificationFails bool
	// VerifiedBehind keeps what it runs from being verified until the gate is opened. Without Argo
	// Rollouts real Kargo verifies at once what is healthy; there it is the promotion that waits.
	VerifiedBehind *Gate
}

// Step is a step of a promotion. The same steps run in real Kargo, which needs neither Git nor a
// registry for them, and in the simulated one.
type Step struct {
	name   string
	uses   string
	config map[string]any
	gate   *Gate
	// ends is how the step ends in simulated Kargo, and message what it then says.
	ends    kargoapi.PromotionStepStatus
	message string
}

// Pass is a step that goes well.
func Pass(name string) Step {
	return Step{name: name, uses: "compose-output", config: map[string]any{"done": "yes"}}
}

// OpensPull is a step that leaves behind what git-open-pr does: the address of a pull request.
func OpensPull(name, address string) Step {
	return Step{name: name, uses: "compose-output", config: map[string]any{"pr": map[string]any{"id": 240, "url": address}}}
}

// Passes is n steps that go well.
func Passes(names ...string) []Step {
	steps := make([]Step, len(names))
	for i, name := range names {
		steps[i] = Pass(name)
	}
	return steps
}

// Fail is a step that fails with a message.
func Fail(name, message string) Step {
	return Step{
		name: name, uses: "fail", config: map[string]any{"message": message},
		ends: kargoapi.PromotionStepStatusFailed, message: "failed: " + message,
	}
}

// Err is a step that can't be carried out, as nobody answers where it asks.
func Err(name string) Step {
	return Step{
		name: name, uses: "http", config: map[string]any{"url": "http://127.0.0.1:9/"},
		ends: kargoapi.PromotionStepStatusErrored, message: "error sending HTTP request: connection refused",
	}
}

// Wait is a step that runs until the gate is opened.
func Wait(name string, gate *Gate) Step {
	return Step{
		name: name, uses: "http", gate: gate, ends: kargoapi.PromotionStepStatusRunning,
		config: map[string]any{"url": gate.url, "successExpression": "response.status == 200", "pollInterval": "10s"},
	}
}

// NewStage makes a Stage.
func (p *Project) NewStage(t testing.TB, s Stage) {
	t.Helper()
	sources := map[string]any{"direct": true}
	if s.Upstream != "" {
		sources = map[string]any{"stages": []any{s.Upstream}}
	}
	if s.Soak > 0 {
		sources["requiredSoakTime"] = s.Soak.String()
	}
	var requested []any
	for _, w := range s.Warehouses {
		requested = append(requested, map[string]any{
			"origin": map[string]any{"kind": "Warehouse", "name": w}, "sources": sources,
		})
	}
	verification := map[string]any{"analysisTemplates": []any{map[string]any{"name": "smoke"}}}
	spec := map[string]any{"requestedFreight": requested}
	steps := s.Steps
	switch gate := s.VerifiedBehind; {
	case gate != nil && p.cluster.RealKargo:
		steps = slices.Concat(steps, []Step{Wait("verify", gate)})
	case gate != nil:
		gate.stage, gate.verifies = s.Name, true
		spec["verification"] = verification
		p.cluster.holdVerification(p.Key(s.Name))
	case s.VerificationFails:
		// Real Kargo needs Argo Rollouts for a verification, and says so where it is not there.
		spec["verification"] = verification
		p.cluster.failVerification(p.Key(s.Name))
	}
	if len(steps) > 0 {
		spec["promotionTemplate"] = p.template(t, s.Name, steps)
	}
	p.make(t, "Stage", s.Name, spec)
}

// SetSteps changes the steps of a Stage.
func (p *Project) SetSteps(t testing.TB, stage string, steps ...Step) {
	t.Helper()
	p.patch(t, &kargoapi.Stage{ObjectMeta: p.meta(stage)}, map[string]any{
		"spec": map[string]any{"promotionTemplate": p.template(t, stage, steps)},
	})
}

// template returns the promotion template with the steps, and sees to it that they end as they should.
func (p *Project) template(t testing.TB, stage string, steps []Step) map[string]any {
	t.Helper()
	var out []any
	special := 0
	p.cluster.passSteps(p.Key(stage)) // whatever was said of other steps
	for i, step := range steps {
		out = append(out, map[string]any{"uses": step.uses, "as": step.name, "config": step.config})
		if step.gate != nil {
			step.gate.stage = stage
		}
		if step.ends != "" {
			special++
			p.cluster.simulateStep(p.Key(stage), i+1, step)
		}
	}
	if special > 1 {
		t.Fatalf("stage %s has more than one step that does not simply go well: that can't be simulated", stage)
	}
	return map[string]any{"spec": map[string]any{"steps": out}}
}

// Service makes a service as the deployment guide has them: a Warehouse, a staging Stage that takes
// its Freight directly, and a production Stage that takes what is verified in staging. It has 3.1.0 in
// production, and 3.2.0 verified in staging. Steps are those of production from then on.
func (p *Project) Service(t testing.TB, name string, steps ...Step) {
	t.Helper()
	if len(steps) == 0 {
		steps = Passes("clone", "set-image", "commit", "push")
	}
	staging, production := name+"-staging", name+"-production"
	p.Warehouse(t, name)
	p.NewStage(t, Stage{Name: staging, Warehouses: []string{name}, Steps: Passes("deploy")})
	p.NewStage(t, Stage{Name: production, Warehouses: []string{name}, Upstream: staging, Steps: Passes("deploy")})
	before := p.NewFreight(t, name, name, "3.1.0")
	p.Promote(t, staging, before)
	p.Promote(t, production, before)
	p.Promote(t, staging, p.NewFreight(t, name, name, "3.2.0"))
	p.SetSteps(t, production, steps...)
}

// MakeUnhealthy makes a Stage unhealthy, and returns when it is.
func (p *Project) MakeUnhealthy(t testing.TB, stage, issue string) {
	t.Helper()
	if p.cluster.simulation != nil {
		p.cluster.simulation.simulator.Outcomes.SetHealth(p.Key(stage), kargoapi.HealthStateUnhealthy, issue)
	} else {
		// Kargo looks at a Stage's health again only after minutes, or when something happens.
		health := map[string]any{"status": "Unhealthy", "issues": []any{issue}}
		patch, err := json.Marshal(map[string]any{"status": map[string]any{"health": health}})
		if err != nil {
			t.Fatal(err)
		}
		p.cluster.patchStatus(t, &kargoapi.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: p.Name, Name: stage}}, patch)
	}
	p.Stages.AwaitOne(t, stage+" to be unhealthy", kargoTimeout, func(s *kargoapi.Stage) bool {
		return s.Name == stage && s.Status.Health != nil && s.Status.Health.Status == kargoapi.HealthStateUnhealthy
	})
}
