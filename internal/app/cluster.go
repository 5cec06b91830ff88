package app

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notice"
)

// Requests to the API server a second, and at once. A burst of commands is limited by the API
// server's own priority and fairness; client-go's default of 5 would make people wait.
const (
	clientQPS   = 300
	clientBurst = 600
)

// Cluster is the Kubernetes that the bot works on.
type Cluster struct {
	// Config reaches the API server with the bot's identity.
	Config *rest.Config
	// Adjust, if set, changes how the manager is made: for a cluster that is not reached by network.
	Adjust func(*ctrl.Options)
}

// LeaderElection says how replicas agree on the one that runs the controllers.
type LeaderElection struct {
	Enabled   bool
	Namespace string
	Name      string
	// LeaseDuration, RenewDeadline and RetryPeriod are client-go's; zero means its defaults.
	LeaseDuration, RenewDeadline, RetryPeriod time.Duration
}

// NewScheme returns the kinds that the bot reads and writes.
func NewScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, kargoapi.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("build scheme: %w", err)
		}
	}
	return scheme, nil
}

// newManager returns a manager whose caches hold the given namespaces and no more.
func newManager(c Cluster, namespaces []string, election LeaderElection, grace time.Duration, log *slog.Logger) (ctrl.Manager, error) {
	scheme, err := NewScheme()
	if err != nil {
		return nil, err
	}
	config := rest.CopyConfig(c.Config)
	config.QPS, config.Burst = clientQPS, clientBurst
	config.WarningHandler = warnings{log}
	scope := map[string]cache.Config{}
	for _, ns := range namespaces {
		scope[ns] = cache.Config{}
	}
	options := ctrl.Options{
		Scheme: scheme,
		Logger: logr.FromSlogHandler(QuietHandler(log.Handler())),
		Cache: cache.Options{
			DefaultNamespaces:            scope,
			DefaultTransform:             kargo.Transform,
			DefaultUnsafeDisableDeepCopy: new(false),
			ByObject:                     map[client.Object]cache.ByObject{&corev1.Event{}: notice.ByObject()},
		},
		// The bot has its own admin server.
		Metrics: metricsserver.Options{BindAddress: "0"},
		// Names of controllers are unique in a process; tests run several managers in one.
		Controller:                    ctrlconfig.Controller{SkipNameValidation: new(true)},
		LeaderElection:                election.Enabled,
		LeaderElectionNamespace:       election.Namespace,
		LeaderElectionID:              election.Name,
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       &grace,
	}
	if election.LeaseDuration > 0 {
		options.LeaseDuration = &election.LeaseDuration
		options.RenewDeadline = &election.RenewDeadline
		options.RetryPeriod = &election.RetryPeriod
	}
	if c.Adjust != nil {
		c.Adjust(&options)
	}
	mgr, err := ctrl.NewManager(config, options)
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}
	return mgr, nil
}

// serviceAccounts is the kind that is cached for Kargo's roles, by its metadata alone.
func serviceAccounts() *metav1.PartialObjectMetadata {
	o := &metav1.PartialObjectMetadata{}
	o.APIVersion, o.Kind = "v1", "ServiceAccount"
	return o
}
