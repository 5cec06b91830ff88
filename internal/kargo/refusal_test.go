package kargo_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// answer is what the API server says, with the status code of its HTTP response.
func answer(code int32, reason metav1.StatusReason, message string, causes ...string) error {
	status := metav1.Status{Status: metav1.StatusFailure, Code: code, Reason: reason, Message: message}
	for _, cause := range causes {
		if status.Details == nil {
			status.Details = &metav1.StatusDetails{}
		}
		status.Details.Causes = append(status.Details.Causes, metav1.StatusCause{Message: cause})
	}
	return &apierrors.StatusError{ErrStatus: status}
}

// ensure asks for a Promotion of an API server that answers with err.
func ensure(t *testing.T, err error) error {
	t.Helper()
	c := newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return err },
	}).Build()
	_, got := kargo.NewPromoter(c, c).Ensure(t.Context(), request())
	return got
}

const mayNot = "The bot itself may not promote to this Stage: " +
	"its ServiceAccount needs the verbs create on promotions and promote on the Stage."

func TestAnswersThatAreFinal(t *testing.T) {
	promotions := schema.GroupResource{Group: "kargo.akuity.io", Resource: "promotions"}
	for _, test := range []struct {
		name   string
		answer error
		reason string
	}{
		{"no verb promote", answer(http.StatusInternalServerError, metav1.StatusReasonInternalError,
			`admission webhook "promotion.kargo.akuity.io" denied the request: Internal error occurred: Promotion.kargo.akuity.io `+
				`"red-production.01kqwz.e72fb09" is forbidden: subject "system:serviceaccount:kargo-bot:kargo-bot" `+
				`is not permitted to create Promotions for Stage "red-production"`), mayNot},
		{"no verb create", apierrors.NewForbidden(promotions, "", errors.New(
			`User "system:serviceaccount:kargo-bot:kargo-bot" cannot create resource "promotions" in API group "kargo.akuity.io" in the namespace "microsvcs"`)), mayNot},
		{"Kargo finds it invalid", answer(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid,
			`admission webhook "promotion.kargo.akuity.io" denied the request: Promotion.kargo.akuity.io "x" is invalid: spec.freight: `+
				`Invalid value: "e72fb09c": Freight is not available to this Stage`,
			`Invalid value: "e72fb09c": Freight is not available to this Stage`, "another"),
			`The Promotion was refused: Invalid value: "e72fb09c": Freight is not available to this Stage`},
		{"a policy finds it invalid", answer(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid,
			`promotions.kargo.akuity.io "x" is forbidden: ValidatingAdmissionPolicy 'locks' with binding 'locks' denied request: red-production is locked`,
			"red-production is locked by hubot: incident 42"), "The Promotion was refused: red-production is locked by hubot: incident 42"},
		{"another admission webhook", answer(http.StatusForbidden, metav1.StatusReasonForbidden,
			`admission webhook "validate.policies.acme.dev" denied the request: no changes on Fridays`), "The Promotion was refused: no changes on Fridays"},
		{"an admission webhook with a bad request", answer(http.StatusBadRequest, metav1.StatusReasonBadRequest,
			`admission webhook "validate.policies.acme.dev" denied the request: no changes on Fridays`), "The Promotion was refused: no changes on Fridays"},
		{"the namespace is going", answer(http.StatusForbidden, metav1.StatusReasonForbidden,
			`promotions.kargo.akuity.io "x" is forbidden: unable to create new content in namespace microsvcs because it is being terminated`,
			"namespace microsvcs is being terminated"), "The Promotion was refused: namespace microsvcs is being terminated"},
		{"a task of the Stage is gone", answer(http.StatusNotFound, metav1.StatusReasonNotFound,
			`admission webhook "promotion.kargo.akuity.io" denied the request: promotiontasks.kargo.akuity.io "deploy" not found`),
			`The Promotion was refused: promotiontasks.kargo.akuity.io "deploy" not found`},
		{"an answer of several lines", answer(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "first\nsecond"), "The Promotion was refused: first"},
		{"a very long answer", answer(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, strings.Repeat("é", 5000)),
			"The Promotion was refused: " + strings.Repeat("é", 300) + "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := ensure(t, test.answer)
			var refused *kargo.Refused
			if !errors.As(err, &refused) {
				t.Fatalf("not final: %v", err)
			}
			if refused.Reason != test.reason {
				t.Errorf("says %q\nwant %q", refused.Reason, test.reason)
			}
			if !errors.Is(err, test.answer) {
				t.Error("the answer is lost")
			}
		})
	}
}

func TestAnswersThatMayChange(t *testing.T) {
	for name, given := range map[string]error{
		"timeout":                 context.DeadlineExceeded,
		"no connection":           errors.New("dial tcp: connection refused"),
		"server timeout":          apierrors.NewServerTimeout(schema.GroupResource{}, "create", 1),
		"gateway timeout":         answer(http.StatusGatewayTimeout, metav1.StatusReasonTimeout, "the server was unable to return a response"),
		"too many requests":       apierrors.NewTooManyRequests("slow down", 1),
		"unavailable":             apierrors.NewServiceUnavailable("starting"),
		"name taken":              apierrors.NewAlreadyExists(schema.GroupResource{}, "x"),
		"conflict":                apierrors.NewConflict(schema.GroupResource{}, "x", errors.New("changed")),
		"Kargo's webhook is down": apierrors.NewInternalError(errors.New(`failed calling webhook "promotion.kargo.akuity.io": no endpoints available`)),
		"Kargo could not ask for RBAC": answer(http.StatusInternalServerError, metav1.StatusReasonInternalError,
			`admission webhook "promotion.kargo.akuity.io" denied the request: Internal error occurred: error creating SubjectAccessReview; refusing to create Promotion`),
		"not authenticated": apierrors.NewUnauthorized("token expired"),
	} {
		t.Run(name, func(t *testing.T) {
			err := ensure(t, given)
			var refused *kargo.Refused
			if err == nil || errors.As(err, &refused) {
				t.Fatalf("error: %v, want one to be tried again", err)
			}
			if !errors.Is(err, given) {
				t.Error("the answer is lost")
			}
		})
	}
}

func TestFreightThatIsNotAvailableIsToldApart(t *testing.T) {
	for message, want := range map[string]bool{
		`spec.freight: Invalid value: "e72fb09c": Freight is not available to this Stage`: true,
		"no changes on Fridays": false,
	} {
		var refused *kargo.Refused
		err := ensure(t, answer(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, message))
		if !errors.As(err, &refused) || refused.Unavailable != want {
			t.Errorf("%s: %+v", message, refused)
		}
	}
}
