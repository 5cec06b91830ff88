package doctor

import (
	"context"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// Surveyor knows what there is.
type Surveyor interface {
	Everything(ctx context.Context) (kargo.Scope, error)
	ServiceScope(ctx context.Context, service string) (kargo.Scope, error)
	Survey(ctx context.Context, scope kargo.Scope, now time.Time) ([]kargo.Survey, error)
}

// Doctor looks for what is wrong.
type Doctor struct {
	surveyor Surveyor
	now      func() time.Time
	ports    Ports
	// turn has room for one who reads Kubernetes itself: each takes memory that the caches do not have.
	turn chan struct{}
}

// New returns a Doctor that knows what the surveyor does, and no more.
func New(surveyor Surveyor, now func() time.Time) *Doctor {
	return &Doctor{surveyor: surveyor, now: now, turn: make(chan struct{}, 1)}
}

// Use gives the Doctor more to look at. It must not be called once the Doctor is at work.
func (d *Doctor) Use(p Ports) {
	p.Places = p.Places.withDefaults()
	d.ports = p
}

// Examine looks at a service, or at everything if service is empty. A name that is wrong comes back as a
// *chatops.Problem.
func (d *Doctor) Examine(ctx context.Context, service string) (answers.Diagnosis, error) {
	diagnosis, _, err := d.ExamineToRepair(ctx, service)
	return diagnosis, err
}

// ExamineToRepair does what Examine does, and returns what can be done about the findings, in their order. Of several who
// ask at once, one is served at a time; who waits until the deadline of its context is told so.
func (d *Doctor) ExamineToRepair(ctx context.Context, service string) (answers.Diagnosis, []Repair, error) {
	if d.ports.Reader != nil {
		select {
		case d.turn <- struct{}{}:
			defer func() { <-d.turn }()
		case <-ctx.Done():
			return answers.Diagnosis{}, nil, &chatops.Problem{
				Code: chatops.CodeTooMany, Title: "Another examination is under way.", Err: ctx.Err(),
				Body: []chatops.Text{chatops.Line(chatops.Plain("I do one at a time, and yours was not reached in time. Ask again in a minute."))},
			}
		}
	}
	look := d.surveyor.Everything
	if service != "" {
		look = func(ctx context.Context) (kargo.Scope, error) { return d.surveyor.ServiceScope(ctx, service) }
	}
	scope, err := look(ctx)
	if err != nil {
		return answers.Diagnosis{}, nil, err
	}
	now := d.now()
	surveys, err := d.surveyor.Survey(ctx, scope, now)
	if err != nil {
		return answers.Diagnosis{}, nil, err
	}
	out := answers.Diagnosis{Projects: []string{}, Checks: []string{}}
	for _, survey := range surveys {
		out.Projects = append(out.Projects, survey.Project)
		out.Warehouses += len(survey.Warehouses)
		if service != "" && len(survey.Status.Services) == 1 {
			out.Service = survey.Status.Services[0].Service
		}
		out.Stages += stages(survey.Status)
	}
	v := d.visit(now)
	for _, c := range checks() {
		if d.ports.Reader == nil && c.needs != needNothing {
			continue
		}
		out.Checks = append(out.Checks, c.name)
		v.examine(ctx, c, surveys, service == "")
	}
	out.Findings, out.NotLooked = make([]answers.Finding, 0, len(v.found)), v.notLooked
	slices.SortStableFunc(v.found, func(a, b finding) int { return severity(a.Finding) - severity(b.Finding) })
	var repairs []Repair
	for _, f := range v.found {
		if f.Fixable = f.repair != nil; f.Fixable {
			f.repair.Finding = f.Finding
			repairs = append(repairs, *f.repair)
		}
		out.Findings = append(out.Findings, f.Finding)
	}
	return out, repairs, nil
}

func severity(f answers.Finding) int {
	return slices.Index([]answers.Severity{answers.SeverityError, answers.SeverityWarning, answers.SeverityInfo}, f.Severity)
}

// stages counts the Stages that there are.
func stages(status answers.ProjectStatus) int {
	n := 0
	for _, service := range status.Services {
		for _, stage := range service.Stages {
			if stage.Stage != "" {
				n++
			}
		}
	}
	return n
}
