package memory

import (
	"fmt"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const serviceAccountPrefix = "system:serviceaccount:"

// Options say what a Cluster is.
type Options struct {
	// Resources are kept besides the built-in ones (namespaces, service accounts, secrets, config maps,
	// events, leases, deployments, RBAC, admission, definitions). See [ResourcesOf].
	Resources []Resource
	// Clock gives creation times; the real one by default.
	Clock clock.PassiveClock
	// History is how many changes are kept for each resource at least; 4,096 by default. A watch that
	// falls further behind is told to list again, as by a real API server.
	History int
}

// Cluster is an API server in memory. Its methods may be called at any time by anybody.
type Cluster struct {
	server *server
	mapper meta.RESTMapper
}

// New returns an empty Cluster. It fails if a resource is incomplete or given twice.
func New(options Options) (*Cluster, error) {
	resources, err := newCatalogue(slices.Concat(builtinResources(), options.Resources))
	if err != nil {
		return nil, fmt.Errorf("resources of the cluster in memory: %w", err)
	}
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	if options.History <= 0 {
		options.History = defaultHistory
	}
	kept := newStore(resources, options.History)
	return &Cluster{
		server: &server{
			resources: resources,
			store:     kept,
			rules:     &authorizer{store: kept},
			now:       func() metav1.Time { return metav1.NewTime(options.Clock.Now()).Rfc3339Copy() },
		},
		mapper: resources.mapper(),
	}, nil
}

// AddWebhooks makes the Cluster ask hooks too, after those that it asks already.
func (c *Cluster) AddWebhooks(hooks ...Webhook) { c.server.webhooks.add(hooks) }

// Config returns the configuration with which user reaches the Cluster. It works wherever a
// configuration for a real API server does, ctrl.NewManager included. The groups that every user is in,
// and those of a service account, are added.
func (c *Cluster) Config(user string, groups ...string) *rest.Config {
	info := authenticationv1.UserInfo{Username: user, Groups: slices.Clone(groups)}
	if namespace, _, ok := strings.Cut(strings.TrimPrefix(user, serviceAccountPrefix), ":"); ok &&
		strings.HasPrefix(user, serviceAccountPrefix) {
		info.Groups = append(info.Groups, "system:serviceaccounts", "system:serviceaccounts:"+namespace)
	}
	info.Groups = append(info.Groups, "system:authenticated")
	return &rest.Config{
		Host:          "http://cluster.in.memory",
		ContentConfig: rest.ContentConfig{ContentType: runtime.ContentTypeJSON, AcceptContentTypes: runtime.ContentTypeJSON},
		Transport:     &transport{server: c.server, user: info},
		QPS:           -1, // no limit on the client's side
		UserAgent:     rest.DefaultKubernetesUserAgent(),
	}
}

// AdminConfig returns the configuration of an administrator, who may do everything.
func (c *Cluster) AdminConfig() *rest.Config {
	return c.Config("system:admin", groupMasters)
}

// Client returns a client for config, which came from Config, that reads and writes the kinds of scheme.
func (c *Cluster) Client(config *rest.Config, scheme *runtime.Scheme) (client.WithWatch, error) {
	return client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: c.mapper})
}

// RESTMapper returns a mapper of the Cluster's resources, which saves asking for them.
func (c *Cluster) RESTMapper() meta.RESTMapper { return c.mapper }
