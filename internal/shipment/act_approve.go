package shipment

import (
	"context"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// approve approves the item's Freight for the Stage. Kargo checks nothing of it, so what the Stage and
// the Freight are is read from the API server before, and what became of it after.
func (v *visit) approve(ctx context.Context) error {
	freight, err := v.freight(ctx, v.quorum)
	if err != nil {
		return err
	}
	stage, err := v.stage(ctx, v.quorum, v.status.Stage)
	if err != nil {
		return err
	}
	switch {
	case freight == nil:
		v.fail("The Freight %s is gone from Kargo.", called(v.item))
		return nil
	case stage == nil:
		v.fail("The Stage %s is gone from Kargo.", v.status.Stage)
		return nil
	case !kargo.Available(stage, freight, v.now).Origin:
		v.fail("Stage %s takes no Freight from the Warehouse that %s comes from.", v.status.Stage, called(v.item))
		return nil
	}
	if approval, already := freight.Status.ApprovedFor[v.status.Stage]; already {
		// An earlier try may have done it, and its answer been lost.
		if approval.ApprovedAt == nil || approval.ApprovedAt.Time.Before(v.s.CreationTimestamp.Time) {
			v.succeed("was approved already")
		} else {
			v.succeed("approved")
		}
		return nil
	}
	err = v.operator.ApproveFreight(ctx, v.key(v.item.Freight), v.status.Stage, v.now)
	if v.refused(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if freight, err = v.freight(ctx, v.quorum); err != nil {
		return err
	}
	if freight != nil {
		if _, approved := freight.Status.ApprovedFor[v.status.Stage]; approved {
			v.succeed("approved")
			return nil
		}
	}
	return fmt.Errorf("the approval of freight %s for stage %s is not there", v.item.Freight, v.status.Stage)
}
