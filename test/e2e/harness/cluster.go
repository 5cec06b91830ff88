package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/go-logr/logr"

	"github.com/davidaparicio/kargo-bot/internal/app"
)

// Cluster is an API server with Kargo on it.
type Cluster struct {
	// Config and Client are the administrator's.
	Config *rest.Config
	Client client.WithWatch
	// Core has what a generic client lacks: tokens, metrics.
	Core kubernetes.Interface
	// RealKargo says that Kargo is not simulated.
	RealKargo bool

	dir    string
	run    string // tells the objects of this run from those of others
	names  atomic.Int64
	gates  *gates
	images *images
	// simulation is nil where Kargo is real.
	simulation *simulation
	close      []func() error
}

// StartCluster starts an API server with a simulated Kargo, or connects to the cluster with a real
// one that E2E_KUBECONFIG leads to. The bot's CRD is installed on either.
func StartCluster(ctx context.Context) (*Cluster, error) {
	// What libraries of the tests themselves log is of no use to anybody.
	ctrl.SetLogger(logr.Discard())
	c := &Cluster{run: runID()}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	var err error
	if c.dir, err = os.MkdirTemp("", "kargo-bot-e2e-"); err != nil {
		return fmt.Errorf("make a folder for the cluster: %w", err)
	}
	c.close = append(c.close, func() error { return os.RemoveAll(c.dir) })
	c.gates = startGates()
	c.images = startImages()
	c.close = append(c.close, c.gates.close, c.images.close)

	kubeconfig := os.Getenv(envKubeconfig)
	c.RealKargo = kubeconfig != ""
	if !c.RealKargo {
		server, err := startAPIServer(ctx, c.dir)
		if err != nil {
			return err
		}
		c.close = append(c.close, server.stop)
		kubeconfig = server.kubeconfig
	}
	if err := c.connect(kubeconfig); err != nil {
		return err
	}
	if err := c.installCRDs(ctx); err != nil {
		return err
	}
	if c.RealKargo {
		return nil
	}
	stop, err := c.simulateKargo(ctx)
	if err != nil {
		return err
	}
	c.close = append(c.close, stop)
	return nil
}

// connect makes the administrator's clients.
func (c *Cluster) connect(kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("read %s: %w", kubeconfig, err)
	}
	// Tests are not to wait for their own client.
	config.QPS, config.Burst = -1, 0
	config.WarningHandler = rest.NoWarnings{}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	c.Config = config
	if c.Client, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("connect to the API server: %w", err)
	}
	if c.Core, err = kubernetes.NewForConfig(config); err != nil {
		return fmt.Errorf("connect to the API server: %w", err)
	}
	return nil
}

// newScheme returns the kinds that the bot knows, and CRDs.
func newScheme() (*runtime.Scheme, error) {
	scheme, err := app.NewScheme()
	if err != nil {
		return nil, err
	}
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		return nil, fmt.Errorf("build scheme: %w", err)
	}
	return scheme, nil
}

// Close takes down what was started, the last first.
func (c *Cluster) Close() error {
	var errs []error
	for _, end := range slices.Backward(c.close) {
		errs = append(errs, end())
	}
	c.close = nil
	return errors.Join(errs...)
}
