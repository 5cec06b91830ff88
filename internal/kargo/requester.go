package kargo

import (
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// maxActor bounds what is shown of who asked, in characters.
const maxActor = 100

// actorServiceAccount begins Kargo's word for a ServiceAccount, such as the bot's.
const actorServiceAccount = "kubernetes:system:serviceaccount:"

// Requester says for people who asked for a Promotion: the person the bot made it for, else whom Kargo
// says. It is empty if Kargo promoted by itself.
func Requester(p *kargoapi.Promotion) string {
	if by := p.Annotations[v1alpha1.AnnotationRequestedBy]; by != "" && isOurs(p) {
		// "slack:T01/U42 (octocat@acme.dev)"
		if _, username, ok := strings.Cut(strings.TrimSuffix(by, ")"), " ("); ok && username != "" {
			by = username
		}
		return chatops.Shorten(by, maxActor)
	}
	return actor(p.Annotations[kargoapi.AnnotationKeyCreateActor])
}

// isOurs reports whether a Promotion may be one that the bot made. Anybody who may promote can set our
// annotations, but not Kargo's: what a person made is that person's.
func isOurs(p *kargoapi.Promotion) bool {
	return strings.HasPrefix(p.Annotations[kargoapi.AnnotationKeyCreateActor], actorServiceAccount)
}

// MadeFor returns the name and the UID of the Shipment that a Promotion was made for; empty if it was made for
// none.
func MadeFor(p *kargoapi.Promotion) (shipment string, uid types.UID) {
	shipment, uid = p.Annotations[v1alpha1.AnnotationShipment], types.UID(p.Labels[v1alpha1.LabelShipmentUID])
	if shipment == "" || uid == "" || !isOurs(p) {
		return "", ""
	}
	return shipment, uid
}

// Aborted says for people by whom a Promotion was aborted at the bot's hands; "" if it was not.
func Aborted(p *kargoapi.Promotion) string {
	by := p.Annotations[v1alpha1.AnnotationAbortedBy]
	if by == "" || p.Status.Phase != kargoapi.PromotionPhaseAborted {
		return ""
	}
	return "Aborted by " + chatops.Shorten(by, maxActor) + "."
}

// actor puts Kargo's word for an actor (pkg/api/event.go of v1.11.2) into people's: a kind or a claim,
// and a name. It is empty for Kargo itself.
func actor(word string) string {
	kind, name, ok := strings.Cut(word, ":")
	switch {
	case word == "":
		return ""
	case word == "admin":
		return "Kargo's administrator"
	case !ok:
		return chatops.Shorten(word, maxActor)
	case kind == "controller":
		return ""
	}
	if account, ok := strings.CutPrefix(name, "system:serviceaccount:"); ok {
		name = "ServiceAccount " + strings.Replace(account, ":", "/", 1)
	}
	return chatops.Shorten(name, maxActor)
}
