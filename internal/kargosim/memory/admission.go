package memory

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Webhook is an admission webhook: the handler that would be behind its URL, and the requests it is
// asked about.
type Webhook struct {
	// Name is the webhook's name, which begins the message of a refusal.
	Name string
	// Resource is the resource it is asked about.
	Resource schema.GroupResource
	// Status says that it is asked about writes of the status subresource too.
	Status bool
	// Operations are what it is asked about.
	Operations []admissionv1.Operation
	// Mutating says that it may change the object. All that may are asked before all that may not.
	Mutating bool
	// Handler decides. It may read and write the Cluster.
	Handler admission.Handler
}

// webhookList is a list that grows while it is read.
type webhookList struct {
	mu    sync.RWMutex
	hooks []Webhook
}

func (l *webhookList) add(hooks []Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hooks = slices.Concat(l.hooks, hooks)
}

func (l *webhookList) all() []Webhook {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.hooks
}

func (h Webhook) concerns(resource Resource, subresource string, operation admissionv1.Operation) bool {
	return h.Resource == resource.GroupResource() &&
		slices.Contains(h.Operations, operation) &&
		(subresource == "" || h.Status)
}

// mutate asks the mutating webhooks and returns the object as they changed it.
func (s *server) mutate(
	r *request, resource Resource, operation admissionv1.Operation, object, before *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	for _, hook := range s.webhooks.all() {
		if !hook.Mutating || !hook.concerns(resource, r.subresource, operation) {
			continue
		}
		review, err := admissionRequest(r, resource, operation, object, before)
		if err != nil {
			return nil, err
		}
		response, err := ask(r, hook, review)
		if err != nil {
			return nil, err
		}
		if len(response.Patch) == 0 {
			continue
		}
		patch, err := jsonpatch.DecodePatch(response.Patch)
		if err != nil {
			return nil, apierrors.NewInternalError(fmt.Errorf("patch of webhook %q: %w", hook.Name, err))
		}
		raw, err := patch.Apply(review.Object.Raw)
		if err != nil {
			return nil, apierrors.NewInternalError(fmt.Errorf("patch of webhook %q: %w", hook.Name, err))
		}
		object = &unstructured.Unstructured{}
		if err := json.Unmarshal(raw, &object.Object); err != nil {
			return nil, apierrors.NewInternalError(fmt.Errorf("patch of webhook %q: %w", hook.Name, err))
		}
	}
	return object, nil
}

// check asks the validating webhooks.
func (s *server) check(
	r *request, resource Resource, operation admissionv1.Operation, object, before *unstructured.Unstructured,
) error {
	for _, hook := range s.webhooks.all() {
		if hook.Mutating || !hook.concerns(resource, r.subresource, operation) {
			continue
		}
		review, err := admissionRequest(r, resource, operation, object, before)
		if err != nil {
			return err
		}
		if _, err := ask(r, hook, review); err != nil {
			return err
		}
	}
	return nil
}

func admissionRequest(
	r *request, resource Resource, operation admissionv1.Operation, object, before *unstructured.Unstructured,
) (admission.Request, error) {
	kind := metav1.GroupVersionKind(resource.GroupVersionKind)
	plural := metav1.GroupVersionResource(resource.groupVersionResource())
	dryRun := r.dryRun
	review := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		UID:  uuid.NewUUID(),
		Kind: kind, RequestKind: &kind,
		Resource: plural, RequestResource: &plural,
		SubResource: r.subresource, RequestSubResource: r.subresource,
		Name: r.name, Namespace: r.namespace,
		Operation: operation,
		UserInfo:  r.user,
		DryRun:    &dryRun,
	}}
	for _, side := range []struct {
		object *unstructured.Unstructured
		raw    *runtime.RawExtension
	}{{object, &review.Object}, {before, &review.OldObject}} {
		if side.object == nil {
			continue
		}
		raw, err := side.object.MarshalJSON()
		if err != nil {
			return review, fmt.Errorf("encoding the object for admission: %w", err)
		}
		side.raw.Raw = raw
	}
	if review.Name == "" && object != nil {
		review.Name = object.GetName()
	}
	return review, nil
}

// ask asks one webhook and turns a refusal into the API server's words and status code for it.
func ask(r *request, hook Webhook, review admission.Request) (admission.Response, error) {
	response := (&admission.Webhook{Handler: hook.Handler}).Handle(r.http.Context(), review)
	if response.Allowed {
		return response, nil
	}
	refusal := metav1.Status{}
	if response.Result != nil {
		refusal = *response.Result
	}
	refusal.Code = max(refusal.Code, http.StatusBadRequest)
	refusal.Status = metav1.StatusFailure
	denied := fmt.Sprintf("admission webhook %q denied the request", hook.Name)
	switch {
	case refusal.Message != "":
		refusal.Message = denied + ": " + refusal.Message
	case refusal.Reason != "":
		refusal.Message = denied + ": " + string(refusal.Reason)
	default:
		refusal.Message = denied + " without explanation"
	}
	return response, &apierrors.StatusError{ErrStatus: refusal}
}
