package memory

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is a kind of object that a Cluster keeps.
type Resource struct {
	schema.GroupVersionKind

	// Plural is the name of the resource in URLs and in RBAC rules.
	Plural string
	// Namespaced says that objects live in a namespace.
	Namespaced bool
	// Status says that the resource has a status subresource.
	Status bool
}

// GroupResource returns the resource's name with its group.
func (r Resource) GroupResource() schema.GroupResource {
	return schema.GroupResource{Group: r.Group, Resource: r.Plural}
}

func (r Resource) groupVersionResource() schema.GroupVersionResource {
	return r.GroupVersion().WithResource(r.Plural)
}

// custom reports whether the resource would be defined by a CustomResourceDefinition, for which the
// API server keeps a generation and asks for a resourceVersion in updates.
func (r Resource) custom() bool {
	return strings.Contains(r.Group, ".") && !strings.HasSuffix(r.Group, ".k8s.io")
}

// ResourcesOf returns the Resources for the kinds of version gv in scheme, as definitions generated from
// the Go types would serve them: plural by the usual rule, in a namespace unless the kind is among
// clusterScoped, and with a status subresource if the Go type has a field Status.
func ResourcesOf(scheme *runtime.Scheme, gv schema.GroupVersion, clusterScoped ...string) []Resource {
	var resources []Resource
	known := scheme.KnownTypes(gv)
	for _, kind := range slices.Sorted(maps.Keys(known)) {
		if _, listed := known[kind+"List"]; !listed {
			continue
		}
		gvk := gv.WithKind(kind)
		plural, _ := meta.UnsafeGuessKindToResource(gvk)
		_, status := known[kind].FieldByName("Status")
		resources = append(resources, Resource{
			GroupVersionKind: gvk,
			Plural:           plural.Resource,
			Namespaced:       !slices.Contains(clusterScoped, kind),
			Status:           status && known[kind].Kind() == reflect.Struct,
		})
	}
	return resources
}

// builtinResources are the resources that every Cluster keeps.
func builtinResources() []Resource {
	namespaced := func(group, kind, plural string, status bool) Resource {
		return Resource{schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}, plural, true, status}
	}
	clusterWide := func(group, kind, plural string, status bool) Resource {
		return Resource{schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}, plural, false, status}
	}
	const (
		rbac       = "rbac.authorization.k8s.io"
		admission  = "admissionregistration.k8s.io"
		extensions = "apiextensions.k8s.io"
	)
	return []Resource{
		clusterWide("", "Namespace", "namespaces", true),
		namespaced("", "ServiceAccount", "serviceaccounts", false),
		namespaced("", "Secret", "secrets", false),
		namespaced("", "ConfigMap", "configmaps", false),
		namespaced("", "Event", "events", false),
		namespaced("events.k8s.io", "Event", "events", false),
		namespaced("coordination.k8s.io", "Lease", "leases", false),
		namespaced("apps", "Deployment", "deployments", true),
		namespaced(rbac, "Role", "roles", false),
		namespaced(rbac, "RoleBinding", "rolebindings", false),
		clusterWide(rbac, "ClusterRole", "clusterroles", false),
		clusterWide(rbac, "ClusterRoleBinding", "clusterrolebindings", false),
		clusterWide(admission, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false),
		clusterWide(admission, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
		clusterWide(admission, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", true),
		clusterWide(admission, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false),
		clusterWide(extensions, "CustomResourceDefinition", "customresourcedefinitions", true),
	}
}

// catalogue finds Resources by their names in URLs.
type catalogue map[schema.GroupVersionResource]Resource

func newCatalogue(resources []Resource) (catalogue, error) {
	c := make(catalogue, len(resources))
	for _, r := range resources {
		if r.Kind == "" || r.Version == "" || r.Plural == "" {
			return nil, fmt.Errorf("resource %+v lacks kind, version or plural", r)
		}
		if _, taken := c[r.groupVersionResource()]; taken {
			return nil, fmt.Errorf("resource %s is given twice", r.groupVersionResource())
		}
		c[r.groupVersionResource()] = r
	}
	return c, nil
}

// mapper returns a static RESTMapper of the resources, those that are only reviewed included.
func (c catalogue) mapper() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, r := range c {
		scope := meta.RESTScopeRoot
		if r.Namespaced {
			scope = meta.RESTScopeNamespace
		}
		singular := r.GroupVersion().WithResource(strings.ToLower(r.Kind))
		mapper.AddSpecific(r.GroupVersionKind, r.groupVersionResource(), singular, scope)
	}
	for _, r := range reviews() {
		scope := meta.RESTScopeRoot
		if r.resource.Namespaced {
			scope = meta.RESTScopeNamespace
		}
		singular := r.resource.GroupVersion().WithResource(strings.ToLower(r.resource.Kind))
		mapper.AddSpecific(r.resource.GroupVersionKind, r.resource.groupVersionResource(), singular, scope)
	}
	return mapper
}
