package pullrequest

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// preview says what a pull request adds to its branch, and what of that branch waits in each environment. Both
// are told by the branch as it was when the pull request was last pushed to: it would be another text with
// each push of somebody else, otherwise.
func (f *Follower) preview(ctx context.Context, repo string, pull Pull, services []Service) (saying, error) {
	out := answers.PullPreview{Release: f.Release.MatchString(pull.Title), More: max(0, len(services)-mostServices)}
	said := saying{}
	for _, s := range services[:min(len(services), mostServices)] {
		adds := f.Code.Range(ctx, s.Project, s.Name, repo, pull.BaseSHA, pull.HeadSHA)
		said.transient = said.transient || adds.Transient
		preview := answers.ServicePreview{Project: s.Project, Service: s.Name, Adds: adds}
		places, err := f.deployed(ctx, s)
		if err != nil {
			return saying{}, err
		}
		for _, p := range places {
			place := answers.PlacePreview{Environment: p.Environment}
			if len(p.Status.Running) > 0 {
				place.Version = p.Status.Running[0].Version
				place.Waits = f.from(ctx, s, repo, p.Running, pull.BaseSHA)
				said.transient = said.transient || place.Waits.Transient
			}
			preview.Places = append(preview.Places, place)
		}
		out.Services = append(out.Services, preview)
	}
	said.card = cards.PullPreview(out)
	return said, nil
}
