package kargo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// createTimeout bounds the making of a Promotion, most of which is Kargo's admission. What takes longer
// is looked for when it is tried again.
const createTimeout = 10 * time.Second

// Promoter makes Promotions.
type Promoter struct {
	// writer speaks to the API server with the bot's identity.
	writer client.Client
	// quorum reads from the API server itself, never from a cache.
	quorum client.Reader
}

// NewPromoter returns a Promoter that writes with writer and makes sure with quorum, which must not
// be a cache.
func NewPromoter(writer client.Client, quorum client.Reader) *Promoter {
	return &Promoter{writer: writer, quorum: quorum}
}

// PromotionRequest is a Promotion to be made.
type PromotionRequest struct {
	Namespace string
	Stage     string
	// Freight is the name of what is to be promoted. Without one, Kargo chooses from Origin what it would
	// promote by itself, which ends a hold of auto-promotion.
	Freight string
	Origin  kargoapi.FreightOrigin
	// Labels identify the Promotion: one that has all of them is this one, made by an earlier try.
	Labels      map[string]string
	Annotations map[string]string
}

// Ensure returns the Promotion with the labels of the request, and makes it if there is none. It
// first looks, with a read that sees every write before it: that is what makes a retry after a lost
// answer safe. A refusal that a retry won't change comes back as a *Refused.
func (p *Promoter) Ensure(ctx context.Context, r PromotionRequest) (*kargoapi.Promotion, error) {
	ctx, cancel := context.WithTimeout(ctx, createTimeout)
	defer cancel()

	made, err := p.Made(ctx, r.Namespace, r.Labels)
	if err != nil {
		return nil, err
	}
	if existing := r.Among(made); existing != nil {
		return existing, nil
	}
	promotion := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: r.Namespace,
			// Kargo's admission gives it a name of its own, so the name has to be read back. The
			// object must be made by POST: see docs/adr.
			GenerateName: r.Stage + "-",
			Labels:       r.Labels,
			Annotations:  r.Annotations,
		},
		Spec: kargoapi.PromotionSpec{Stage: r.Stage, Freight: r.Freight},
	}
	if r.Freight == "" {
		promotion.Spec.Origin = &r.Origin
	}
	if err := p.writer.Create(ctx, promotion); err != nil {
		return nil, refusal(err)
	}
	return promotion, nil
}

// Made returns the Promotions that have all of these labels. It sees every write before it.
func (p *Promoter) Made(ctx context.Context, namespace string, with map[string]string) ([]kargoapi.Promotion, error) {
	ctx, cancel := context.WithTimeout(ctx, createTimeout)
	defer cancel()
	var made kargoapi.PromotionList
	if err := p.quorum.List(ctx, &made, client.InNamespace(namespace), client.MatchingLabels(with)); err != nil {
		return nil, fmt.Errorf("look for an earlier promotion: %w", err)
	}
	return made.Items, nil
}

// Among returns the one of the Promotions that was made for the request, or nil if none was.
func (r *PromotionRequest) Among(made []kargoapi.Promotion) *kargoapi.Promotion {
	for i := range made {
		// The labels are anybody's to set who may promote; what they are on must be what was asked. Of what
		// Kargo chose, only the Stage was.
		p := &made[i]
		if p.Spec.Stage == r.Stage && (r.Freight == "" || p.Spec.Freight == r.Freight) && labels.SelectorFromSet(r.Labels).Matches(labels.Set(p.Labels)) {
			return p
		}
	}
	return nil
}

// Refused says that Kargo or the API server turned down for good what it was asked.
type Refused struct {
	// Reason says why, for people.
	Reason string
	// Unavailable says that it was because Kargo found the Freight not to be available to the Stage.
	Unavailable bool
	// Err is the API server's answer.
	Err error
}

// Error implements error.
func (e *Refused) Error() string { return e.Reason + ": " + e.Err.Error() }

// Unwrap returns the API server's answer.
func (e *Refused) Unwrap() error { return e.Err }

// refusal tells answers that are final from those that a retry may change.
func refusal(err error) error {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return fmt.Errorf("create promotion: %w", err)
	}
	message := status.Status().Message
	switch {
	case notPermitted(message):
		return &Refused{Reason: "The bot itself may not promote to this Stage: its ServiceAccount needs the verbs create on promotions and promote on the Stage.", Err: err}
	case apierrors.IsInvalid(err), apierrors.IsForbidden(err), apierrors.IsNotFound(err), apierrors.IsBadRequest(err):
		// Kargo, another admission webhook, a policy or a quota: it says itself who it is.
		return &Refused{
			Reason:      "The Promotion was refused: " + firstLine(causes(status, message)),
			Unavailable: strings.Contains(message, unavailable), Err: err,
		}
	default:
		return fmt.Errorf("create promotion: %w", err)
	}
}

// unavailable is what Kargo says of Freight that may not go to a Stage
// (pkg/webhook/kubernetes/promotion/webhook.go of v1.11.2).
const unavailable = "Freight is not available to this Stage"

// notPermitted recognises that the bot lacks a permission. The sentence is all there is to tell it by:
// a missing promote comes from Kargo's webhook with status 500 and no reason of its own
// (pkg/webhook/kubernetes/promotion/webhook.go of v1.11.2), and status 403 is also how admission
// webhooks, quotas and a namespace that is being deleted refuse.
func notPermitted(message string) bool {
	return strings.Contains(message, "is not permitted to create Promotions") ||
		strings.Contains(message, "cannot create resource")
}

// causes returns what the API server says, without the name of the webhook that says it.
func causes(status apierrors.APIStatus, message string) string {
	if details := status.Status().Details; details != nil && len(details.Causes) > 0 && details.Causes[0].Message != "" {
		return details.Causes[0].Message
	}
	if _, says, ok := strings.Cut(message, " denied the request: "); ok {
		return says
	}
	return message
}

// firstLine keeps what the API server says short enough for a message to people.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return chatops.Shorten(s, 300)
}
