package memory

import (
	"fmt"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// noResource stands for no resource in particular in errors.
var noResource = schema.GroupResource{}

func (s *server) create(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	object, err := decodeObject(r, resource, body)
	if err != nil {
		return err
	}
	if object.GetResourceVersion() != "" {
		return apierrors.NewBadRequest("resourceVersion should not be set on objects to be created")
	}
	object.SetManagedFields(nil)
	created, err := s.insert(r, resource, object, object.GetName())
	if err != nil {
		return err
	}
	return writeObject(w, r, http.StatusCreated, created)
}

// insert admits a new object and stores it. It is stored under name, if that is given and the client put
// it there by applying; otherwise under the name that it has after admission.
func (s *server) insert(r *request, resource Resource, object *unstructured.Unstructured, name string) (*record, error) {
	if err := s.checkNamespace(resource, r.namespace); err != nil {
		return nil, err
	}
	s.prepareCreate(resource, object)
	object, err := s.mutate(r, resource, admissionv1.Create, object, nil)
	if err != nil {
		return nil, err
	}
	generateName(object)
	if err := validate(resource, object, nil); err != nil {
		return nil, err
	}
	if err := s.check(r, resource, admissionv1.Create, object, nil); err != nil {
		return nil, err
	}
	key := types.NamespacedName{Namespace: r.namespace, Name: object.GetName()}
	if r.verb == "patch" {
		key.Name = name
	}
	if r.dryRun {
		if s.store.get(resource.GroupResource(), key) != nil {
			return nil, apierrors.NewAlreadyExists(resource.GroupResource(), key.Name)
		}
		return newRecord(key, object, 0)
	}
	return s.store.put(resource, key, nil, object)
}

func (s *server) checkNamespace(resource Resource, namespace string) error {
	if !resource.Namespaced {
		return nil
	}
	namespaces := schema.GroupResource{Resource: "namespaces"}
	if namespace == "" || s.store.get(namespaces, types.NamespacedName{Name: namespace}) == nil {
		return apierrors.NewNotFound(namespaces, namespace)
	}
	return nil
}

func (s *server) update(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	incoming, err := decodeObject(r, resource, body)
	if err != nil {
		return err
	}
	current := s.store.get(resource.GroupResource(), r.key())
	if current == nil {
		return apierrors.NewNotFound(resource.GroupResource(), r.name)
	}
	if incoming.GetResourceVersion() == "" && resource.custom() {
		return apierrors.NewInvalid(resource.GroupKind(), r.name, field.ErrorList{field.Invalid(
			field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update")})
	}
	before, err := current.decode()
	if err != nil {
		return err
	}
	if incoming.GetManagedFields() == nil {
		incoming.SetManagedFields(before.GetManagedFields())
	}
	updated, err := s.replace(r, resource, current, before, incoming)
	if err != nil {
		return err
	}
	return writeObject(w, r, http.StatusOK, updated)
}

// replace admits incoming in the place of current, which is decoded in before, and stores it. It fails
// with Conflict if incoming was made from another version.
func (s *server) replace(
	r *request, resource Resource, current *record, before, incoming *unstructured.Unstructured,
) (*record, error) {
	if version := incoming.GetResourceVersion(); version != "" && version != before.GetResourceVersion() {
		return nil, conflict(resource, r.name)
	}
	if uid := incoming.GetUID(); uid != "" && uid != before.GetUID() {
		return nil, preconditionFailed(resource, r.name, "UID", string(uid), string(before.GetUID()))
	}
	status := r.subresource == "status"
	next := prepareUpdate(resource, status, before, incoming)
	mutated, err := s.mutate(r, resource, admissionv1.Update, next, before)
	if err != nil {
		return nil, err
	}
	next = prepareUpdate(resource, status, before, mutated)
	next = s.ownFields(r, resource, before, next)
	if err := validate(resource, next, before); err != nil {
		return nil, err
	}
	if err := s.check(r, resource, admissionv1.Update, next, before); err != nil {
		return nil, err
	}
	switch {
	case sameObject(before, next):
		return current, nil
	case r.dryRun:
		return newRecord(r.key(), next, 0)
	case next.GetDeletionTimestamp() != nil && len(next.GetFinalizers()) == 0:
		return s.store.remove(resource, r.key(), current, next)
	default:
		return s.store.put(resource, r.key(), current, next)
	}
}

func (s *server) delete(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	options, err := r.deleteOptions(body)
	if err != nil {
		return err
	}
	if err := s.deleteOne(r, resource, r.key(), options.Preconditions); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess,
		Details:  &metav1.StatusDetails{Name: r.name, Group: resource.Group, Kind: resource.Plural},
	})
	return nil
}

// deleteOne deletes an object or, if it has finalizers, marks it as to be deleted.
func (s *server) deleteOne(r *request, resource Resource, key types.NamespacedName, only *metav1.Preconditions) error {
	for {
		current := s.store.get(resource.GroupResource(), key)
		if current == nil {
			return apierrors.NewNotFound(resource.GroupResource(), key.Name)
		}
		object, err := current.decode()
		if err != nil {
			return err
		}
		if err := checkPreconditions(resource, key.Name, object, only); err != nil {
			return err
		}
		if err := s.check(r, resource, admissionv1.Delete, nil, object); err != nil {
			return err
		}
		err = s.drop(r, resource, current, object)
		if !apierrors.IsConflict(err) || r.http.Context().Err() != nil {
			return err
		}
		// Somebody wrote in between. Only what the client asked for explicitly makes that a conflict.
	}
}

// drop deletes or marks current, which is decoded in last.
func (s *server) drop(r *request, resource Resource, current *record, last *unstructured.Unstructured) error {
	if r.dryRun {
		return nil
	}
	var err error
	switch {
	case len(last.GetFinalizers()) == 0:
		_, err = s.store.remove(resource, current.key, current, last)
	case last.GetDeletionTimestamp() != nil:
		return nil
	default:
		now, immediately := s.now(), int64(0)
		last.SetDeletionTimestamp(&now)
		last.SetDeletionGracePeriodSeconds(&immediately)
		if resource.custom() {
			last.SetGeneration(last.GetGeneration() + 1)
		}
		_, err = s.store.put(resource, current.key, current, last)
	}
	if err == nil && resource.Group == "" && resource.Kind == "Namespace" {
		return s.empty(r, current.key.Name)
	}
	return err
}

// empty deletes all that a namespace held, as the controller of namespaces does in a cluster.
func (s *server) empty(r *request, namespace string) error {
	for _, resource := range s.resources {
		if !resource.Namespaced {
			continue
		}
		records, _ := s.store.list(resource.GroupResource(), namespace)
		for _, found := range records {
			object, err := found.decode()
			if err != nil {
				return err
			}
			if err := s.drop(r, resource, found, object); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
				return err
			}
		}
	}
	return nil
}

func (s *server) deleteCollection(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	options, err := r.deleteOptions(body)
	if err != nil {
		return err
	}
	selected, err := parseSelector(r.http.URL.Query(), resource)
	if err != nil {
		return err
	}
	records, _ := s.store.list(resource.GroupResource(), r.namespace)
	for _, found := range records {
		if !selected.matches(found) {
			continue
		}
		if err := s.deleteOne(r, resource, found.key, options.Preconditions); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	writeJSON(w, http.StatusOK, metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusSuccess,
	})
	return nil
}

func checkPreconditions(resource Resource, name string, object *unstructured.Unstructured, only *metav1.Preconditions) error {
	if only == nil {
		return nil
	}
	if only.UID != nil && *only.UID != object.GetUID() {
		return preconditionFailed(resource, name, "UID", string(*only.UID), string(object.GetUID()))
	}
	if only.ResourceVersion != nil && *only.ResourceVersion != object.GetResourceVersion() {
		return preconditionFailed(resource, name, "ResourceVersion", *only.ResourceVersion, object.GetResourceVersion())
	}
	return nil
}

func preconditionFailed(resource Resource, name, what, wanted, is string) error {
	return apierrors.NewConflict(resource.GroupResource(), name, fmt.Errorf( //nolint:staticcheck // the API server's words
		"Precondition failed: %s in precondition: %s, %s in object meta: %s", what, wanted, what, is))
}
