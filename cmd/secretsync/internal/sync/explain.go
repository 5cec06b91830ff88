package sync

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// requestTimeout bounds one request to the API server. A busy one takes a second.
const requestTimeout = 20 * time.Second

// action is what was asked of the API server.
type action struct {
	verb, resource string
	// name has no namespace where the resource has none, and no name where it is about all.
	name credentials.SecretName
}

func (a action) String() string {
	switch {
	case a.name.Namespace == "":
		return fmt.Sprintf("%s %s %q", a.verb, a.resource, a.name.Name)
	case a.name.Name == "":
		return fmt.Sprintf("%s %s in namespace %s", a.verb, a.resource, a.name.Namespace)
	default:
		return fmt.Sprintf("%s %s %q in namespace %s", a.verb, a.resource, a.name.Name, a.name.Namespace)
	}
}

// rule is the rule of RBAC that allows the action.
func (a action) rule() string {
	verbs := "get, create, patch"
	if a.resource == "secrets" {
		verbs = "get, watch, create, patch, delete"
	}
	rule := fmt.Sprintf(`{apiGroups: [""], resources: [%s], verbs: [%s]`, a.resource, verbs)
	if a.name.Name != "" && a.resource != "events" {
		rule += fmt.Sprintf(", resourceNames: [%s]", a.name.Name)
	}
	return rule + "}"
}

// explain says why the API server did not do something and what to do about that. Its own words are left out: they may
// quote what they were sent.
func explain(err error, a action) string {
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return fmt.Sprintf("Namespace %s is being deleted, so nothing can be made in it.", a.name.Namespace)
	case apierrors.IsForbidden(err):
		return explainForbidden(a)
	case apierrors.IsNotFound(err) && a.verb == "patch":
		return fmt.Sprintf("Namespace %s does not exist. %s", a.name.Namespace, makeNamespace(a.name.Namespace))
	case apierrors.IsUnauthorized(err):
		return "Kubernetes does not accept who secretsync says it is: its token or certificate is invalid or has expired. Renew it, or correct the kubeconfig."
	case apierrors.IsConflict(err):
		return "Somebody changed it at the same moment. The next pass looks at it again."
	case apierrors.IsInvalid(err):
		return "Kubernetes does not accept it: " + invalidFields(err) + ". Correct that in the declaration or in the store."
	case apierrors.IsRequestEntityTooLargeError(err):
		return "It is larger than Kubernetes takes. Make it smaller."
	case errors.Is(err, context.DeadlineExceeded), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return fmt.Sprintf("Kubernetes did not answer within %s when asked to %s. The next pass tries again.", requestTimeout, a)
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err):
		return "Kubernetes has too much to do at the moment. The next pass tries again."
	}
	if reason := apierrors.ReasonForError(err); reason != metav1.StatusReasonUnknown {
		return fmt.Sprintf("Kubernetes refused to %s (%s). Its admission policies, or its audit log, say more.", a, reason)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return fmt.Sprintf("Kubernetes could not be reached to %s. Check the address in the kubeconfig, and the network. The next pass tries again.", a)
	}
	return fmt.Sprintf("Kubernetes refused to %s. Its admission policies, or its audit log, say more.", a)
}

func explainForbidden(a action) string {
	kind := "Role"
	if a.name.Namespace == "" {
		kind = "ClusterRole"
	}
	return fmt.Sprintf("secretsync is not permitted to %s, or an admission policy forbids it. Its %s needs the rule %s.", a, kind, a.rule())
}

func makeNamespace(name string) string {
	return fmt.Sprintf("Make it (kubectl create namespace %s && kubectl label namespace %s %s=true), or set createNamespaces: true in the declaration.",
		name, name, credentials.LabelProject)
}

// invalidFields names the fields that the API server found invalid, without what it says of them.
func invalidFields(err error) string {
	var fields []string
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Details != nil {
		for _, cause := range status.Status().Details.Causes {
			fields = append(fields, cause.Field)
		}
	}
	if len(fields) == 0 {
		return "something in it is invalid"
	}
	return strings.Join(fields, ", ") + " is invalid"
}

// managerOf finds the manager in what the API server says of a conflict: conflict with "kubectl-edit" using v1.
var managerOf = regexp.MustCompile(`conflict with "([^"]{1,128})"`)

// conflicts says of each field that could not be applied whose it is.
func conflicts(err error) []string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || !apierrors.IsConflict(err) || status.Status().Details == nil {
		return nil
	}
	var claims []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		manager := "somebody else"
		if found := managerOf.FindStringSubmatch(cause.Message); found != nil {
			manager = found[1]
		}
		claims = append(claims, fmt.Sprintf("%s belongs to %s", strings.TrimPrefix(cause.Field, "."), manager))
	}
	return claims
}
