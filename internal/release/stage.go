package release

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// visit is a look at one Stage.
type visit struct {
	*look

	at  kargo.LineStage
	out v1alpha1.ReleaseStage
	// freight is what of the Release the Stage may take; nil if there is none, or none any more.
	freight *kargoapi.Freight
	// last is the last Promotion of the Release to the Stage; nil if there is none.
	last *kargoapi.Promotion
	// running is what is compared: what the Stage runs of the Release, else of the Release's Warehouse, else at all.
	running *kargoapi.FreightReference
	// runs says that it is of the Release, and ran that something of it was before.
	runs, ran bool
}

// stage tells how the Release stands in a Stage; false if it can't get there.
func (l *look) stage(at kargo.LineStage) (v1alpha1.ReleaseStage, bool) {
	v := &visit{look: l, at: at, out: v1alpha1.ReleaseStage{Environment: at.Environment, Stage: at.Stage.Name}}
	v.findFreight()
	v.findRunning()
	for _, p := range at.Promotions {
		if l.isOurName(p.Spec.Freight) {
			v.last = p
		}
	}
	if !v.isReachable() {
		return v.out, false
	}
	v.tellPromotion()
	v.tellRunning()
	switch {
	case v.last != nil && !v.last.Status.Phase.IsTerminal():
		v.underWay()
	case v.runs:
		v.standsThere()
	case v.isUnnoted():
		// Kargo's Stage says so in a moment.
		v.out.Phase, v.out.Since = v1alpha1.ReleaseStageVerifying, v.last.Status.FinishedAt
	case v.isOutdated():
		v.out.Phase = v1alpha1.ReleaseStageSkipped
		if v.ran {
			v.out.Phase = v1alpha1.ReleaseStageReplaced
		}
		v.out.Since = v.out.RunningSince
	case v.hasFailed():
		v.failed()
	case v.ran:
		v.out.Phase, v.out.Since = v1alpha1.ReleaseStageReplaced, v.out.RunningSince
		v.out.Message = "something else was promoted"
		if v.out.Running != "" {
			v.out.Message = "rolled back to " + v.out.Running
		}
	default:
		v.waits()
	}
	return v.out, true
}

// findFreight finds the newest Freight of the Release that the Stage takes from where it comes from.
func (v *visit) findFreight() {
	for _, f := range v.look.freight {
		if requests(v.at.Stage, f.Origin) {
			v.freight = f
			return
		}
	}
}

func requests(stage *kargoapi.Stage, origin kargoapi.FreightOrigin) bool {
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(req kargoapi.FreightRequest) bool { return req.Origin == origin })
}

// findRunning finds what the Stage runs, and what it ran.
func (v *visit) findRunning() {
	all := kargo.Running(v.at.Target)
	replaced := func(ref kargoapi.FreightReference) bool {
		if v.freight != nil {
			return ref.Origin == v.freight.Origin
		}
		return slices.Contains(v.discovering, ref.Origin.Name)
	}
	for _, fits := range []func(kargoapi.FreightReference) bool{v.isOurs, replaced, func(kargoapi.FreightReference) bool { return true }} {
		if i := slices.IndexFunc(all, fits); i >= 0 {
			v.running = &all[i]
			break
		}
	}
	v.runs = v.running != nil && v.isOurs(*v.running)
	if before := v.before(v.at.Stage.Name); before != nil {
		switch before.Phase {
		case v1alpha1.ReleaseStageLive, v1alpha1.ReleaseStageReplaced:
			// Kargo keeps but the last ten things that a Stage ran.
			v.ran = true
		default:
		}
	}
	history := v.at.Stage.Status.FreightHistory
	for _, collection := range history[min(1, len(history)):] {
		for _, ref := range collection.Freight {
			v.ran = v.ran || v.isOurs(ref)
		}
	}
}

// isReachable reports whether the Release can get to the Stage, or could. As long as it has no Freight, it can get
// wherever its image may be discovered for.
func (v *visit) isReachable() bool {
	switch {
	case v.freight != nil, v.runs, v.ran, v.last != nil:
		return true
	case len(v.look.freight) > 0:
		return false
	case v.r.Status.Freight != "":
		// Its Freight is gone.
		return v.before(v.at.Stage.Name) != nil
	default:
		return slices.ContainsFunc(v.at.Stage.Spec.RequestedFreight, func(req kargoapi.FreightRequest) bool {
			return slices.Contains(v.discovering, req.Origin.Name)
		})
	}
}

// tellPromotion tells of the last Promotion of the Release to the Stage.
func (v *visit) tellPromotion() {
	if v.last == nil {
		return
	}
	v.out.Promotion, v.out.By = v.last.Name, chatops.Fit(v.requester(v.last), maxPerson)
	status := kargo.PromotionStatus(v.last)
	if v.last.Status.Phase != kargoapi.PromotionPhaseSucceeded && status.Step > 0 {
		v.out.Step, v.out.StepNumber, v.out.Steps = chatops.Fit(status.StepName, maxVersion), status.Step, status.Steps
	}
}

// tellRunning tells what the Stage runs, if that is something else.
func (v *visit) tellRunning() {
	if v.running == nil || v.runs {
		return
	}
	v.out.Running = chatops.Fit(kargo.Version(*v.running, v.line.Service), maxVersion)
	for _, f := range v.line.Freight {
		if f.Name == v.running.Name {
			v.out.RunningSince = f.Status.CurrentlyIn[v.at.Stage.Name].Since
		}
	}
	if last := v.at.Stage.Status.LastPromotion; v.out.RunningSince == nil && last != nil && last.Freight != nil && last.Freight.Name == v.running.Name {
		v.out.RunningSince = last.FinishedAt
	}
}
