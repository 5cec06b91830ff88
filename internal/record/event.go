package record

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// eventOf puts something that happened in the words of the rules.
func (c *Controller) eventOf(at place, r *v1alpha1.PromotionRecord, h v1alpha1.Happening) route.Event {
	version, isRelease := kargo.ReleaseVersion(r.Spec.Version)
	e := route.Event{
		Project: at.project, Service: at.service, Environment: at.environment, Outcome: h.Outcome, At: h.At.Time,
		Release: isRelease, Prerelease: isRelease && version.Prerelease() != "",
	}
	if by := r.Spec.RequestedBy; by != nil && c.SlackID != nil {
		if person := c.SlackID(by.Source, by.ID); person != "" {
			e.People = []string{person}
		}
	}
	return e
}
