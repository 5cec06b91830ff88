package doctor

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// checks lists what is looked for, in the order in which findings of one severity are shown.
func checks() []check {
	return []check{
		{"warehouse", warehouses},
		{"promotion-failed", failedPromotions},
		{"verification", verifications},
		{"health", health},
		{"promotion-waits", waitingPromotions},
		{"stages", missingStages},
		{"auto-promotion", holds},
		{"soaking", soaking},
		{"unclaimed", unclaimed},
	}
}

// check is one thing to look for. What it finds need not say its name, nor the project.
type check struct {
	name string
	find func(state) []answers.Finding
}

// state is what a check is given: a project, and the time.
type state struct {
	kargo.Survey

	// whole says that all services are looked at.
	whole bool
	now   time.Time
}

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
}

// New returns a Doctor.
func New(surveyor Surveyor, now func() time.Time) *Doctor {
	return &Doctor{surveyor: surveyor, now: now}
}

// Examine looks at a service, or at everything if service is empty. A name that is wrong comes back as a
// *chatops.Problem.
func (d *Doctor) Examine(ctx context.Context, service string) (answers.Diagnosis, error) {
	look := d.surveyor.Everything
	if service != "" {
		look = func(ctx context.Context) (kargo.Scope, error) { return d.surveyor.ServiceScope(ctx, service) }
	}
	scope, err := look(ctx)
	if err != nil {
		return answers.Diagnosis{}, err
	}
	now := d.now()
	surveys, err := d.surveyor.Survey(ctx, scope, now)
	if err != nil {
		return answers.Diagnosis{}, err
	}
	out := answers.Diagnosis{Projects: []string{}, Checks: []string{}, Findings: []answers.Finding{}}
	for _, survey := range surveys {
		out.Projects = append(out.Projects, survey.Project)
		out.Warehouses += len(survey.Warehouses)
		if service != "" && len(survey.Status.Services) == 1 {
			out.Service = survey.Status.Services[0].Service
		}
		out.Stages += stages(survey.Status)
	}
	for _, c := range checks() {
		out.Checks = append(out.Checks, c.name)
		for _, survey := range surveys {
			for _, finding := range c.find(state{Survey: survey, whole: service == "", now: now}) {
				finding.Check, finding.Project = c.name, survey.Project
				out.Findings = append(out.Findings, finding)
			}
		}
	}
	slices.SortStableFunc(out.Findings, func(a, b answers.Finding) int {
		return severity(a) - severity(b)
	})
	return out, nil
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

// each calls look for every Stage that there is, and gathers what it finds. The findings need not say
// what they are about.
func (s state) each(look func(service string, stage answers.StageStatus) []answers.Finding) []answers.Finding {
	var all []answers.Finding
	for _, service := range s.Status.Services {
		for _, stage := range service.Stages {
			if stage.Stage == "" {
				continue
			}
			for _, finding := range look(service.Service, stage) {
				finding.Subject = "Stage/" + stage.Stage
				finding.Service, finding.Environment = service.Service, stage.Environment
				all = append(all, finding)
			}
		}
	}
	return all
}

// maxMessage is how much of a foreign message is repeated, in characters.
const maxMessage = 300

// sentence makes the first line of a foreign message end as a sentence does.
func sentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = chatops.Shorten(s, maxMessage)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
