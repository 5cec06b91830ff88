package app

import (
	"errors"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func asProblem(err error) (*chatops.Problem, bool) { return errors.AsType[*chatops.Problem](err) }

// asStatus finds what the API server answered in an error.
func asStatus(err error) (*apierrors.StatusError, bool) {
	return errors.AsType[*apierrors.StatusError](err)
}

// inNamespace is how RBAC's refusals name a namespace, which they do nowhere else.
var inNamespace = regexp.MustCompile(`in the namespace "([a-z0-9-]+)"`)

// namespaceIn returns the namespace that a refusal is about, or "".
func namespaceIn(message string) string {
	if found := inNamespace.FindStringSubmatch(message); found != nil {
		return found[1]
	}
	return ""
}
