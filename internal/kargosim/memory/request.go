package memory

import (
	"net/http"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
)

// request is one request for a resource, taken apart.
type request struct {
	http        *http.Request
	user        authenticationv1.UserInfo
	verb        string
	gvr         schema.GroupVersionResource
	namespace   string
	name        string
	subresource string
	dryRun      bool
}

func (r *request) key() types.NamespacedName {
	return types.NamespacedName{Namespace: r.namespace, Name: r.name}
}

// parseRequest takes apart the URL of a request for a resource, which is one of
//
//	/api/v1/…  or  /apis/GROUP/VERSION/…
//	…/RESOURCE[/NAME[/SUBRESOURCE]]
//	…/namespaces/NAMESPACE/RESOURCE[/NAME[/SUBRESOURCE]]
func parseRequest(h *http.Request, user authenticationv1.UserInfo) (*request, error) {
	notFound := apierrors.NewGenericServerResponse(
		http.StatusNotFound, strings.ToLower(h.Method), schema.GroupResource{}, "", "", 0, true)
	parts := strings.Split(strings.Trim(h.URL.Path, "/"), "/")
	r := &request{http: h, user: user}
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		r.gvr.Version, parts = parts[1], parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		r.gvr.Group, r.gvr.Version, parts = parts[1], parts[2], parts[3:]
	default:
		return nil, notFound
	}
	if parts[0] == "namespaces" && len(parts) >= 3 && parts[2] != "status" {
		r.namespace, parts = parts[1], parts[2:]
	}
	if len(parts) > 3 {
		return nil, notFound
	}
	r.gvr.Resource = parts[0]
	if len(parts) > 1 {
		r.name = parts[1]
	}
	if len(parts) > 2 {
		r.subresource = parts[2]
	}
	query := h.URL.Query()
	r.dryRun = query.Get("dryRun") == metav1.DryRunAll
	watching := query.Get("watch")
	r.verb = verb(h.Method, r.name, watching == "true" || watching == "1")
	if r.verb == "" {
		return nil, apierrors.NewMethodNotSupported(r.gvr.GroupResource(), strings.ToLower(h.Method))
	}
	return r, nil
}

// verb returns the verb that RBAC knows for an HTTP method, or "".
func verb(method, name string, watching bool) string {
	switch {
	case method == http.MethodGet && watching:
		return "watch"
	case method == http.MethodGet && name == "":
		return "list"
	case method == http.MethodGet:
		return "get"
	case method == http.MethodPost:
		return "create"
	case method == http.MethodPut && name != "":
		return "update"
	case method == http.MethodPatch && name != "":
		return "patch"
	case method == http.MethodDelete && name == "":
		return "deletecollection"
	case method == http.MethodDelete:
		return "delete"
	default:
		return ""
	}
}

// deleteOptions reads the options that came in the body of a delete request, or in the query.
func (r *request) deleteOptions(body []byte) (metav1.DeleteOptions, error) {
	var options metav1.DeleteOptions
	if len(body) > 0 {
		if err := json.Unmarshal(body, &options); err != nil {
			return options, apierrors.NewBadRequest("delete options: " + err.Error())
		}
	}
	r.dryRun = r.dryRun || len(options.DryRun) > 0
	return options, nil
}
