package controller

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

// Options say how the controllers behave.
type Options struct {
	// StepDuration is how long each step of a Promotion takes. With 0 a Promotion runs in one go, and
	// no step is ever seen running.
	StepDuration time.Duration
	// VerificationDuration is how long the verification of a Stage that has one takes.
	VerificationDuration time.Duration
	// Outcomes say what does not go well; everything does by default.
	Outcomes *Outcomes
	// Registry has the images that Warehouses discover; an empty one by default.
	Registry *registry.Registry
	// Clock must run at the speed of real time, since that is what waits. The real one by default.
	Clock clock.PassiveClock
	// Workers is how many objects of a kind are reconciled at once; 4 by default, as in Kargo.
	Workers int
	// Log hears of what goes wrong in the simulation itself; slog's default by default.
	Log *slog.Logger
}

// shared is what all controllers use.
type shared struct {
	Options

	client client.Client // reads from the cache
	reader client.Reader // reads what is
	events *event.Recorder
}

// Setup adds the controllers to a manager.
func Setup(mgr manager.Manager, options Options) error {
	if options.StepDuration < 0 || options.VerificationDuration < 0 {
		return errors.New("durations of simulated steps and verifications cannot be negative")
	}
	if options.Outcomes == nil {
		options.Outcomes = NewOutcomes()
	}
	if options.Registry == nil {
		options.Registry = &registry.Registry{}
	}
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	if options.Workers <= 0 {
		options.Workers = 4
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	s := shared{
		Options: options,
		client:  mgr.GetClient(),
		reader:  mgr.GetAPIReader(),
		events: &event.Recorder{
			Client: mgr.GetClient(), Clock: options.Clock, Component: "kargo-controller", Log: options.Log,
		},
	}
	if err := addIndexes(mgr.GetFieldIndexer()); err != nil {
		return err
	}
	for name, setup := range map[string]func(*shared, manager.Manager) error{
		"promotion": setupPromotions, "stage": setupStages, "warehouse": setupWarehouses,
	} {
		if err := setup(&s, mgr); err != nil {
			return fmt.Errorf("setting up the simulated %s controller: %w", name, err)
		}
	}
	return nil
}

// calmly returns r without its errors once it is being stopped.
func calmly(r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
		result, err := r.Reconcile(ctx, request)
		if err != nil && ctx.Err() == nil {
			return result, err
		}
		return result, nil
	})
}

// build starts a controller named after the kind that it reconciles.
func (s *shared) build(mgr manager.Manager, kind string) *ctrl.Builder {
	return ctrl.NewControllerManagedBy(mgr).
		Named("kargosim-" + kind).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: s.Workers,
			// Several simulations may run in one process, one after the other or at once.
			SkipNameValidation: new(true),
		})
}
