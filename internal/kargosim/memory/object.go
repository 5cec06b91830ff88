package memory

import (
	"fmt"
	"maps"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	utilrand "k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// generatedSuffix is how many characters the API server appends to a generateName, and
// longestGenerated how long the result may become.
const (
	generatedSuffix  = 5
	longestGenerated = 63
)

// decodeObject reads an object of the resource from a request's body.
func decodeObject(r *request, resource Resource, body []byte) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(body, &object.Object); err != nil {
		return nil, apierrors.NewBadRequest("unable to decode the object: " + err.Error())
	}
	if object.Object == nil {
		return nil, apierrors.NewBadRequest("the object is missing")
	}
	return object, checkIdentity(r, resource, object)
}

// checkIdentity compares what the object says it is with what the URL says, and fills in the namespace.
func checkIdentity(r *request, resource Resource, object *unstructured.Unstructured) error {
	if object.GroupVersionKind() != resource.GroupVersionKind {
		return apierrors.NewBadRequest(fmt.Sprintf(
			"the API version in the data (%s) and its kind (%s) do not match the expected %s and %s",
			object.GetAPIVersion(), object.GetKind(), resource.GroupVersion(), resource.Kind))
	}
	if _, ok := object.Object["metadata"].(map[string]any); object.Object["metadata"] != nil && !ok {
		return apierrors.NewBadRequest("metadata is not an object")
	}
	if r.name != "" && object.GetName() == "" {
		object.SetName(r.name)
	}
	if r.name != "" && object.GetName() != r.name {
		return apierrors.NewBadRequest(fmt.Sprintf(
			"the name of the object (%s) does not match the name on the URL (%s)", object.GetName(), r.name))
	}
	if object.GetNamespace() == "" && r.namespace != "" {
		object.SetNamespace(r.namespace)
	}
	if object.GetNamespace() != r.namespace {
		return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	return nil
}

// prepareCreate drops what a client may not set on a new object.
func (s *server) prepareCreate(resource Resource, object *unstructured.Unstructured) {
	if resource.Status {
		delete(object.Object, "status")
	}
	object.SetUID(uuid.NewUUID())
	object.SetCreationTimestamp(s.now())
	object.SetDeletionTimestamp(nil)
	object.SetDeletionGracePeriodSeconds(nil)
	object.SetResourceVersion("")
	unstructured.RemoveNestedField(object.Object, "metadata", "generation")
	if resource.custom() {
		object.SetGeneration(1)
	}
}

// generateName names an object that has none, if it asks for it.
func generateName(object *unstructured.Unstructured) {
	base := object.GetGenerateName()
	if object.GetName() != "" || base == "" {
		return
	}
	if len(base) > longestGenerated-generatedSuffix {
		base = base[:longestGenerated-generatedSuffix]
	}
	object.SetName(base + utilrand.String(generatedSuffix))
}

// prepareUpdate returns the object to store when incoming is to replace current: what the writer may
// change comes from incoming, all else from current.
func prepareUpdate(resource Resource, status bool, current, incoming *unstructured.Unstructured) *unstructured.Unstructured {
	if status {
		next := current.DeepCopy()
		delete(next.Object, "status")
		if value, ok := incoming.Object["status"]; ok {
			next.Object["status"] = value
		}
		next.SetManagedFields(incoming.GetManagedFields())
		return next
	}
	next := &unstructured.Unstructured{Object: maps.Clone(incoming.Object)}
	metadata, _ := incoming.Object["metadata"].(map[string]any)
	next.Object["metadata"] = maps.Clone(metadata)
	if resource.Status {
		delete(next.Object, "status")
		if value, ok := current.Object["status"]; ok {
			next.Object["status"] = value
		}
	}
	currentMetadata, _ := current.Object["metadata"].(map[string]any)
	for _, kept := range []string{
		"uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
	} {
		keepField(next.Object["metadata"].(map[string]any), currentMetadata, kept)
	}
	if resource.custom() && !sameSpec(resource, current, next) {
		next.SetGeneration(current.GetGeneration() + 1)
	}
	return next
}

func keepField(next, current map[string]any, name string) {
	delete(next, name)
	if value, ok := current[name]; ok {
		next[name] = value
	}
}

// sameSpec reports whether two states of an object are the same but for metadata, and but for the status
// if it is a subresource.
func sameSpec(resource Resource, a, b *unstructured.Unstructured) bool {
	strip := func(object *unstructured.Unstructured) map[string]any {
		content := maps.Clone(object.Object)
		delete(content, "metadata")
		if resource.Status {
			delete(content, "status")
		}
		return content
	}
	return apiequality.Semantic.DeepEqual(strip(a), strip(b))
}

// sameObject reports whether storing next instead of current would change anything but the version and
// the times at which fields were last set.
func sameObject(current, next *unstructured.Unstructured) bool {
	strip := func(object *unstructured.Unstructured) map[string]any {
		content := maps.Clone(object.Object)
		metadata, _ := content["metadata"].(map[string]any)
		metadata = maps.Clone(metadata)
		delete(metadata, "resourceVersion")
		delete(metadata, "managedFields")
		content["metadata"] = metadata
		return content
	}
	return apiequality.Semantic.DeepEqual(strip(current), strip(next)) &&
		apiequality.Semantic.DeepEqual(timelessFields(current), timelessFields(next))
}

func timelessFields(object *unstructured.Unstructured) []metav1.ManagedFieldsEntry {
	entries := object.GetManagedFields()
	for i := range entries {
		entries[i].Time = nil
	}
	return entries
}

// validate checks the metadata by the API server's own rules; before is nil for a new object.
func validate(resource Resource, object, before *unstructured.Unstructured) error {
	metadata := field.NewPath("metadata")
	errs := validation.ValidateObjectMetaAccessor(object, resource.Namespaced, nameRule(resource), metadata)
	if before != nil {
		errs = append(errs, validation.ValidateObjectMetaAccessorUpdate(object, before, metadata)...)
	}
	if len(errs) > 0 {
		return apierrors.NewInvalid(resource.GroupKind(), object.GetName(), errs)
	}
	return nil
}

// nameRule returns which names objects of the resource may have.
func nameRule(resource Resource) validation.ValidateNameFunc {
	switch {
	case resource.Group == "" && resource.Kind == "Namespace":
		return validation.ValidateNamespaceName
	case strings.HasPrefix(resource.Group, "rbac."):
		return func(name string, _ bool) []string {
			if name == "." || name == ".." || strings.ContainsAny(name, "/%") {
				return []string{"may not be a path or part of one"}
			}
			return nil
		}
	default:
		return validation.NameIsDNSSubdomain
	}
}
