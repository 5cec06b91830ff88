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

// visit is one examination.
type visit struct {
	Ports

	now   time.Time
	clock func() time.Time
	read  map[string]reading
	// credentials has the Secrets by namespace. sharedLooked says that those of all Projects have been looked at.
	credentials  map[string]inNamespace
	sharedLooked bool

	found     []finding
	notLooked []answers.NotLooked
}

func (d *Doctor) visit(now time.Time) *visit {
	return &visit{Ports: d.ports, now: now, clock: d.now, read: map[string]reading{}, credentials: map[string]inNamespace{}, notLooked: []answers.NotLooked{}}
}

// state is what a check is given: a project, and what there is to look with.
type state struct {
	kargo.Survey
	*visit

	check check
	// whole says that all services are looked at.
	whole bool
}

// examine does one check.
func (v *visit) examine(ctx context.Context, c check, surveys []kargo.Survey, all bool) {
	if c.scope == once {
		// Without a project to name: what all have in common.
		s := &state{visit: v, check: c, whole: all}
		v.keep(s, c.find(ctx, s))
		return
	}
	for _, survey := range surveys {
		s := &state{Survey: survey, visit: v, check: c, whole: all}
		if c.scope == whole && !all {
			continue
		}
		v.keep(s, c.find(ctx, s))
	}
}

func (v *visit) keep(s *state, found []finding) {
	for _, f := range found {
		f.Check, f.Project, f.Looked = s.check.name, s.Project, s.check.looks
		f.Finding = presentable(f.Finding)
		v.found = append(v.found, f)
	}
}

// cannot notes why what is to be looked at can't be. It is said once for each project.
func (s *state) cannot(why string) {
	n := answers.NotLooked{Check: s.check.name, Project: s.Project, Why: why}
	if !slices.Contains(s.notLooked, n) {
		s.notLooked = append(s.notLooked, n)
	}
}

// each calls look for every Stage that there is, and gathers what it finds. The findings need not say
// what they are about.
func (s *state) each(look func(service string, stage answers.StageStatus) []answers.Finding) []answers.Finding {
	var all []answers.Finding
	for _, service := range s.Status.Services {
		for _, stage := range service.Stages {
			if stage.Stage == "" {
				continue
			}
			for _, finding := range look(service.Service, stage) {
				if finding.Subject == "" {
					finding.Subject = "Stage/" + stage.Stage
				}
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
	s = chatops.Shorten(redacted(s), maxMessage)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
