package memory

import (
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
)

// review is a resource that is answered and never kept.
type review struct {
	resource Resource
	ofSelf   bool // it asks about the user who makes it
	answer   func(s *server, r *request, body []byte) (any, error)
}

func reviews() []review {
	authorization := func(kind, plural string, namespaced bool) Resource {
		return Resource{
			GroupVersionKind: authorizationv1.SchemeGroupVersion.WithKind(kind), Plural: plural, Namespaced: namespaced,
		}
	}
	return []review{
		{authorization("SubjectAccessReview", "subjectaccessreviews", false), false, (*server).reviewSubject},
		{authorization("LocalSubjectAccessReview", "localsubjectaccessreviews", true), false, (*server).reviewSubject},
		{authorization("SelfSubjectAccessReview", "selfsubjectaccessreviews", false), true, (*server).reviewSelf},
		{Resource{
			GroupVersionKind: authenticationv1.SchemeGroupVersion.WithKind("SelfSubjectReview"), Plural: "selfsubjectreviews",
		}, true, (*server).whoAmI},
	}
}

func reviewFor(gvr schema.GroupVersionResource) (review, bool) {
	for _, r := range reviews() {
		if r.resource.groupVersionResource() == gvr {
			return r, true
		}
	}
	return review{}, false
}

func (s *server) serveReview(w http.ResponseWriter, r *request, asked review) error {
	if r.verb != "create" || r.name != "" {
		return apierrors.NewMethodNotSupported(r.gvr.GroupResource(), r.verb)
	}
	body, err := readBody(r.http)
	if err != nil {
		return err
	}
	answer, err := asked.answer(s, r, body)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, answer)
	return nil
}

// reviewSubject answers SubjectAccessReviews, and local ones, which have the same shape.
func (s *server) reviewSubject(r *request, body []byte) (any, error) {
	var asked authorizationv1.SubjectAccessReview
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if asked.Spec.ResourceAttributes == nil {
		return nil, apierrors.NewBadRequest("only resourceAttributes are understood here")
	}
	if asked.Spec.User == "" && len(asked.Spec.Groups) == 0 {
		return nil, apierrors.NewBadRequest("at least one of user or group must be specified")
	}
	if r.namespace != "" && asked.Spec.ResourceAttributes.Namespace != r.namespace {
		return nil, apierrors.NewBadRequest("spec.resourceAttributes.namespace must match namespace")
	}
	asked.Status.Allowed, asked.Status.Reason = s.rules.allows(
		authenticationv1.UserInfo{Username: asked.Spec.User, Groups: asked.Spec.Groups}, *asked.Spec.ResourceAttributes)
	return asked, nil
}

func (s *server) reviewSelf(r *request, body []byte) (any, error) {
	var asked authorizationv1.SelfSubjectAccessReview
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if asked.Spec.ResourceAttributes == nil {
		return nil, apierrors.NewBadRequest("only resourceAttributes are understood here")
	}
	asked.Status.Allowed, asked.Status.Reason = s.rules.allows(r.user, *asked.Spec.ResourceAttributes)
	return asked, nil
}

func (s *server) whoAmI(r *request, body []byte) (any, error) {
	var asked authenticationv1.SelfSubjectReview
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	asked.Status.UserInfo = r.user
	return asked, nil
}
