package release

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

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
			wait = backoff.Sooner(wait, max(until.Sub(l.now), 0)+clockSkew)
		}
	}
	return wait
}

// clockSkew is how much later than it may go somewhere a Release is looked at again.
const clockSkew = 2 * time.Second
