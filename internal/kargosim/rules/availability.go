package rules

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// IsAvailable reports whether freight may be promoted to stage at the time now.
func IsAvailable(stage *kargo.Stage, freight *kargo.Freight, now time.Time) bool {
	if stage == nil || freight == nil || stage.Namespace != freight.Namespace {
		return false
	}
	for _, request := range stage.Spec.RequestedFreight {
		if request.Origin == freight.Origin && isAvailableFrom(request.Sources, stage.Name, freight, now) {
			return true
		}
	}
	return false
}

func isAvailableFrom(sources kargo.FreightSources, stage string, freight *kargo.Freight, now time.Time) bool {
	if _, approved := freight.Status.ApprovedFor[stage]; approved || sources.Direct {
		return true
	}
	passed := func(upstream string) bool {
		_, verified := freight.Status.VerifiedIn[upstream]
		return verified && (sources.RequiredSoakTime == nil ||
			soaked(freight, upstream, now) >= sources.RequiredSoakTime.Duration)
	}
	if sources.AvailabilityStrategy == kargo.FreightAvailabilityStrategyAll {
		return !slices.ContainsFunc(sources.Stages, func(s string) bool { return !passed(s) })
	}
	return slices.ContainsFunc(sources.Stages, passed)
}

// soaked returns the longest time that freight stayed in a Stage without a break, up to now; 0 where it
// was not verified.
func soaked(freight *kargo.Freight, stage string, now time.Time) time.Duration {
	verified, ok := freight.Status.VerifiedIn[stage]
	if !ok {
		return 0
	}
	var longest time.Duration
	if verified.LongestCompletedSoak != nil {
		longest = verified.LongestCompletedSoak.Duration
	}
	if current, ok := freight.Status.CurrentlyIn[stage]; ok && current.Since != nil {
		longest = max(longest, now.Sub(current.Since.Time))
	}
	return longest
}

// Available returns the Freight that is available to stage at the time now. It differs from IsAvailable
// as in Kargo: an origin with selection policy MatchUpstream offers only what its upstream Stage runs.
// list must return the Freight of one origin. It fails if a Warehouse that stage asks for is missing.
func Available(
	ctx context.Context, reader client.Reader, stage *kargo.Stage, now time.Time,
	list func(context.Context, kargo.FreightOrigin) ([]kargo.Freight, error),
) ([]kargo.Freight, error) {
	var available []kargo.Freight
	for _, request := range stage.Spec.RequestedFreight {
		key := client.ObjectKey{Namespace: stage.Namespace, Name: request.Origin.Name}
		if err := reader.Get(ctx, key, &kargo.Warehouse{}); client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("error getting Warehouse %q in namespace %q: %w", key.Name, key.Namespace, err)
		} else if err != nil {
			return nil, fmt.Errorf("Warehouse %q not found in namespace %q", //nolint:staticcheck // Kargo's words
				key.Name, key.Namespace)
		}
		all, err := list(ctx, request.Origin)
		if err != nil {
			return nil, err
		}
		for _, freight := range all {
			if isAvailableFrom(request.Sources, stage.Name, &freight, now) && isUpstream(request.Sources, &freight) {
				available = append(available, freight)
			}
		}
	}
	return available, nil
}

func isUpstream(sources kargo.FreightSources, freight *kargo.Freight) bool {
	if sources.Direct || !matchesUpstream(sources) || len(sources.Stages) == 0 {
		return true
	}
	_, current := freight.Status.CurrentlyIn[sources.Stages[0]]
	return current
}

func matchesUpstream(sources kargo.FreightSources) bool {
	return sources.AutoPromotionOptions != nil &&
		sources.AutoPromotionOptions.SelectionPolicy == kargo.AutoPromotionSelectionPolicyMatchUpstream
}

// Candidates returns, by origin, which of the available Freight auto-promotion would choose: the newest.
func Candidates(stage *kargo.Stage, available []kargo.Freight) map[string]kargo.Freight {
	candidates := make(map[string]kargo.Freight)
	for _, request := range stage.Spec.RequestedFreight {
		var offered []kargo.Freight
		for _, freight := range available {
			if freight.Origin == request.Origin {
				offered = append(offered, freight)
			}
		}
		// While a Promotion upstream is being recorded, the old and the new Freight are both said to be
		// there. Then there is no candidate yet.
		if len(offered) == 0 || (len(offered) > 1 && matchesUpstream(request.Sources)) {
			continue
		}
		candidates[request.Origin.String()] = slices.MaxFunc(offered, func(a, b kargo.Freight) int {
			return cmp.Or(a.EffectiveDiscoveredAt().Compare(b.EffectiveDiscoveredAt()), cmp.Compare(a.Name, b.Name))
		})
	}
	return candidates
}
