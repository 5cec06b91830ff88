// Package cluster brings a Kubernetes cluster to what was generated from a pipeline file: it plans, shows, applies and
// prunes. It must never delete a Project, a Namespace or an ApplicationSet, whose deletion takes everything along that
// they stand for, nor anything that it has not made.
package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// annotationApplied has the hash of what was applied last. Where it is the same, there is nothing to apply.
const annotationApplied = "kargobot.dev/applied"

// Cluster is where manifests are applied.
type Cluster struct {
	// Client reaches it. What it may do is up to the person's RBAC.
	Client client.Client
	// Timeout bounds each request.
	Timeout time.Duration
	// Workers is how many requests are under way at once.
	Workers int
}

// Verb is what is done to an object.
type Verb string

// The verbs.
const (
	Create Verb = "create"
	Change Verb = "change"
	Delete Verb = "delete"
	// Label makes a Namespace that is there one that Kargo takes for the Project's.
	Label Verb = "label"
)

// Step is what is done to one object.
type Step struct {
	// Verb says what is done.
	Verb Verb
	// Kind, Namespace and Name say to what.
	Kind      schema.GroupVersionKind
	Namespace string
	Name      string
	// Adopts says that somebody else has made the object.
	Adopts bool
	// Deletes are the names of the Applications, in its namespace, that Argo CD deletes with all that they have deployed
	// when this ApplicationSet is applied.
	Deletes []string

	wanted *unstructured.Unstructured
	live   *unstructured.Unstructured
}

// Plan is what has to be done, in order.
type Plan struct {
	// Steps to be taken.
	Steps []Step
	// Unchanged is how many objects are as they are to be.
	Unchanged int
	// Left are objects of ours that the file no longer makes, or makes in another namespace, and that are not deleted
	// for what that would take along.
	Left []Step

	project string
}

// Count returns how many steps are of a verb.
func (p *Plan) Count(verb Verb) int {
	n := 0
	for i := range p.Steps {
		if p.Steps[i].Verb == verb {
			n++
		}
	}
	return n
}

// kinds are those of manifests, in the order in which they are applied: what is in the Project's namespace after the
// Project, what is promoted after what discovers.
func kinds() []schema.GroupVersionKind {
	kargo := schema.GroupVersion{Group: "kargo.akuity.io", Version: "v1alpha1"}
	argo := schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}
	return []schema.GroupVersionKind{
		kargo.WithKind("Project"), kargo.WithKind("ProjectConfig"), kargo.WithKind("Warehouse"), kargo.WithKind("Stage"),
		argo.WithKind("AppProject"), argo.WithKind("ApplicationSet"),
	}
}

// within runs something with the deadline of one request.
func (c *Cluster) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return do(ctx)
}

// live returns the objects of a kind in a namespace by their names. A kind that the cluster does not know, and a
// namespace that there is not, have none.
func (c *Cluster) live(ctx context.Context, kind schema.GroupVersionKind, namespace string) (map[string]*unstructured.Unstructured, error) {
	found := map[string]*unstructured.Unstructured{}
	err := c.list(ctx, kind, func(object *unstructured.Unstructured) { found[object.GetName()] = object }, client.InNamespace(namespace))
	switch {
	case meta.IsNoMatchError(err), apierrors.IsNotFound(err):
		return found, nil
	case err != nil:
		return nil, explain(err, "list", kind, namespace, "")
	}
	return found, nil
}

// list finds the objects of a kind, page by page. The error is the API server's.
func (c *Cluster) list(ctx context.Context, kind schema.GroupVersionKind, found func(*unstructured.Unstructured), options ...client.ListOption) error {
	const page = 500
	for next := ""; ; {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		err := c.within(ctx, func(ctx context.Context) error {
			return c.Client.List(ctx, list, append(slices.Clone(options), client.Limit(page), client.Continue(next))...)
		})
		if err != nil {
			return err
		}
		for i := range list.Items {
			found(&list.Items[i])
		}
		if next = list.GetContinue(); next == "" {
			return nil
		}
	}
}

// get returns an object, nil if there is none.
func (c *Cluster) get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	err := c.within(ctx, func(ctx context.Context) error {
		return c.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, object)
	})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, explain(err, "get", kind, namespace, name)
	}
	return object, nil
}

func isOurs(object *unstructured.Unstructured) bool {
	return object.GetLabels()[generate.LabelManagedBy] == generate.Manager
}

// errNoManifests is a mistake of the caller.
var errNoManifests = errors.New("there is nothing to apply")
