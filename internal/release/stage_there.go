package release

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

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
