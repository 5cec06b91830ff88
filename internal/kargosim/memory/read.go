package memory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (s *server) get(w http.ResponseWriter, r *request, resource Resource) error {
	found := s.store.get(resource.GroupResource(), r.key())
	if found == nil {
		return apierrors.NewNotFound(resource.GroupResource(), r.name)
	}
	return writeObject(w, r, http.StatusOK, found)
}

func (s *server) list(w http.ResponseWriter, r *request, resource Resource) error {
	selected, err := parseSelector(r.http.URL.Query(), resource)
	if err != nil {
		return err
	}
	records, version := s.store.list(resource.GroupResource(), r.namespace)
	onlyMetadata := wantsMetadata(r.http)
	kind, apiVersion := resource.Kind+"List", resource.GroupVersion().String()
	if onlyMetadata {
		kind, apiVersion = "PartialObjectMetadataList", metav1.SchemeGroupVersion.String()
	}
	// Put together by hand, since the items are JSON already.
	var body bytes.Buffer
	body.WriteString(`{"kind":"` + kind + `","apiVersion":"` + apiVersion +
		`","metadata":{"resourceVersion":"` + strconv.FormatUint(version, 10) + `"},"items":[`)
	separator := ""
	for _, found := range records {
		if !selected.matches(found) {
			continue
		}
		raw := found.raw
		if onlyMetadata {
			if raw, err = partial(found); err != nil {
				return err
			}
		}
		body.WriteString(separator)
		body.Write(raw)
		separator = ","
	}
	body.WriteString("]}")
	writeRaw(w, http.StatusOK, body.Bytes())
	return nil
}

// wantsMetadata reports whether the client asked for PartialObjectMetadata instead of whole objects.
func wantsMetadata(h *http.Request) bool {
	return strings.Contains(h.Header.Get("Accept"), "application/json;as=PartialObjectMetadata")
}

// partial returns the object's metadata as JSON of a PartialObjectMetadata.
func partial(object *record) ([]byte, error) {
	var metadata struct {
		Metadata json.RawMessage `json:"metadata"`
	}
	if err := json.Unmarshal(object.raw, &metadata); err != nil {
		return nil, fmt.Errorf("decoding the object %s: %w", object.key, err)
	}
	return json.Marshal(map[string]any{
		"kind":       "PartialObjectMetadata",
		"apiVersion": metav1.SchemeGroupVersion.String(),
		"metadata":   metadata.Metadata,
	})
}
