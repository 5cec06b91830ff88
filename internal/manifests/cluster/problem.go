package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Problem is an error with a text for people.
type Problem struct {
	// Text says what is wrong and what to do.
	Text string
	// Cause is for the log. A person never sees it.
	Cause error
}

// Error returns the text.
func (p *Problem) Error() string { return p.Text }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// explain makes a text of what the API server, or the way to it, said.
func explain(err error, verb string, kind schema.GroupVersionKind, namespace, name string) error {
	if err == nil {
		return nil
	}
	what := strings.ToLower(kind.Kind)
	if name != "" {
		what += "/" + name
	}
	if namespace != "" {
		what += " in namespace " + namespace
	}
	var text string
	switch {
	case errors.Is(err, context.Canceled):
		text = "broken off; run it again to go on"
	case errors.Is(err, context.DeadlineExceeded), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		text = fmt.Sprintf("the cluster takes too long to %s %s; run it again to go on", verb, what)
	case meta.IsNoMatchError(err):
		text = fmt.Sprintf("the cluster knows no %s of %s: install what it is of, then run this again", kind.Kind, kind.GroupVersion())
	case apierrors.IsForbidden(err):
		text = fmt.Sprintf("you may not %s %s: ask an administrator for that permission (the API server says: %s)", verb, what, said(err))
	case apierrors.IsUnauthorized(err):
		text = "the cluster does not know who you are: log in again, or give another --kubeconfig"
	case said(err) != "":
		text = fmt.Sprintf("the API server refuses to %s %s: %s", verb, what, said(err))
	default:
		text = "the cluster can't be reached: check --kubeconfig and the network, then run this again"
	}
	return &Problem{Text: text, Cause: err}
}

// said returns the API server's own words, which are for people.
func said(err error) string {
	const most = 1000
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Status != metav1.StatusFailure {
		return ""
	}
	return fmt.Sprintf("%.*s", most, status.Status().Message)
}

func notReady(project string, waited time.Duration, message string, known bool) error {
	text := fmt.Sprintf("Kargo is not ready for Project %s after %s", project, waited)
	if known {
		text += ", and says: " + message
	} else {
		text += " and says nothing of it: check that Kargo's management controller runs"
	}
	return &Problem{Text: text + ". Nothing was made in it; run this again to go on"}
}
