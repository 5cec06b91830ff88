package admission

import (
	"context"
	"fmt"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// ValidateCreate implements admission.Validator.
func (a promotions) ValidateCreate(ctx context.Context, promotion *kargo.Promotion) (admission.Warnings, error) {
	wrong, err := a.validateProject(ctx, promotion.Namespace)
	if err != nil {
		return nil, err
	}
	if wrong != nil {
		return nil, apierrors.NewInvalid(promotionKind(), promotion.Name, field.ErrorList{wrong})
	}
	if err := a.authorize(ctx, promotion, "create"); err != nil {
		// Kargo wraps its refusal, which makes 500 of 403.
		return nil, apierrors.NewInternalError(err)
	}
	if (promotion.Spec.Freight == "") == (promotion.Spec.Origin == nil) {
		return nil, invalidPromotion(promotion, field.NewPath("spec"), promotion.Spec,
			"exactly one of spec.freight or spec.origin must be set")
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("get admission request from context: %w", err))
	}
	stage, err := a.stage(ctx, types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Stage})
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("get stage: %w", err))
	}
	freight, err := a.freight(ctx, types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Freight})
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("get freight: %w", err))
	}
	if !rules.IsAvailable(stage, freight, a.clock.Now()) {
		return nil, invalidPromotion(promotion, field.NewPath("spec", "freight"), promotion.Spec.Freight,
			"Freight is not available to this Stage")
	}
	// Kargo does so on a dry run too.
	if a.events != nil && !a.isControlPlane(request.UserInfo) {
		actor := userActor(request.UserInfo)
		a.events.Promotion(ctx, event.PromotionCreated,
			fmt.Sprintf("Promotion created for Stage %q by %q", promotion.Spec.Stage, actor), actor, promotion, freight, nil)
	}
	return nil, nil
}

// ValidateUpdate implements admission.Validator.
func (a promotions) ValidateUpdate(ctx context.Context, _, promotion *kargo.Promotion) (admission.Warnings, error) {
	if err := a.authorize(ctx, promotion, "update"); err != nil {
		return nil, apierrors.NewInternalError(err)
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("get admission request from context: %w", err))
	}
	// Compared as they came: the Go types know less of a spec than Kargo's.
	var before, after struct {
		Spec map[string]any `json:"spec"`
	}
	if err := json.Unmarshal(request.OldObject.Raw, &before); err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("decode old object: %w", err))
	}
	if err := json.Unmarshal(request.Object.Raw, &after); err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("decode object: %w", err))
	}
	if !apiequality.Semantic.DeepEqual(before, after) {
		return nil, invalidPromotion(promotion, field.NewPath("spec"), promotion.Spec, "spec is immutable")
	}
	return nil, nil
}

// ValidateDelete implements admission.Validator.
func (a promotions) ValidateDelete(ctx context.Context, promotion *kargo.Promotion) (admission.Warnings, error) {
	return nil, a.authorize(ctx, promotion, "delete")
}

// authorize refuses those who may not promote to the Promotion's Stage.
func (a promotions) authorize(ctx context.Context, promotion *kargo.Promotion, action string) error {
	// So named in Kargo's refusals, though it is the kind.
	resource := schema.GroupResource{Group: kargo.GroupVersion.Group, Resource: "Promotion"}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return apierrors.NewForbidden(resource, promotion.Name, fmt.Errorf(
			"error retrieving admission request from context; refusing to %s Promotion", action))
	}
	allowed, err := a.mayPromote(ctx, request.UserInfo,
		types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Stage})
	if err != nil {
		return apierrors.NewForbidden(resource, promotion.Name, fmt.Errorf(
			"error creating SubjectAccessReview; refusing to %s Promotion", action))
	}
	if !allowed {
		return apierrors.NewForbidden(resource, promotion.Name, fmt.Errorf(
			"subject %q is not permitted to %s Promotions for Stage %q",
			request.UserInfo.Username, action, promotion.Spec.Stage))
	}
	return nil
}
