package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// nameHash is how much of the request's digest is part of a Shipment's name, in hexadecimal digits.
// Should two requests collide all the same, the whole digest in the spec tells them apart.
const nameHash = 12

// terminalPrefix begins the names of Shipments that people make themselves
// (deploy/helm/kargo-bot/templates/terminal.yaml).
const terminalPrefix = "terminal-"

// maxName keeps a Shipment's name short enough to be the value of a label.
const maxName = 63

// digest identifies a request: it is the same for a retry, and different for any other request.
func digest(r Request) string {
	sum := sha256.Sum256([]byte(string(r.Actor.Source) + "\x00" + r.Key))
	return hex.EncodeToString(sum[:])
}

// shipmentName derives a Shipment's name from the request alone, so that a retry meets the first.
func shipmentName(o order, targets []kargo.Target) string {
	lead := strings.ToLower(string(o.action)) + "-" + subjectOf(o, targets)
	if o.request.Actor.Source == chatops.SourceTerminal {
		// The chart's policy keeps people to names of their own, so that none gets in the way of others.
		lead = terminalPrefix + lead
	}
	if o.environment != "" {
		lead += "-" + targets[0].Environment
	}
	if most := maxName - nameHash - 1; len(lead) > most {
		lead = lead[:most]
	}
	return strings.TrimRight(lead, "-.") + "-" + digest(o.request)[:nameHash]
}

// subjectOf names what a request is about by its words: which of the services can go may be another one
// at the next try.
func subjectOf(o order, targets []kargo.Target) string {
	switch {
	case len(o.words) > 1:
		return fmt.Sprintf("%d-services", len(targets))
	case strings.EqualFold(o.words[0][strings.LastIndex(o.words[0], "/")+1:], chatops.All):
		return chatops.All
	default:
		return targets[0].Service
	}
}

// ship makes the Shipment, or finds the one that an earlier try of the same request has made: then
// s becomes that one.
func (b *Bot) ship(ctx context.Context, s *v1alpha1.Shipment) error {
	wanted := s.DeepCopy()
	err := b.Shipments.Create(ctx, s)
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err) || apierrors.IsInvalid(err) || apierrors.IsNotFound(err):
		return &chatops.Problem{
			Code:  chatops.CodeInternal,
			Title: "I couldn't record your request, so I did nothing. Whoever runs this bot finds the reason in its log.",
			Err:   fmt.Errorf("create shipment: %w", err),
		}
	default:
		return b.recorded(ctx, s, wanted, err)
	}
}

// recheckTimeout bounds the look at what is recorded already.
const recheckTimeout = 500 * time.Millisecond

// recorded finds the Shipment that could not be made because there is one of that name, or whose making
// was not answered.
func (b *Bot) recorded(ctx context.Context, s, wanted *v1alpha1.Shipment, cause error) error {
	// The request's own time may be what ran out.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recheckTimeout)
	defer cancel()
	var found v1alpha1.Shipment
	err := b.Quorum.Get(ctx, client.ObjectKeyFromObject(s), &found)
	switch {
	case err == nil && sameRequest(&found, wanted.Spec.RequestDigest, wanted.Spec.RequestedBy.Source, wanted.Spec.RequestedBy.ID):
		*s = found
		return nil
	case err == nil:
		return &chatops.Problem{
			Code:  chatops.CodeInternal,
			Title: "Another request goes by the name that yours would get, so I did nothing. Please ask again.",
			Err:   fmt.Errorf("shipment %s is another request's", s.Name),
		}
	}
	if _, answered := errors.AsType[*apierrors.StatusError](cause); answered && apierrors.IsNotFound(err) && !apierrors.IsTimeout(cause) && !apierrors.IsServerTimeout(cause) {
		return &chatops.Problem{
			Code:  chatops.CodeUnavailable,
			Title: "Kubernetes did not take your request, so I did nothing. Please try again in a minute.",
			Err:   fmt.Errorf("create shipment: %w", cause),
		}
	}
	return &chatops.Problem{
		Code:  chatops.CodeUnavailable,
		Title: "Kubernetes did not answer, so I don't know whether your request was recorded. Look at what is running before you ask again.",
		Err:   fmt.Errorf("create shipment: %w", cause),
	}
}

// earlier returns the Shipment that an earlier try of the same request made, if there is one.
func (b *Bot) earlier(ctx context.Context, o order, targets []kargo.Target) *v1alpha1.Shipment {
	var s v1alpha1.Shipment
	key := client.ObjectKey{Namespace: targets[0].Namespace, Name: shipmentName(o, targets)}
	by := o.request.Actor
	if err := b.Quorum.Get(ctx, key, &s); err != nil || !sameRequest(&s, digest(o.request), string(by.Source), by.ID) {
		return nil
	}
	return &s
}

// sameRequest reports whether a Shipment was made for that very request. The digest is no secret: whoever
// may make Shipments could make one that looks like it, but only in their own name.
func sameRequest(s *v1alpha1.Shipment, digest, source, id string) bool {
	return s.Spec.RequestDigest == digest && s.Spec.RequestedBy.Source == source && s.Spec.RequestedBy.ID == id
}
