package contents

import (
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Diff tells what differs between what a Stage runs and something else. From and To are left to the caller.
func Diff(target kargo.Target, from, to []kargoapi.FreightReference) answers.Diff {
	changes := freightdiff.Compare(from, to)
	return answers.Diff{
		Project: target.Project, Service: target.Service, Environment: target.Environment, Stage: target.Stage.Name,
		Changes: changes.Artifacts, Same: changes.Same,
	}
}

// Promotion tells what promoting Freight changes in a Stage that runs other Freight of the same Warehouse. What
// it runs of others stays.
func Promotion(target kargo.Target, running []kargoapi.FreightReference, freight *kargoapi.Freight) answers.Diff {
	var from []kargoapi.FreightReference
	for _, ref := range running {
		if ref.Origin == freight.Origin {
			from = append(from, ref)
		}
	}
	diff := Diff(target, from, []kargoapi.FreightReference{kargo.Reference(freight)})
	to := kargo.Describe(freight, target.Service)
	diff.From, diff.To, diff.Images = First(from, target.Service), &to, len(freight.Images)
	return diff
}

// First names the first of what runs; nil if nothing does.
func First(refs []kargoapi.FreightReference, service string) *answers.Freight {
	if len(refs) == 0 {
		return nil
	}
	return &answers.Freight{Name: refs[0].Name, Version: kargo.Version(refs[0], service), Origin: refs[0].Origin.String()}
}
