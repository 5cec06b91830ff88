package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxBody bounds a request's body in bytes: the API server's own limit.
const maxBody = 3 << 20

// server answers requests.
type server struct {
	resources catalogue
	store     *store
	webhooks  webhookList
	rules     *authorizer
	now       func() metav1.Time
}

// serve answers one request of user.
func (s *server) serve(w http.ResponseWriter, h *http.Request, user authenticationv1.UserInfo) {
	if answer, ok := s.discovery(h.URL.Path); ok && h.Method == http.MethodGet {
		writeJSON(w, http.StatusOK, answer)
		return
	}
	r, err := parseRequest(h, user)
	if err == nil {
		err = s.serveResource(w, r)
	}
	if err != nil {
		writeError(w, err)
	}
}

// serveResource answers a request for a resource, or returns the error to answer with.
func (s *server) serveResource(w http.ResponseWriter, r *request) error {
	if err := r.http.Context().Err(); err != nil {
		return apierrors.NewTimeoutError(err.Error(), 0)
	}
	if err := s.authorize(r); err != nil {
		return err
	}
	if review, ok := reviewFor(r.gvr); ok {
		return s.serveReview(w, r, review)
	}
	resource, ok := s.resources[r.gvr]
	if !ok || (r.subresource != "" && (r.subresource != "status" || !resource.Status)) ||
		(r.namespace != "" && !resource.Namespaced) {
		return apierrors.NewGenericServerResponse(
			http.StatusNotFound, r.verb, r.gvr.GroupResource(), r.name, "", 0, true)
	}
	switch r.verb {
	case "get":
		return s.get(w, r, resource)
	case "list":
		return s.list(w, r, resource)
	case "watch":
		return s.watch(w, r, resource)
	}
	body, err := readBody(r.http)
	if err != nil {
		return err
	}
	switch r.verb {
	case "create":
		return s.create(w, r, resource, body)
	case "update":
		return s.update(w, r, resource, body)
	case "patch":
		return s.patch(w, r, resource, body)
	case "delete":
		return s.delete(w, r, resource, body)
	default:
		return s.deleteCollection(w, r, resource, body)
	}
}

func readBody(h *http.Request) ([]byte, error) {
	if h.Body == nil {
		return nil, nil
	}
	if strings.Contains(h.Header.Get("Content-Type"), "protobuf") {
		return nil, apierrors.NewGenericServerResponse(
			http.StatusUnsupportedMediaType, h.Method, noResource, "", "only JSON is understood here", 0, true)
	}
	body, err := io.ReadAll(io.LimitReader(h.Body, maxBody+1))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if len(body) > maxBody {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", maxBody))
	}
	return body, nil
}

// writeObject answers with a stored object, or with its metadata alone if that was asked for.
func writeObject(w http.ResponseWriter, r *request, code int, object *record) error {
	raw := object.raw
	if wantsMetadata(r.http) {
		var err error
		if raw, err = partial(object); err != nil {
			return err
		}
	}
	writeRaw(w, code, raw)
	return nil
}

func writeError(w http.ResponseWriter, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		status = apierrors.NewInternalError(err)
	}
	answer := status.Status()
	answer.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	if answer.Details != nil && answer.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(answer.Details.RetryAfterSeconds))
	}
	writeJSON(w, int(answer.Code), answer)
}

func writeJSON(w http.ResponseWriter, code int, answer any) {
	raw, err := json.Marshal(answer)
	if err != nil {
		code, raw = http.StatusInternalServerError, nil
	}
	writeRaw(w, code, raw)
}

// writeRaw ignores that the client may have gone: nobody is left to tell.
func writeRaw(w http.ResponseWriter, code int, raw []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(raw)
}
