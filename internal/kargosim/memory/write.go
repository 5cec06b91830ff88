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
		return dryRecord(object)
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
		return apierrors.NewInvalid(resource.GroupVersionKind.GroupKind(), r.name, field.ErrorList{field.Invalid(
			field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update")})
	}
	if incoming.GetManagedFields() == nil {
		incoming.SetManagedFields(current.object.GetManagedFields())
	}
	updated, err := s.replace(r, resource, current, incoming)
	if err != nil {
		return err
	}
	return writeObject(w, r, http.StatusOK, updated)
}

// replace admits incoming in the place of current and stores it. It fails with Conflict if incoming was
// made from another version.
func (s *server) replace(
	r *request, resource Resource, current *record, incoming *unstructured.Unstructured,
) (*record, error) {
	if version := incoming.GetResourceVersion(); version != "" && version != current.object.GetResourceVersion() {
		return nil, conflict(resource, r.name)
	}
	if uid := incoming.GetUID(); uid != "" && uid != current.object.GetUID() {
		return nil, apierrors.NewConflict(resource.GroupResource(), r.name, fmt.Errorf(
			"Precondition failed: UID in precondition: %s, UID in object meta: %s", uid, current.object.GetUID()))
	}
	status := r.subresource == "status"
	next := prepareUpdate(resource, status, current.object, incoming)
	mutated, err := s.mutate(r, resource, admissionv1.Update, next, current.object)
	if err != nil {
		return nil, err
	}
	next = prepareUpdate(resource, status, current.object, mutated)
	next = s.ownFields(r, resource, current.object, next)
	if err := validate(resource, next, current.object); err != nil {
		return nil, err
	}
	if err := s.check(r, resource, admissionv1.Update, next, current.object); err != nil {
		return nil, err
	}
	switch {
	case sameObject(current.object, next):
		return current, nil
	case r.dryRun:
		return dryRecord(next)
	case next.GetDeletionTimestamp() != nil && len(next.GetFinalizers()) == 0:
		return s.store.remove(resource, r.key(), current, next)
	default:
		return s.store.put(resource, r.key(), current, next)
	}
}

// dryRecord answers a dry run: the object as it would be.
func dryRecord(object *unstructured.Unstructured) (*record, error) {
	raw, err := object.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding the object: %w", err)
	}
	return &record{object: object, raw: raw}, nil
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
		if err := checkPreconditions(resource, key.Name, current.object, only); err != nil {
			return err
		}
		if err := s.check(r, resource, admissionv1.Delete, nil, current.object); err != nil {
			return err
		}
		err := s.drop(r, resource, key, current)
		if !apierrors.IsConflict(err) || r.ctx.Err() != nil {
			return err
		}
		// Somebody wrote in between. Only what the client asked for explicitly makes that a conflict.
	}
}

func (s *server) drop(r *request, resource Resource, key types.NamespacedName, current *record) error {
	if r.dryRun {
		return nil
	}
	last := current.object.DeepCopy()
	var err error
	switch {
	case len(current.object.GetFinalizers()) == 0:
		_, err = s.store.remove(resource, key, current, last)
	case current.object.GetDeletionTimestamp() != nil:
		return nil
	default:
		now, immediately := s.now(), int64(0)
		last.SetDeletionTimestamp(&now)
		last.SetDeletionGracePeriodSeconds(&immediately)
		if resource.custom() {
			last.SetGeneration(last.GetGeneration() + 1)
		}
		_, err = s.store.put(resource, key, current, last)
	}
	if err == nil && resource.Group == "" && resource.Kind == "Namespace" {
		return s.empty(r, key.Name)
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
			key := types.NamespacedName{Namespace: namespace, Name: found.object.GetName()}
			if err := s.drop(r, resource, key, found); err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
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
		key := types.NamespacedName{Namespace: found.object.GetNamespace(), Name: found.object.GetName()}
		if err := s.deleteOne(r, resource, key, options.Preconditions); err != nil && !apierrors.IsNotFound(err) {
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
		return apierrors.NewConflict(resource.GroupResource(), name, fmt.Errorf(
			"Precondition failed: UID in precondition: %s, UID in object meta: %s", *only.UID, object.GetUID()))
	}
	if only.ResourceVersion != nil && *only.ResourceVersion != object.GetResourceVersion() {
		return apierrors.NewConflict(resource.GroupResource(), name, fmt.Errorf(
			"Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta: %s",
			*only.ResourceVersion, object.GetResourceVersion()))
	}
	return nil
}
