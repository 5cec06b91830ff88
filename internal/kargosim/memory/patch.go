package memory

import (
	"fmt"
	"net/http"

	jsonpatch "github.com/evanphx/json-patch/v5"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
)

// patch applies a patch to what is stored at that moment; only a patch that names a resourceVersion can
// conflict with other writers.
func (s *server) patch(w http.ResponseWriter, r *request, resource Resource, body []byte) error {
	kind := types.PatchType(r.http.Header.Get("Content-Type"))
	for {
		current := s.store.get(resource.GroupResource(), r.key())
		if current == nil && kind == types.ApplyPatchType && r.subresource == "" {
			return s.applyNew(w, r, resource, body)
		}
		if current == nil {
			return apierrors.NewNotFound(resource.GroupResource(), r.name)
		}
		before, err := current.decode()
		if err != nil {
			return err
		}
		incoming, err := s.patched(r, resource, kind, current, before, body)
		if err != nil {
			return err
		}
		updated, err := s.replace(r, resource, current, before, incoming)
		if apierrors.IsConflict(err) && r.http.Context().Err() == nil && s.movedOn(resource, r.key(), current) {
			continue // and if the patch names a version, the next round refuses it
		}
		if err != nil {
			return err
		}
		return writeObject(w, r, http.StatusOK, updated)
	}
}

// movedOn reports whether another writer changed the object since current was read.
func (s *server) movedOn(resource Resource, key types.NamespacedName, current *record) bool {
	return s.store.get(resource.GroupResource(), key) != current
}

// patched returns current, which is decoded in before, with the patch applied to whichever part of it.
func (s *server) patched(
	r *request, resource Resource, kind types.PatchType, current *record, before *unstructured.Unstructured, body []byte,
) (*unstructured.Unstructured, error) {
	var raw []byte
	var err error
	switch kind {
	case types.MergePatchType:
		raw, err = jsonpatch.MergePatch(current.raw, body)
	case types.JSONPatchType:
		raw, err = applyJSONPatch(current.raw, body)
	case types.StrategicMergePatchType:
		raw, err = applyStrategicPatch(resource, current.raw, body)
	case types.ApplyPatchType:
		return s.applied(r, resource, before, body)
	default:
		err = apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch", resource.GroupResource(),
			r.name, fmt.Sprintf("the body of the request was in an unknown format: %s", kind), 0, true)
	}
	if status := apierrors.APIStatus(nil); err != nil && !asStatus(err, &status) {
		err = apierrors.NewBadRequest(err.Error())
	}
	if err != nil {
		return nil, err
	}
	incoming := &unstructured.Unstructured{}
	if err := json.Unmarshal(raw, &incoming.Object); err != nil {
		return nil, apierrors.NewBadRequest("the patched object cannot be read: " + err.Error())
	}
	return incoming, checkIdentity(r, resource, incoming)
}

func applyJSONPatch(raw, body []byte) ([]byte, error) {
	patch, err := jsonpatch.DecodePatch(body)
	if err != nil {
		return nil, err
	}
	patched, err := patch.Apply(raw)
	if err != nil {
		return nil, apierrors.NewGenericServerResponse(
			http.StatusUnprocessableEntity, "patch", noResource, "", err.Error(), 0, false)
	}
	return patched, nil
}

// applyStrategicPatch needs to know the Go type, which there is for built-in kinds alone, here as in a
// real API server.
func applyStrategicPatch(resource Resource, raw, body []byte) ([]byte, error) {
	typed, err := scheme.Scheme.New(resource.GroupVersionKind)
	if err != nil {
		return nil, apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch", resource.GroupResource(),
			"", "strategic merge patch is not supported for custom resources", 0, true)
	}
	return strategicpatch.StrategicMergePatch(raw, body, typed)
}
