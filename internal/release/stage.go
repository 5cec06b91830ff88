package release

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	v.out.Promotion, v.out.By = v.last.Name, chatops.Fit(kargo.Requester(v.last), maxPerson)
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

// underWay tells of a Promotion that is not over.
func (v *visit) underWay() {
	v.out.Phase, v.out.Since = v1alpha1.ReleaseStageQueued, &metav1.Time{Time: v.last.CreationTimestamp.Time}
	if v.last.Status.Phase == kargoapi.PromotionPhaseRunning {
		v.out.Phase, v.out.Since = v1alpha1.ReleaseStagePromoting, v.last.Status.StartedAt
	}
}

// standsThere tells of a Release that the Stage runs.
func (v *visit) standsThere() {
	stage := v.at.Stage
	v.out.Since = v.since()
	if health := stage.Status.Health; health != nil {
		v.out.Health = string(health.Status)
	}
	current, own := stage.Status.Current(), kargo.HasVerification(stage)
	var verification *kargoapi.VerificationInfo
	if len(current.VerificationHistory) > 0 {
		verification = &current.VerificationHistory[0]
	}
	switch {
	case v.hasFailed() && v.isLastOfAll():
		// It was promoted again, and what runs may be half of it.
		v.failed()
	case verification != nil && !verification.Phase.IsTerminal():
		v.out.Phase = v1alpha1.ReleaseStageVerifying
	case verification != nil && verification.Phase != kargoapi.VerificationPhaseSuccessful:
		v.out.Phase, v.out.Message = v1alpha1.ReleaseStageFailed, bounded("It was promoted, but "+kargo.Unverified(*verification))
	case verification == nil && own && !v.isVerified():
		v.out.Phase = v1alpha1.ReleaseStageVerifying
	default:
		v.out.Phase, v.out.Verified = v1alpha1.ReleaseStageLive, own
	}
}

// since is when the Release came to the Stage that runs it.
func (v *visit) since() *metav1.Time {
	for _, f := range v.look.freight {
		if in, ok := f.Status.CurrentlyIn[v.at.Stage.Name]; ok && in.Since != nil && f.Name == v.running.Name {
			return in.Since
		}
	}
	if v.last != nil && v.last.Status.Phase == kargoapi.PromotionPhaseSucceeded {
		return v.last.Status.FinishedAt
	}
	if before := v.before(v.at.Stage.Name); before != nil && before.Phase == v1alpha1.ReleaseStageLive {
		return before.Since
	}
	return nil
}

func (v *visit) isVerified() bool {
	return slices.ContainsFunc(v.look.freight, func(f *kargoapi.Freight) bool {
		_, verified := f.Status.VerifiedIn[v.at.Stage.Name]
		return verified
	})
}

// isUnnoted reports whether the Promotion has succeeded and Kargo's Stage does not say so yet.
func (v *visit) isUnnoted() bool {
	last := v.at.Stage.Status.LastPromotion
	return v.last != nil && v.last.Status.Phase == kargoapi.PromotionPhaseSucceeded && (last == nil || last.Name < v.last.Name)
}

// isOutdated reports whether the Stage runs something newer: a newer version, or where one of the two is none, what
// was discovered later.
func (v *visit) isOutdated() bool {
	if v.running == nil {
		return false
	}
	if running, ok := kargo.ReleaseVersion(v.out.Running); ok {
		return running.GreaterThan(v.version)
	}
	if v.freight == nil || v.running.Origin != v.freight.Origin {
		return false
	}
	for _, f := range v.line.Freight {
		if f.Name == v.running.Name {
			return f.EffectiveDiscoveredAt().After(v.freight.EffectiveDiscoveredAt())
		}
	}
	return false
}

// hasFailed reports whether the last Promotion of the Release to the Stage went wrong.
func (v *visit) hasFailed() bool {
	return v.last != nil && (v.last.Status.Phase == kargoapi.PromotionPhaseFailed || v.last.Status.Phase == kargoapi.PromotionPhaseErrored)
}

// isLastOfAll reports whether no later Promotion to the Stage is over.
func (v *visit) isLastOfAll() bool {
	return !slices.ContainsFunc(v.at.Promotions, func(p *kargoapi.Promotion) bool {
		return p.Name > v.last.Name && p.Status.Phase.IsTerminal()
	})
}

func (v *visit) failed() {
	v.out.Phase, v.out.Since = v1alpha1.ReleaseStageFailed, v.last.Status.FinishedAt
	v.out.Message = bounded(kargo.PromotionStatus(v.last).Message)
}

// waits tells what is missing for the Release to get to the Stage.
func (v *visit) waits() {
	v.out.Phase = v1alpha1.ReleaseStageNotYet
	if v.freight == nil {
		return
	}
	if v.last != nil {
		// It was stopped: then Kargo does not promote it by itself again.
		v.out.Message = bounded(kargo.Aborted(v.last))
	}
	available := kargo.Available(v.at.Stage, v.freight, v.now)
	switch {
	case available.Soaks(v.now):
		v.out.Phase, v.out.Until = v1alpha1.ReleaseStageSoaking, stamp(available.SoakedAt)
	case !available.Available:
	case v.last == nil && kargo.AutoPromotes(v.at.Stage, v.freight) && v.isNewest():
		v.out.Phase, v.out.Since = v1alpha1.ReleaseStageQueued, v.availableSince()
	case v.last == nil && v.isLeftToKargo():
	default:
		v.out.Phase, v.out.Since = v1alpha1.ReleaseStageWaiting, v.availableSince()
	}
}

// isNewest reports whether nothing newer of the same Warehouse could go to the Stage: Kargo promotes that instead.
func (v *visit) isNewest() bool {
	for _, f := range v.line.Freight {
		switch {
		case f.Origin != v.freight.Origin:
		case f.Name == v.freight.Name:
			return true
		case kargo.Available(v.at.Stage, f, v.now).Available:
			return false
		}
	}
	return true
}

// isLeftToKargo reports whether Kargo promotes to the Stage by itself, only not this now.
func (v *visit) isLeftToKargo() bool {
	_, held := v.at.Stage.Status.EffectiveAutoPromotionHolds[v.freight.Origin.String()]
	return v.at.Stage.Status.AutoPromotionEnabled && !held
}

// availableSince is since when the Release can go to the Stage, as far as Kargo says.
func (v *visit) availableSince() *metav1.Time {
	if approved, ok := v.freight.Status.ApprovedFor[v.at.Stage.Name]; ok {
		return approved.ApprovedAt
	}
	var since *metav1.Time
	for _, upstream := range kargo.Upstream(v.at.Stage, v.freight.Origin) {
		if at := v.freight.Status.VerifiedIn[upstream].VerifiedAt; at != nil && (since == nil || at.After(since.Time)) {
			since = at
		}
	}
	if since == nil {
		return stamp(v.freight.EffectiveDiscoveredAt())
	}
	return since
}

// again is after how long a Stage is to be looked at that says nothing when time passes: when something has soaked.
func (l *look) again() time.Duration {
	var wait time.Duration
	for i := range l.r.Status.Stages {
		if until := l.r.Status.Stages[i].Until; until != nil {
			wait = sooner(wait, max(until.Sub(l.now), 0)+clockSkew)
		}
	}
	return wait
}

// clockSkew is how much later than it may go somewhere a Release is looked at again.
const clockSkew = 2 * time.Second
