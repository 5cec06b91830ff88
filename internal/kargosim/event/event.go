// Package event records what happens in Kargo as Kubernetes Events with the reasons and annotations that
// Kargo gives them. Nothing may depend on them: Events get lost and expire.
package event

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// The reasons of Kargo's Events. That of a finished Promotion is "Promotion" and its phase.
const (
	PromotionCreated    = "PromotionCreated"
	promotion           = "Promotion"
	FreightCreated      = "FreightCreated"
	FreightApproved     = "FreightApproved"
	freightVerification = "FreightVerification"
)

const prefix = "event.kargo.akuity.io/"

// deadline bounds the recording of one Event.
const deadline = 5 * time.Second

// Recorder records Events as one of Kargo's programs.
type Recorder struct {
	// Client writes the Events.
	Client client.Writer
	// Clock says when.
	Clock clock.PassiveClock
	// Component is the program's name.
	Component string
	// Log hears of Events that could not be recorded.
	Log *slog.Logger
}

// Promotion records what happened to a Promotion. The actor is replaced by who made the Promotion, if
// that is known. The Freight may be nil.
func (r *Recorder) Promotion(
	ctx context.Context, reason, message, actor string, p *kargo.Promotion, freight *kargo.Freight, extra map[string]string,
) {
	if creator, ok := p.Annotations[kargo.AnnotationKeyCreateActor]; ok {
		actor = creator
	}
	annotations := map[string]string{
		prefix + "promotion-name":        p.Name,
		prefix + "stage-name":            p.Spec.Stage,
		prefix + "promotion-create-time": p.CreationTimestamp.Format(time.RFC3339),
	}
	if p.Annotations[kargo.AnnotationKeyRollback] == kargo.AnnotationValueTrue {
		annotations[prefix+"rollback"] = kargo.AnnotationValueTrue
	}
	addFreight(annotations, freight, p.Spec.Stage)
	r.record(ctx, reason, message, actor, corev1.ObjectReference{
		APIVersion: kargo.GroupVersion.String(), Kind: "Promotion", Namespace: p.Namespace, Name: p.Name,
	}, annotations, extra)
}

// PromotionFinished records how a Promotion ended.
func (r *Recorder) PromotionFinished(
	ctx context.Context, actor string, p *kargo.Promotion, freight *kargo.Freight, extra map[string]string,
) {
	message := "Promotion " + string(p.Status.Phase)
	if p.Status.Message != "" {
		message += ": " + p.Status.Message
	}
	r.Promotion(ctx, promotion+string(p.Status.Phase), message, actor, p, freight, extra)
}

// Freight records what happened to Freight, in a Stage unless that is empty.
func (r *Recorder) Freight(ctx context.Context, reason, message, actor, stage string, freight *kargo.Freight) {
	annotations := make(map[string]string)
	addFreight(annotations, freight, stage)
	r.record(ctx, reason, message, actor, freightReference(freight), annotations, nil)
}

// Verification records how the verification of Freight in a Stage ended.
func (r *Recorder) Verification(
	ctx context.Context, actor, stage string, freight *kargo.Freight, verification *kargo.VerificationInfo,
) {
	reasons := map[kargo.VerificationPhase]string{
		kargo.VerificationPhaseSuccessful: "Succeeded", kargo.VerificationPhaseFailed: "Failed",
		kargo.VerificationPhaseError: "Errored", kargo.VerificationPhaseAborted: "Aborted",
		kargo.VerificationPhaseInconclusive: "Inconclusive",
	}
	reason, known := reasons[verification.Phase]
	if !known {
		reason = "Unknown"
	}
	message := verification.Message
	if verification.Phase == kargo.VerificationPhaseSuccessful {
		message = "Freight verification succeeded"
	}
	if verification.Actor != "" {
		actor = verification.Actor
	}
	annotations := make(map[string]string)
	addFreight(annotations, freight, stage)
	for key, at := range map[string]*metav1.Time{"start": verification.StartTime, "finish": verification.FinishTime} {
		if at != nil {
			annotations[prefix+"verification-"+key+"-time"] = at.Format(time.RFC3339)
		}
	}
	r.record(ctx, freightVerification+reason, message, actor, freightReference(freight), annotations, nil)
}

func freightReference(freight *kargo.Freight) corev1.ObjectReference {
	return corev1.ObjectReference{
		APIVersion: kargo.GroupVersion.String(), Kind: "Freight", Namespace: freight.Namespace, Name: freight.Name,
	}
}

func addFreight(annotations map[string]string, freight *kargo.Freight, stage string) {
	if freight == nil {
		return
	}
	annotations[prefix+"freight-name"] = freight.Name
	annotations[prefix+"freight-create-time"] = freight.EffectiveDiscoveredAt().Format(time.RFC3339)
	annotations[prefix+"stage-name"] = stage
	annotations[prefix+"freight-warehouse-name"] = freight.Origin.Name
	annotations[prefix+"freight-alias"] = freight.Alias
	if images, err := json.Marshal(freight.Images); err == nil && len(freight.Images) > 0 {
		annotations[prefix+"freight-images"] = string(images)
	}
	if commits, err := json.Marshal(freight.Commits); err == nil && len(freight.Commits) > 0 {
		annotations[prefix+"freight-commits"] = string(commits)
	}
}

func (r *Recorder) record(
	ctx context.Context, reason, message, actor string, about corev1.ObjectReference, annotations, extra map[string]string,
) {
	maps.Copy(annotations, extra)
	annotations[prefix+"project"] = about.Namespace
	if actor != "" {
		annotations[prefix+"actor"] = actor
	}
	now := metav1.NewTime(r.Clock.Now())
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	err := r.Client.Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: about.Namespace, Name: about.Name + "." + rand.String(16), Annotations: annotations,
		},
		InvolvedObject: about,
		Reason:         reason,
		Message:        message,
		Type:           corev1.EventTypeNormal,
		Source:         corev1.EventSource{Component: r.Component},
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
	})
	if err != nil && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "Event not recorded", "reason", reason, "object", about.Name, "error", err)
	}
}
