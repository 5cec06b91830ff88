package memory

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/yaml"
)

// applyNew makes an object by server-side apply. It is stored under the name in the URL even if a webhook
// renames it, as a real API server does.
func (s *server) applyNew(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	empty := &unstructured.Unstructured{}
	empty.SetGroupVersionKind(resource.GroupVersionKind)
	empty.SetName(r.name)
	empty.SetNamespace(r.namespace)
	object, err := s.applied(r, resource, empty, body)
	if err != nil {
		return err
	}
	created, err := s.insert(r, resource, object, r.name)
	if err != nil {
		return err
	}
	return writeObject(w, r, http.StatusCreated, created)
}

// applied returns current after a server-side apply of body.
func (s *server) applied(
	r *request, resource Resource, current *unstructured.Unstructured, body []byte,
) (*unstructured.Unstructured, error) {
	configuration := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(body, &configuration.Object); err != nil {
		return nil, apierrors.NewBadRequest("error decoding YAML: " + err.Error())
	}
	if err := checkIdentity(r, resource, configuration); err != nil {
		return nil, err
	}
	query := r.http.URL.Query()
	manager := query.Get("fieldManager")
	if manager == "" {
		return nil, apierrors.NewBadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")
	}
	fields, err := fieldManager(resource, r.subresource)
	if err != nil {
		return nil, err
	}
	applied, err := fields.Apply(current.DeepCopy(), configuration, manager, query.Get("force") == "true")
	if err != nil {
		return nil, err
	}
	return applied.(*unstructured.Unstructured), nil
}

// ownFields records who owns which field after a write that was no apply. Nobody does on objects that
// were never applied.
func (s *server) ownFields(
	r *request, resource Resource, current, next *unstructured.Unstructured,
) *unstructured.Unstructured {
	if len(next.GetManagedFields()) == 0 || strings.HasPrefix(r.http.Header.Get("Content-Type"), "application/apply-patch") {
		return next
	}
	fields, err := fieldManager(resource, r.subresource)
	if err != nil {
		return next
	}
	manager := r.http.URL.Query().Get("fieldManager")
	if manager == "" {
		manager, _, _ = strings.Cut(r.http.UserAgent(), "/")
	}
	return fields.UpdateNoErrors(current.DeepCopy(), next, manager).(*unstructured.Unstructured)
}

// fieldManager returns what merges applied objects of the resource. What a write to the resource or the
// subresource cannot change is never owned through it.
func fieldManager(resource Resource, subresource string) (*managedfields.FieldManager, error) {
	reset := fieldpath.NewSet()
	switch {
	case subresource == "status":
		reset = fieldpath.NewSet(fieldpath.MakePathOrDie("metadata"), fieldpath.MakePathOrDie("spec"))
	case resource.Status:
		reset = fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
	}
	version := resource.GroupVersion()
	fields, err := managedfields.NewDefaultCRDFieldManager(
		managedfields.NewDeducedTypeConverter(), oneVersion{}, oneVersion{}, oneVersion{},
		resource.GroupVersionKind, version, subresource,
		fieldpath.NewExcludeFilterSetMap(map[fieldpath.APIVersion]*fieldpath.Set{
			fieldpath.APIVersion(version.String()): reset,
		}))
	if err != nil {
		return nil, fmt.Errorf("field manager of %s: %w", resource.groupVersionResource(), err)
	}
	return fields, nil
}

// oneVersion is what the field manager needs to know of kinds that have one version and no defaults.
type oneVersion struct{}

// New implements [runtime.ObjectCreater].
func (oneVersion) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object, nil
}

// Default implements [runtime.ObjectDefaulter].
func (oneVersion) Default(runtime.Object) {}

// Convert implements [runtime.ObjectConvertor].
func (oneVersion) Convert(_, _, _ any) error {
	return errors.New("objects of one version are never converted")
}

// ConvertToVersion implements [runtime.ObjectConvertor].
func (oneVersion) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}

// ConvertFieldLabel implements [runtime.ObjectConvertor].
func (oneVersion) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

func asStatus(err error, status *apierrors.APIStatus) bool { return errors.As(err, status) }
