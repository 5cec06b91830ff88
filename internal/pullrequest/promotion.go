package pullrequest

import (
	"context"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/contents"
)

// promotion says what a Promotion changes that has opened the pull request. isOfOne is false if none has. The
// card is empty if it is too late to tell: what a Stage ran before it ran the Freight is known until it runs
// something else.
func (f *Follower) promotion(ctx context.Context, repo string, pull Pull) (said saying, isOfOne bool, err error) {
	p, err := f.Catalogue.OpenedBy(ctx, pull.URL)
	if err != nil || p == nil || p.Freight == nil {
		return saying{}, false, err
	}
	over := p.Promotion.Status.Phase.IsTerminal()
	if last := p.Stage.Status.LastPromotion; over && last != nil && last.Name != p.Promotion.Name {
		return saying{}, true, nil
	}
	diff := contents.Promotion(p.Target, p.From, p.Freight)
	diff.Code = f.Code.Changes(ctx, diff.Project, diff.Service, diff.Changes)
	if pull.Public {
		diff.Code = ofRepository(repo, diff.Code)
	}
	if f.Manifests != nil && !over {
		// Once it is over, the branch has what it changed.
		diff.Manifests = f.Manifests.Of(ctx, diff)
		said.transient = diff.Manifests != nil && diff.Manifests.Transient
	}
	for _, c := range diff.Code {
		said.transient = said.transient || c.Transient
	}
	said.card = cards.PullPromotion(diff, p.Promotion.Name, string(p.Promotion.Status.Phase), f.Links)
	said.settled = over && !said.transient
	return said, true, nil
}

// ofRepository leaves out what is of other repositories, which not everybody may read who reads this one.
func ofRepository(repo string, code []answers.CodeChange) []answers.CodeChange {
	out := make([]answers.CodeChange, len(code))
	for i, c := range code {
		out[i] = c
		if !strings.EqualFold(c.Repository, repo) {
			out[i] = answers.CodeChange{Artifacts: c.Artifacts, Unknown: "Its code is in another repository, which not everybody may read who reads this."}
		}
	}
	return out
}
