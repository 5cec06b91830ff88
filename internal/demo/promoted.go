package demo

import (
	"context"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// maxPromoted is how many Promotions may wait for their commit to be pushed.
const maxPromoted = 256

// ended takes note that a Promotion ended. It never blocks.
func (d *Demo) ended(p *kargoapi.Promotion) {
	d.mishaps.ended(p)
	if p.Status.Phase != kargoapi.PromotionPhaseSucceeded {
		return
	}
	select {
	case d.promoted <- p:
	default:
		d.log.Warn("too many promotions at once: the commit of one is not pushed", "promotion", p.Name)
	}
}

// pushPromoted pushes what Kargo's steps commit, which the simulation of Kargo only pretends to: the tag in the
// overlay. It goes on until ctx is done.
func (d *Demo) pushPromoted(ctx context.Context) error {
	pushed := map[string]string{} // by Stage: what has not changed is not committed
	for {
		var p *kargoapi.Promotion
		select {
		case <-ctx.Done():
			return nil
		case p = <-d.promoted:
		}
		i := strings.LastIndexByte(p.Spec.Stage, '-')
		if i < 0 || p.Status.Freight == nil || len(p.Status.Freight.Images) == 0 {
			continue
		}
		service, environment, tag := p.Spec.Stage[:i], p.Spec.Stage[i+1:], p.Status.Freight.Images[0].Tag
		if pushed[p.Spec.Stage] == tag {
			continue
		}
		pushed[p.Spec.Stage] = tag
		if _, _, err := d.github.fake.PushCommits(ctx, repository, branch, kargoPusher, githubfake.Commit{
			Author: kargoAuthor, Message: promotionMessage(service, environment, tag), Files: overlayOf(service, environment, tag),
		}); err != nil {
			d.log.ErrorContext(ctx, "commit of a promotion not pushed", "promotion", p.Name, "error", err)
		}
	}
}
