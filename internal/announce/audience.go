package announce

import (
	"cmp"
	"context"
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// audience is one place where things are told, for whatever reasons: by rules, because a person has subscribed, or
// under two names.
type audience struct {
	// first is the Subscription by which the place is known.
	first *v1alpha1.Subscription
	all   []*v1alpha1.Subscription
}

// audiences puts together the Subscriptions that are about one place.
func (a *Announcer) audiences(ctx context.Context, all []v1alpha1.Subscription) []*audience {
	sorted := make([]*v1alpha1.Subscription, len(all))
	for i := range all {
		sorted[i] = &all[i]
	}
	slices.SortFunc(sorted, func(a, b *v1alpha1.Subscription) int {
		managed := func(s *v1alpha1.Subscription) int { return len(s.Labels[v1alpha1.LabelManagedBy]) }
		return cmp.Or(managed(b)-managed(a), cmp.Compare(a.Name, b.Name))
	})
	var out []*audience
	at := map[string]*audience{}
	for _, s := range sorted {
		key := s.Spec.Sink + " " + a.placeOf(ctx, s)
		if at[key] == nil {
			at[key] = &audience{first: s}
			out = append(out, at[key])
		}
		at[key].all = append(at[key].all, s)
	}
	return out
}

// placeOf names the place of a Subscription: "#deploys" and the ID of that channel are one.
func (a *Announcer) placeOf(ctx context.Context, s *v1alpha1.Subscription) string {
	if s.Spec.Sink != route.SinkSlack || a.Slack == nil {
		return s.Spec.Target
	}
	if id, err := a.Slack.Resolve(ctx, s.Spec.Target); err == nil {
		return id
	}
	return s.Spec.Target
}

// isPerson reports whether it is a person's direct messages.
func (to *audience) isPerson() bool {
	return to.first.Spec.Target != "" && (to.first.Spec.Target[0] == 'U' || to.first.Spec.Target[0] == 'W')
}

// wanted returns which happenings an audience is told of, by their places: those that are news to it, or all.
func (a *Announcer) wanted(s *subject, to *audience, all bool) []int {
	var out []int
	for i, h := range s.happenings {
		e := s.event(h)
		if slices.ContainsFunc(to.all, func(s *v1alpha1.Subscription) bool { return a.tells(s, e) && (all || isNews(s, e)) }) {
			out = append(out, i)
		}
	}
	return out
}
