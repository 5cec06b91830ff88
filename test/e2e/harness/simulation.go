package harness

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
)

// stepDuration is how long each step takes in simulated Kargo: long enough for a step to be seen
// running. Real Kargo takes 0.2 s for a step that does something.
const stepDuration = 150 * time.Millisecond

// simulation is a simulated Kargo on the API server: its controllers, and its admission by URL, each
// with the identity that the real one has.
type simulation struct {
	simulator *kargosim.Simulator
	log       *slog.Logger
	server    *httptest.Server
	cancel    context.CancelFunc
	ended     chan error
	running   int
}

// simulateKargo starts a simulated Kargo, and returns when it admits and controls.
func (c *Cluster) simulateKargo(ctx context.Context) (stop func() error, err error) {
	file, err := os.Create(filepath.Join(c.dir, "kargo.log"))
	if err != nil {
		return nil, fmt.Errorf("simulate Kargo: %w", err)
	}
	log := slog.New(slog.NewJSONHandler(file, nil))
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &simulation{
		simulator: kargosim.New(kargosim.Options{StepDuration: stepDuration, Log: log}),
		log:       log, cancel: cancel, ended: make(chan error, 2),
	}
	stop = func() error { return errors.Join(s.stop(), file.Close()) }
	if err := s.start(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("simulate Kargo: %w", err), stop())
	}
	c.simulation = s
	return stop, nil
}

func (s *simulation) start(ctx context.Context, c *Cluster) error {
	if err := c.makeKargoUsers(ctx); err != nil {
		return err
	}
	webhooks, err := c.kargoUser(ctx, "kargo-webhooks-server")
	if err != nil {
		return err
	}
	if err := s.admit(ctx, c, webhooks); err != nil {
		return err
	}
	controllers, err := c.kargoUser(ctx, "kargo-controller")
	if err != nil {
		return err
	}
	mgr, err := s.manager(controllers)
	if err != nil {
		return err
	}
	if err := s.simulator.Setup(mgr); err != nil { //nolint:contextcheck // it makes indexes, which nobody waits for
		return err
	}
	return s.run(ctx, mgr)
}

// admit serves the admission and makes the API server ask it.
func (s *simulation) admit(ctx context.Context, c *Cluster, user *rest.Config) error {
	mgr, err := s.manager(user)
	if err != nil {
		return err
	}
	// As in Kargo, admission reads from a cache.
	admission, err := s.simulator.Admission(mgr.GetClient(), mgr.GetClient())
	if err != nil {
		return err
	}
	if err := s.run(ctx, mgr); err != nil {
		return err
	}
	for _, kind := range []client.Object{&kargoapi.Stage{}, &kargoapi.Freight{}, &kargoapi.Warehouse{}, &kargoapi.ProjectConfig{}} {
		if _, err := mgr.GetCache().GetInformer(ctx, kind); err != nil {
			return fmt.Errorf("watch for the admission: %w", err)
		}
	}
	certificate, key, err := cert.GenerateSelfSignedCertKey("localhost", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	if err != nil {
		return fmt.Errorf("certificate of the admission: %w", err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("certificate of the admission: %w", err)
	}
	s.server = httptest.NewUnstartedServer(admission.Handler())
	s.server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	s.server.StartTLS()
	mutating, validating := admission.Configurations(s.server.URL, certificate)
	for _, configuration := range []client.Object{mutating, validating} {
		if err := c.Client.Create(ctx, configuration); err != nil {
			return fmt.Errorf("register the admission: %w", err)
		}
	}
	return nil
}

func (s *simulation) manager(user *rest.Config) (manager.Manager, error) {
	scheme, err := kargosim.NewScheme()
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(user, ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Logger: logr.FromSlogHandler(s.log.Handler()),
	})
	if err != nil {
		return nil, fmt.Errorf("manager of the simulation: %w", err)
	}
	return mgr, nil
}

// run starts a manager and returns when its cache is filled.
func (s *simulation) run(ctx context.Context, mgr manager.Manager) error {
	s.running++
	go func() { s.ended <- mgr.Start(ctx) }()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return errors.New("the cache of the simulation was not filled")
	}
	return nil
}

func (s *simulation) stop() error {
	s.cancel()
	var errs []error
	for range s.running {
		errs = append(errs, <-s.ended)
	}
	if s.server != nil {
		s.server.Close()
	}
	return errors.Join(errs...)
}

// simulateStep makes a step of a Stage's promotions, counted from 1, end as it should. It does
// nothing where Kargo is real: there the step itself does so.
func (c *Cluster) simulateStep(stage types.NamespacedName, n int, step Step) {
	if c.simulation == nil {
		return
	}
	outcomes := c.simulation.simulator.Outcomes
	switch step.ends {
	case kargoapi.PromotionStepStatusFailed:
		outcomes.FailStep(stage, n, step.message)
	case kargoapi.PromotionStepStatusErrored:
		outcomes.ErrorStep(stage, n, step.message)
	default:
		outcomes.HangStep(stage, n)
	}
}

// passSteps makes all steps of a Stage's promotions go well from now on.
func (c *Cluster) passSteps(stage types.NamespacedName) {
	if c.simulation != nil {
		c.simulation.simulator.Outcomes.PassSteps(stage)
	}
}

// failVerification makes the verification of a Stage end badly.
func (c *Cluster) failVerification(stage types.NamespacedName) {
	if c.simulation != nil {
		c.simulation.simulator.Outcomes.SetVerification(stage, kargoapi.VerificationPhaseFailed, "the smoke test found smoke")
	}
}

// holdVerification makes verifications of a Stage wait in simulated Kargo, and passVerification makes
// them go well.
func (c *Cluster) holdVerification(stage types.NamespacedName) {
	c.simulation.simulator.Outcomes.SetVerification(stage, kargoapi.VerificationPhaseRunning, "")
}

func (c *Cluster) passVerification(stage types.NamespacedName) {
	c.simulation.simulator.Outcomes.SetVerification(stage, kargoapi.VerificationPhaseSuccessful, "")
}
