package kargosim

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/admission"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/controller"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

// The users that Kargo's own programs have.
const (
	// ControllerUser runs the controllers. Its Promotions are nobody's.
	ControllerUser = "system:serviceaccount:kargo:kargo-controller"
	// WebhooksUser runs the admission.
	WebhooksUser = "system:serviceaccount:kargo:kargo-webhooks-server"
)

// Options say how a Simulator behaves. The zero value is a Kargo that takes no time for anything.
type Options struct {
	// StepDuration is how long each step of a Promotion takes. With 0 a Promotion runs in one go, and
	// no step is ever seen running.
	StepDuration time.Duration
	// VerificationDuration is how long the verification of a Stage that has one takes.
	VerificationDuration time.Duration
	// Clock must run at the speed of real time; the real one by default.
	Clock clock.PassiveClock
	// ControlPlane matches the users that are Kargo's own programs, by default all service accounts in
	// namespace kargo.
	ControlPlane *regexp.Regexp
	// Log hears of what goes wrong in the simulation itself; slog's default by default.
	Log *slog.Logger
}

// Simulator is one simulated Kargo.
type Simulator struct {
	// Outcomes say what does not go well.
	Outcomes *controller.Outcomes
	// Registry has the images that Warehouses discover.
	Registry *registry.Registry

	options Options
}

// New returns a Simulator in which all goes well and no image exists.
func New(options Options) *Simulator {
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	return &Simulator{Outcomes: controller.NewOutcomes(), Registry: &registry.Registry{}, options: options}
}

// NewScheme returns a scheme of all kinds that a simulation reads and writes.
func NewScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, kargo.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("scheme of the simulation: %w", err)
		}
	}
	return scheme, nil
}

// Resources returns Kargo's resources, for a cluster in memory.
func Resources() ([]memory.Resource, error) {
	scheme, err := NewScheme()
	if err != nil {
		return nil, err
	}
	resources := memory.ResourcesOf(scheme, kargo.GroupVersion, "Project")
	for i := range resources {
		resources[i].Status = true // all of Kargo's have one, whether or not the Go type shows it
	}
	return resources, nil
}

// NewCluster returns an API server in memory with Kargo's resources and admission, and with the resources
// given besides.
func (s *Simulator) NewCluster(resources ...memory.Resource) (*memory.Cluster, error) {
	scheme, err := NewScheme()
	if err != nil {
		return nil, err
	}
	ours, err := Resources()
	if err != nil {
		return nil, err
	}
	cluster, err := memory.New(memory.Options{Resources: slices.Concat(ours, resources), Clock: s.options.Clock})
	if err != nil {
		return nil, err
	}
	c, err := cluster.Client(cluster.Config(WebhooksUser, "system:masters"), scheme)
	if err != nil {
		return nil, fmt.Errorf("client of the simulated webhooks: %w", err)
	}
	admitted, err := s.Admission(c, c)
	if err != nil {
		return nil, err
	}
	cluster.AddWebhooks(admitted.Webhooks()...)
	return cluster, nil
}

// Admission returns Kargo's admission, which reads objects from reader (a cache will do, as in Kargo) and
// makes SubjectAccessReviews and Events with writer.
func (s *Simulator) Admission(reader client.Reader, writer client.Client) (*admission.Admission, error) {
	return admission.New(admission.Options{
		Reader:       reader,
		MayPromote:   admission.BySubjectAccessReview(writer),
		Scheme:       writer.Scheme(),
		Clock:        s.options.Clock,
		ControlPlane: s.options.ControlPlane,
		Events:       writer,
		Log:          s.options.Log,
	})
}

// Setup adds the controllers to mgr, whose scheme must know Kargo's and the built-in kinds and whose cache
// must hold whole objects.
func (s *Simulator) Setup(mgr manager.Manager) error {
	return controller.Setup(mgr, controller.Options{
		StepDuration:         s.options.StepDuration,
		VerificationDuration: s.options.VerificationDuration,
		Outcomes:             s.Outcomes,
		Registry:             s.Registry,
		Clock:                s.options.Clock,
		Log:                  s.options.Log,
	})
}

// Run runs the controllers on the cluster of config until ctx is done. They need to be allowed
// everything about Kargo's resources, and to make Events.
func (s *Simulator) Run(ctx context.Context, config *rest.Config) error {
	scheme, err := NewScheme()
	if err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Logger:  logr.FromSlogHandler(warnings{s.options.Log.Handler()}),
	})
	if err != nil {
		return fmt.Errorf("manager of the simulation: %w", err)
	}
	if err := s.Setup(mgr); err != nil { //nolint:contextcheck // adding indexes waits for nothing
		return err
	}
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("the simulation ended: %w", err)
	}
	return nil
}

// warnings lets only warnings and errors through to a handler: what controllers say as they start and stop
// says nothing about the simulation.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
