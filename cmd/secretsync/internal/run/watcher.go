package run

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// asTable asks for what `kubectl get` shows, with no object in it: not even metadata, as what `kubectl apply`
	// has made has its values there, in an annotation.
	asTable = "application/json;as=Table;v=v1;g=meta.k8s.io"
	// includeObject is the parameter that leaves objects out of a Table.
	includeObject = "includeObject"

	// Requests of watches in a second, and at once: 1,000 watches take 2,000 requests when they begin.
	watchQPS, watchBurst = 200, 200
	lookDeadline         = 30 * time.Second
	// A watch ends after so long, and up to twice that, as those of client-go do: not all at once, and one whose
	// connection is dead without knowing it does not last.
	shortestWatch = 5 * time.Minute
)

// Cluster watches the Secrets of a cluster. It needs the verbs get and watch on them, by name.
type Cluster struct {
	secrets rest.Interface
}

// NewCluster returns a Watcher of the cluster.
func NewCluster(config *rest.Config) (*Cluster, error) {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		return nil, fmt.Errorf("scheme of metadata: %w", err)
	}
	own := rest.CopyConfig(config)
	own.APIPath, own.GroupVersion = "/api", &schema.GroupVersion{Version: "v1"}
	own.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	own.QPS, own.Burst = watchQPS, watchBurst
	own.WarningHandler = rest.NoWarnings{}
	client, err := rest.RESTClientFor(own)
	if err != nil {
		return nil, fmt.Errorf("client for watches: %w", err)
	}
	return &Cluster{secrets: client}, nil
}

// Watch implements Watcher.
func (c *Cluster) Watch(ctx context.Context, secret credentials.SecretName, seen func(Change)) error {
	version, err := c.look(ctx, secret)
	if err != nil {
		return c.explain(err)
	}
	seen(Change{Secret: secret, ResourceVersion: version})
	timeout := shortestWatch + rand.N(shortestWatch) //nolint:gosec // jitter needs no secrecy
	ctx, cancel := context.WithTimeout(ctx, timeout+lookDeadline)
	defer cancel()
	events, err := c.watch(ctx, secret, version, timeout)
	if err != nil {
		return c.explain(err)
	}
	defer events.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-events.ResultChan():
			if !ok {
				return nil
			}
			version, err := versionOf(event)
			if err != nil {
				return err
			}
			seen(Change{Secret: secret, ResourceVersion: version})
		}
	}
}

// look returns the version of the Secret, empty if there is none.
func (c *Cluster) look(ctx context.Context, secret credentials.SecretName) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookDeadline)
	defer cancel()
	table := &metav1.Table{}
	err := c.secrets.Get().Namespace(secret.Namespace).Resource("secrets").Name(secret.Name).
		SetHeader("Accept", asTable).Param(includeObject, string(metav1.IncludeNone)).Do(ctx).Into(table)
	switch {
	case apierrors.IsNotFound(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("get: %w", err)
	default:
		return table.ResourceVersion, nil
	}
}

// watch begins after version, or with what is there if that is empty.
func (c *Cluster) watch(ctx context.Context, secret credentials.SecretName, version string, timeout time.Duration) (watch.Interface, error) {
	request := c.secrets.Get().Namespace(secret.Namespace).Resource("secrets").
		SetHeader("Accept", asTable).Param(includeObject, string(metav1.IncludeNone)).
		Param("watch", "true").
		Param("fieldSelector", fields.OneTermEqualSelector("metadata.name", secret.Name).String()).
		Param("timeoutSeconds", fmt.Sprint(int(timeout.Seconds())))
	if version != "" {
		request = request.Param("resourceVersion", version)
	}
	events, err := request.Watch(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return events, nil
}

// versionOf returns the version that the Secret has by an event, empty if it was deleted.
func versionOf(event watch.Event) (string, error) {
	switch event.Type {
	case watch.Deleted:
		return "", nil
	case watch.Added, watch.Modified:
		if table, ok := event.Object.(*metav1.Table); ok {
			return table.ResourceVersion, nil
		}
		return "", fmt.Errorf("watch: an event has a %T and no Table", event.Object)
	default:
		return "", fmt.Errorf("watch: %w", apierrors.FromObject(event.Object))
	}
}

func (c *Cluster) explain(err error) error {
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return err
}
