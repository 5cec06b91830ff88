package pullrequest

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// preview says what merging a pull request adds to each environment.
func (f *Follower) preview(ctx context.Context, repo string, pull Pull, services []Service) (saying, error) {
	out := answers.PullPreview{Release: f.Release.MatchString(pull.Title), More: max(0, len(services)-mostServices)}
	said := saying{}
	for _, s := range services[:min(len(services), mostServices)] {
		preview := answers.ServicePreview{Project: s.Project, Service: s.Name}
		places, err := f.Catalogue.Deployed(ctx, s.Word(), f.Now())
		if err != nil {
			return saying{}, err
		}
		for _, p := range places {
			place := answers.PlacePreview{Environment: p.Environment}
			if len(p.Status.Running) > 0 {
				place.Version = p.Status.Running[0].Version
				code := f.from(ctx, s, repo, p.Running, pull.HeadSHA)
				place.Code = code
				said.transient = said.transient || code.Transient
			}
			preview.Places = append(preview.Places, place)
		}
		out.Services = append(out.Services, preview)
	}
	said.card = cards.PullPreview(out)
	return said, nil
}
