package shipment

import (
	"context"
	"errors"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/contents"
)

const (
	// describers is how many Shipments are looked at at once. Nearly all of the time they wait for GitHub.
	describers = 4
	// describeTime bounds one look. Who asks for 200 services waits some time for the last of them.
	describeTime = time.Minute
	// describeAgain is after how long it is asked again for what could not be told.
	describeAgain = time.Minute
	// describeFor is how long after a Shipment's making it is of use to say what ships with it.
	describeFor = 10 * time.Minute
)

// Describer finds out what ships with Shipments. It is the only writer of status.contents. It stands beside
// the Controller, so that no promotion ever waits for GitHub.
type Describer struct {
	client client.Client
	code   contents.Code
	now    func() time.Time
}

// DescriberOptions configure a Describer.
type DescriberOptions struct {
	Code contents.Code
	Now  func() time.Time
}

// SetupDescriber adds a Describer to the manager.
func SetupDescriber(mgr ctrl.Manager, o DescriberOptions) error {
	d := &Describer{client: mgr.GetClient(), code: o.Code, now: o.Now}
	return ctrl.NewControllerManagedBy(mgr).
		Named("shipment-describer").
		For(&v1alpha1.Shipment{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: describers, RateLimiter: newRateLimiter()}).
		Complete(d)
}

// Reconcile finds out what ships with one Shipment: once, or as often as it takes while that is of use.
func (d *Describer) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var s v1alpha1.Shipment
	if err := d.client.Get(ctx, req.NamespacedName, &s); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	wait, wanted := d.wants(&s)
	if !wanted || wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	found, err := contents.Describe(ctx, d.client, d.code, &s, d.now())
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("describe shipment %s: %w", req, err)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		// The bot is told to stop: the next leader finds out.
		return reconcile.Result{}, context.Cause(ctx)
	}
	if d.now().Add(describeAgain).Sub(s.CreationTimestamp.Time) > describeFor {
		giveUp(found)
	}
	return reconcile.Result{}, d.save(ctx, &s, found)
}

// wants reports whether there is something to be found out, and if so, how long to wait before.
func (d *Describer) wants(s *v1alpha1.Shipment) (wait time.Duration, wanted bool) {
	now := d.now()
	if !s.Spec.Action.Promotes() || s.DeletionTimestamp != nil || now.Sub(s.CreationTimestamp.Time) > describeFor {
		return 0, false
	}
	if len(s.Status.Contents) == 0 {
		return 0, true
	}
	for _, c := range s.Status.Contents {
		if c.Transient {
			return max(c.At.Add(describeAgain).Sub(now), 0), true
		}
	}
	return 0, false
}

// giveUp says of what could not be told that it is not known: for how long something lasts is of no use to who
// reads it later.
func giveUp(found []v1alpha1.Contents) {
	for i := range found {
		if found[i].Transient {
			found[i].Unknown, found[i].Transient = "What it ships could not be found out: GitHub did not answer.", false
		}
	}
}

func (d *Describer) save(ctx context.Context, s *v1alpha1.Shipment, found []v1alpha1.Contents) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTimeout)
	defer cancel()
	target := &v1alpha1.Shipment{}
	target.Namespace, target.Name = s.Namespace, s.Name
	base := target.DeepCopy()
	target.Status.Contents = found
	if err := d.client.Status().Patch(ctx, target, client.MergeFrom(base)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write what ships with shipment %s: %w", s.Name, err)
	}
	return nil
}
