package rules

import (
	"encoding/json"
	"strings"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Actors in annotations and events.
const (
	// ActorKubernetes begins the actor that is a user of Kubernetes.
	ActorKubernetes = "kubernetes:"
	// ActorController begins the actor that is one of Kargo's controllers.
	ActorController = "controller:"
)

// Request is what an annotation that asks for something says: either the bare Subject, or JSON.
type Request struct {
	// Subject is what the request is about: the action of an abort, or the ID of a verification.
	Subject string
	// Actor is who asked.
	Actor string
	// ControlPlane says that Kargo itself asked.
	ControlPlane bool

	subjectKey string
}

// AbortRequest returns the request to abort a Promotion, if its annotations have one.
func AbortRequest(annotations map[string]string) (Request, bool) {
	return parse(annotations[kargo.AnnotationKeyAbort], "action")
}

// VerificationRequest returns the request about a verification in the annotation key of a Stage, if there
// is one.
func VerificationRequest(annotations map[string]string, key string) (Request, bool) {
	return parse(annotations[key], "id")
}

func parse(value, subjectKey string) (Request, bool) {
	request := Request{Subject: value, subjectKey: subjectKey}
	if json.Valid([]byte(value)) {
		var fields map[string]any
		if json.Unmarshal([]byte(value), &fields) != nil {
			return Request{}, false
		}
		request.Subject, _ = fields[subjectKey].(string)
		request.Actor, _ = fields["actor"].(string)
		request.ControlPlane, _ = fields["controlPlane"].(bool)
	}
	return request, strings.TrimSpace(request.Subject) != ""
}

// String returns the request as admission writes it back: JSON.
func (r Request) String() string {
	fields := map[string]any{r.subjectKey: r.Subject}
	if r.Actor != "" {
		fields["actor"] = r.Actor
	}
	if r.ControlPlane {
		fields["controlPlane"] = true
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return r.Subject // strings and booleans can always be encoded
	}
	return string(raw)
}
