package doctor

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func missingStageCheck() check {
	return check{
		name:  "stages",
		looks: "the services and environments of the configuration, and the Stages in Kargo",
		finds: "services and environments that have no Stage",
		find:  surveyed(missingStages),
	}
}

// missingStages finds services and environments of the configuration that have no Stage.
func missingStages(s *state) []answers.Finding {
	var all []answers.Finding
	empty := s.emptyEnvironments()
	for _, env := range empty {
		all = append(all, answers.Finding{
			Severity: answers.SeverityWarning, Subject: "Project/" + s.Project, Environment: env,
			What: fmt.Sprintf("No service has a Stage in %s.", env),
			Why:  "Whoever names that environment is told that there is nothing in it.",
			Fix:  "Make its Stages, or take the environment out of the configuration. Is the pattern of the Stages' names the right one?",
		})
	}
	for _, service := range s.Status.Services {
		var missing []string
		for _, stage := range service.Stages {
			if stage.Stage == "" && !slices.Contains(empty, stage.Environment) {
				missing = append(missing, stage.Environment)
			}
		}
		switch {
		case !s.Configured || len(missing) == 0:
			// What was found from its Stages need not be everywhere.
		case len(missing) == len(service.Stages)-len(empty):
			all = append(all, answers.Finding{
				Severity: answers.SeverityWarning, Subject: "Project/" + s.Project, Service: service.Service,
				What: fmt.Sprintf("%s has no Stage at all.", service.Service),
				Why:  "It is in the configuration, but nothing can be done with it.",
				Fix: fmt.Sprintf("Make its Stages, such as %s, or take the service out of the configuration.",
					s.StageName(service.Service, missing[0])),
			})
		default:
			for _, env := range missing {
				all = append(all, answers.Finding{
					Severity: answers.SeverityInfo, Subject: "Stage/" + s.StageName(service.Service, env),
					Service: service.Service, Environment: env,
					What: fmt.Sprintf("There is no %s in %s: Kargo has no Stage %s.", service.Service, env, s.StageName(service.Service, env)),
					Why:  "Nothing can be promoted there.",
					Fix:  "Make the Stage, if the service is meant to be there.",
				})
			}
		}
	}
	return all
}

// emptyEnvironments returns the environments in which no service has a Stage. A single service tells
// nothing of that.
func (s *state) emptyEnvironments() []string {
	if !s.whole {
		return nil
	}
	var empty []string
	for i, env := range s.Status.Environments {
		if !slices.ContainsFunc(s.Status.Services, func(service answers.ServiceStatus) bool { return service.Stages[i].Stage != "" }) {
			empty = append(empty, env)
		}
	}
	return empty
}
