package shipment

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// parallel is how many items of one Shipment are worked on at once.
	parallel = 8
	// makers is how many items of all Shipments ask the API server about their Promotions at once: more
	// than one Shipment may, so that one of many services leaves room for others.
	makers = 12
	// batch is how many Promotions one pass over a Shipment makes. Then it goes to the end of the queue,
	// and other Shipments have their turn.
	batch = 24
)

// pass is one look at a Shipment.
type pass struct {
	*Controller

	s   *v1alpha1.Shipment
	now time.Time
	// stopped says which items go no further, because somebody aborted them.
	stopped []*stop
	before  madeBefore
	// left is how many Promotions this pass may still make.
	left atomic.Int32
}

// pass moves each item of a Shipment on, several at once. It returns when to look again if nothing changes
// before, 0 if there is no need to, and whether it got to look at all of them. If one item can't go on, the
// others do.
func (c *Controller) pass(ctx context.Context, s *v1alpha1.Shipment) (again time.Duration, all bool, err error) {
	p := &pass{Controller: c, s: s, now: c.now(), before: madeBefore{lists: map[types.UID]func() ([]kargoapi.Promotion, error){}}}
	p.left.Store(batch)
	if p.stopped, err = c.stops(ctx, s); err != nil {
		return 0, false, err
	}
	waits, failed := make([]time.Duration, len(s.Spec.Items)), make([]error, len(s.Spec.Items))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i := range s.Spec.Items {
		group.Go(func() error {
			waits[i], failed[i] = p.act(ctx, i)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in failed, item by item
	for _, wait := range waits {
		again = backoff.Sooner(again, wait)
	}
	err = errors.Join(failed...)
	return again, err == nil && p.left.Load() >= 0, err
}

// act does for one item what the Shipment's action is.
func (p *pass) act(ctx context.Context, i int) (time.Duration, error) {
	if !p.s.Spec.Action.Promotes() && p.s.Status.Items[i].Stages[0].Phase.IsTerminal() {
		return 0, nil
	}
	v := p.visit(i, 0)
	switch p.s.Spec.Action {
	case v1alpha1.ActionAbort:
		return v.abort(ctx)
	case v1alpha1.ActionVerify:
		return v.reverify(ctx)
	case v1alpha1.ActionRefresh:
		return v.refresh(ctx)
	case v1alpha1.ActionApprove:
		return 0, v.approve(ctx)
	default:
		return p.walk(ctx, i)
	}
}

// visit is one Stage of an item's path, in one pass over its Shipment.
type visit struct {
	*pass

	i, j   int
	item   *v1alpha1.ShipmentItem
	status *v1alpha1.StageStatus
}

func (p *pass) visit(i, j int) *visit {
	return &visit{pass: p, i: i, j: j, item: &p.s.Spec.Items[i], status: &p.s.Status.Items[i].Stages[j]}
}

// last reports whether it is the Stage that the item is to reach.
func (v *visit) last() bool { return v.j == len(v.s.Status.Items[v.i].Stages)-1 }

// key names an object of Kargo's in the Shipment's namespace.
func (p *pass) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: p.s.Namespace, Name: name}
}

// end ends the Stage.
func (v *visit) end(phase v1alpha1.ShipmentPhase, message string) {
	v.status.Phase, v.status.Message, v.status.FinishedAt = phase, bounded(message), stamp(v.now)
	v.status.AvailableAt = nil
}

// fail ends the Stage in a failure, for the reason that people are told.
func (v *visit) fail(format string, args ...any) {
	v.end(v1alpha1.PhaseFailed, fmt.Sprintf(format, args...))
}

// refused ends the Stage if an error says that Kargo refused what was asked of it, for the reason that Kargo
// gave, and reports whether it does.
func (v *visit) refused(err error) bool {
	var refused *kargo.Refused
	if !errors.As(err, &refused) {
		return false
	}
	v.fail("%s", refused.Reason)
	return true
}

// succeed ends the Stage well.
func (v *visit) succeed(result string) {
	v.end(v1alpha1.PhaseSucceeded, "")
	v.status.Result = bounded(result)
}

// stage returns the Stage of that name, or nil if there is none.
func (p *pass) stage(ctx context.Context, reader client.Reader, name string) (*kargoapi.Stage, error) {
	return get(ctx, reader, p.key(name), &kargoapi.Stage{})
}

// freight returns the item's Freight, or nil if there is none.
func (v *visit) freight(ctx context.Context, reader client.Reader) (*kargoapi.Freight, error) {
	return get(ctx, reader, v.key(v.item.Freight), &kargoapi.Freight{})
}

// get returns the object of that name, or nil if there is none.
func get[T client.Object](ctx context.Context, reader client.Reader, key client.ObjectKey, o T) (T, error) {
	var none T
	switch err := reader.Get(ctx, key, o); {
	case apierrors.IsNotFound(err):
		return none, nil
	case err != nil:
		return none, fmt.Errorf("get %T %s: %w", o, key, err)
	}
	return o, nil
}
