package kargo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Availability says whether a Freight may go to a Stage, and if not, what it lacks.
type Availability struct {
	Available bool
	// Origin is false if the Stage takes no Freight of that Warehouse at all.
	Origin bool
	// Unverified names the upstream Stages whose verification would help.
	Unverified []string
	// SoakedAt is when the Freight will have run long enough upstream, if that is all it lacks.
	SoakedAt time.Time
}

// Available applies Kargo's rule (Stage.IsFreightAvailable in api/v1alpha1/stage_types.go of
// v1.11.2): the Stage asks for Freight of that origin, and the Freight is approved for the Stage,
// or taken directly from the Warehouse, or verified upstream and soaked there long enough.
func Available(stage *kargoapi.Stage, freight *kargoapi.Freight, now time.Time) Availability {
	var a Availability
	if stage.Namespace != freight.Namespace {
		return a
	}
	for _, req := range stage.Spec.RequestedFreight {
		if req.Origin != freight.Origin {
			continue
		}
		a.Origin = true
		if _, approved := freight.Status.ApprovedFor[stage.Name]; approved || req.Sources.Direct {
			return Availability{Available: true, Origin: true}
		}
		if a.upstream(req.Sources, freight, now) {
			return Availability{Available: true, Origin: true}
		}
	}
	return a
}

// upstream looks at the Stages that the Freight should have been verified in, and notes what is missing.
func (a *Availability) upstream(sources kargoapi.FreightSources, freight *kargoapi.Freight, now time.Time) bool {
	all := sources.AvailabilityStrategy == kargoapi.FreightAvailabilityStrategyAll
	ready := 0
	for _, name := range sources.Stages {
		if _, verified := freight.Status.VerifiedIn[name]; !verified {
			a.Unverified = append(a.Unverified, name)
			continue
		}
		if wait := remainingSoak(freight, name, sources, now); wait > 0 {
			at := now.Add(wait)
			if a.SoakedAt.IsZero() || all == at.After(a.SoakedAt) {
				a.SoakedAt = at
			}
			continue
		}
		ready++
	}
	if !all {
		return ready > 0
	}
	if len(a.Unverified) > 0 {
		// Time alone won't do.
		a.SoakedAt = time.Time{}
	}
	return ready == len(sources.Stages)
}

// remainingSoak returns how much longer the Freight must run in the Stage it is verified in. It is
// never, put as a very long time, if the Freight has left that Stage too early.
func remainingSoak(freight *kargoapi.Freight, stage string, sources kargoapi.FreightSources, now time.Time) time.Duration {
	const never = 100 * 365 * 24 * time.Hour
	if sources.RequiredSoakTime == nil || sources.RequiredSoakTime.Duration <= 0 {
		return 0
	}
	required := sources.RequiredSoakTime.Duration
	if longest := freight.Status.VerifiedIn[stage].LongestCompletedSoak; longest != nil && longest.Duration >= required {
		return 0
	}
	if in, ok := freight.Status.CurrentlyIn[stage]; ok && in.Since != nil {
		return max(0, required-now.Sub(in.Since.Time))
	}
	return never
}

// Soaks reports whether the Freight will be available without anything else to be done, once the time
// has passed that SoakedAt tells.
func (a Availability) Soaks(now time.Time) bool {
	return !a.Available && !a.SoakedAt.IsZero() && a.SoakedAt.Sub(now) < year
}

// year is longer than any Freight soaks.
const year = 365 * 24 * time.Hour

// Passed reports whether a Freight has been in an upstream Stage for as long as the Stage asks for, and
// was verified there, whether or not it is there still.
func Passed(stage *kargoapi.Stage, freight *kargoapi.Freight, upstream string, now time.Time) bool {
	if _, verified := freight.Status.VerifiedIn[upstream]; !verified {
		return false
	}
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(req kargoapi.FreightRequest) bool {
		return req.Origin == freight.Origin && slices.Contains(req.Sources.Stages, upstream) &&
			remainingSoak(freight, upstream, req.Sources, now) == 0
	})
}

// Upstream names the Stages that the Stage takes Freight of that origin from.
func Upstream(stage *kargoapi.Stage, origin kargoapi.FreightOrigin) []string {
	for _, req := range stage.Spec.RequestedFreight {
		if req.Origin == origin {
			return req.Sources.Stages
		}
	}
	return nil
}

// ParseOrigin reads an origin that is written as Kargo does in its maps: "Warehouse/red-releases".
func ParseOrigin(s string) (origin kargoapi.FreightOrigin, ok bool) {
	kind, name, ok := strings.Cut(s, "/")
	return kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKind(kind), Name: name}, ok && kind != "" && name != ""
}

// Explain says in one sentence what is missing, for people.
func (a Availability) Explain(version, stage string, now time.Time) string {
	switch {
	case a.Available:
		return fmt.Sprintf("%s is available to Stage %s.", version, stage)
	case !a.Origin:
		return fmt.Sprintf("Stage %s takes no Freight from the Warehouse that %s comes from.", stage, version)
	case a.Soaks(now):
		return fmt.Sprintf("%s has to run upstream for a while first: it can go at %s.", version, a.SoakedAt.UTC().Format("15:04 UTC on 2 January"))
	case !a.SoakedAt.IsZero():
		return fmt.Sprintf("%s did not run upstream for as long as Stage %s requires.", version, stage)
	case len(a.Unverified) == 0:
		return fmt.Sprintf("Stage %s takes only Freight that is approved for it, and %s is not.", stage, version)
	default:
		slices.Sort(a.Unverified)
		return fmt.Sprintf("%s is not verified in %s.", version, strings.Join(slices.Compact(a.Unverified), ", "))
	}
}
