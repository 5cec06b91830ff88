package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Bounds of reading Kubernetes: of one kind in one namespace, no more than mostObjects are looked at.
const (
	readTimeout = 15 * time.Second
	readPage    = 100
	mostObjects = 10_000
)

// The kinds that are read.
var (
	applicationKind    = schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}
	applicationSetKind = schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "ApplicationSet"}
	definitionKind     = schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}
	namespaceKind      = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	secretKind         = schema.GroupVersionKind{Version: "v1", Kind: "Secret"}
	deploymentKind     = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	stageKind          = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "Stage"}
	warehouseKind      = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "Warehouse"}
	freightKind        = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "Freight"}
	projectKind        = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "Project"}
	clusterConfigKind  = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "ClusterConfig"}
	projectConfigKind  = schema.GroupVersionKind{Group: kargoapi.GroupVersion.Group, Version: kargoapi.GroupVersion.Version, Kind: "ProjectConfig"}
)

// plurals has the names of resources, for people.
var plurals = map[string]string{
	"Application": "applications.argoproj.io", "ApplicationSet": "applicationsets.argoproj.io", "Secret": "secrets",
	"CustomResourceDefinition": "customresourcedefinitions", "Namespace": "namespaces", "Deployment": "deployments.apps",
	"Stage": "stages.kargo.akuity.io", "Warehouse": "warehouses.kargo.akuity.io", "Freight": "freights.kargo.akuity.io",
	"Project": "projects.kargo.akuity.io", "ClusterConfig": "clusterconfigs.kargo.akuity.io", "ProjectConfig": "projectconfigs.kargo.akuity.io", "SubjectAccessReview": "subjectaccessreviews.authorization.k8s.io",
}

// reading is what came of a list.
type reading struct {
	items []unstructured.Unstructured
	err   error
}

// list returns the objects of a kind in a namespace. What has been read in an examination is not read again. If they
// can't be read, it notes that they are not looked at, and reports false.
func (s *state) list(ctx context.Context, kind schema.GroupVersionKind, namespace string) ([]unstructured.Unstructured, bool) {
	key := kind.String() + " " + namespace
	known, ok := s.read[key]
	if !ok {
		known.items, known.err = listAll(ctx, s.Reader, kind, namespace)
		s.read[key] = known
	}
	if known.err != nil {
		s.cannot(s.why(known.err, "list", kind.Kind, namespace))
		return nil, false
	}
	return known.items, true
}

func listAll(ctx context.Context, reader client.Reader, kind schema.GroupVersionKind, namespace string) ([]unstructured.Unstructured, error) {
	var all []unstructured.Unstructured
	err := pages(ctx, reader, func() client.ObjectList { return listOf(kind) }, func(page client.ObjectList) int {
		if list, ok := page.(*unstructured.UnstructuredList); ok {
			for i := range list.Items {
				all = append(all, projected(&list.Items[i]))
			}
		}
		return len(all)
	}, client.InNamespace(namespace))
	return all, err
}

func listOf(kind schema.GroupVersionKind) *unstructured.UnstructuredList {
	page := &unstructured.UnstructuredList{}
	page.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	return page
}

// errTooMany means that there are more objects than are looked at.
var errTooMany = errors.New("too many objects")

// pages lists page by page. Keep takes each page and returns how many objects there are by now.
func pages(ctx context.Context, reader client.Reader, page func() client.ObjectList, keep func(client.ObjectList) int, options ...client.ListOption) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	for next := ""; ; {
		list := page()
		err := reader.List(ctx, list, append(options, client.Limit(readPage), client.Continue(next))...)
		if err != nil {
			return fmt.Errorf("list: %w", err)
		}
		have := keep(list)
		if next = list.GetContinue(); next == "" {
			return nil
		}
		if have >= mostObjects {
			return errTooMany
		}
	}
}

// get reads one object. It reports whether that was answered; an object that does not exist is nil. If it can't be read,
// that is noted.
func (s *state) get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, bool) {
	object, err := s.fetch(ctx, kind, namespace, name)
	switch {
	case err == nil:
		return object, true
	case apierrors.IsNotFound(err) && !isUnknownKind(err):
		return nil, true
	default:
		s.cannot(s.why(err, "get", kind.Kind, namespace))
		return nil, false
	}
}

func (s *state) fetch(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object, s.Reader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, object)
}

// isUnknownKind tells an API server that does not know a kind from an object that does not exist.
func isUnknownKind(err error) bool {
	return meta.IsNoMatchError(err) || runtime.IsNotRegisteredError(err) || apierrors.IsNotFound(err) && !namesObject(err)
}

func namesObject(err error) bool {
	status, ok := errors.AsType[*apierrors.StatusError](err)
	return ok && status.Status().Details != nil && status.Status().Details.Name != ""
}

// why says why something could not be read, for people.
func (s *state) why(err error, verb, kind, namespace string) string {
	resource, in := plurals[kind], ""
	if namespace != "" {
		in = " in namespace " + namespace
	}
	switch {
	case isUnknownKind(err):
		return fmt.Sprintf("This cluster has no %s: what they belong to is not installed here.", resource)
	case apierrors.IsForbidden(err) && s.Person:
		return fmt.Sprintf("You may not %s %s%s: `kubectl auth can-i %s %s%s`", verb, resource, in, verb, resource, flagFor(namespace))
	case apierrors.IsForbidden(err):
		return fmt.Sprintf("The bot may not %s %s%s. The values of the chart under `doctor` give it that. Or run `bot doctor` in a terminal.", verb, resource, in)
	case errors.Is(err, errTooMany):
		return fmt.Sprintf("There are more than %d %s%s, of which not all were looked at.", mostObjects, resource, in)
	case apierrors.IsUnauthorized(err):
		return "Kubernetes does not accept the credentials: log in again."
	default:
		return fmt.Sprintf("Kubernetes did not answer when asked for %s%s. Try again.", resource, in)
	}
}

func flagFor(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " -n " + namespace
}

// typed decodes objects into the part of them that we know. One that does not fit is passed over: Kargo's admission
// takes none such.
func typed[T any](objects []unstructured.Unstructured) []T {
	all := make([]T, 0, len(objects))
	for i := range objects {
		var one T
		if runtime.DefaultUnstructuredConverter.FromUnstructured(objects[i].Object, &one) == nil {
			all = append(all, one)
		}
	}
	return all
}
