package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// promotions admits Promotions.
type promotions struct{ *Admission }

func promotionKind() schema.GroupKind {
	return schema.GroupKind{Group: kargo.GroupVersion.Group, Kind: "Promotion"}
}

// Default fills in a Promotion from its Stage and renames it. It implements admission.Defaulter.
func (a promotions) Default(ctx context.Context, promotion *kargo.Promotion) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("get admission request from context: %w", err))
	}
	key := types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Stage}
	stage, err := a.stage(ctx, key)
	if err != nil {
		return apierrors.NewInternalError(
			fmt.Errorf("error finding Stage %q in namespace %q: %w", key.Name, key.Namespace, err))
	}
	if stage == nil {
		return invalidPromotion(promotion, field.NewPath("spec", "stage"), promotion.Spec.Stage,
			fmt.Sprintf("could not find Stage %q in namespace %q", key.Name, key.Namespace))
	}
	if request.Operation == admissionv1.Create {
		err = a.defaultNew(ctx, request, promotion, stage)
	} else {
		err = a.defaultChanged(request, promotion)
	}
	if err != nil {
		return err
	}
	setLabel(promotion, kargo.LabelKeyShard, stage.Spec.Shard)
	setLabel(promotion, kargo.LabelKeyStage, rules.LabelValue(promotion.Spec.Stage))
	setAnnotation(promotion, kargo.AnnotationKeyStage, promotion.Spec.Stage)
	owner := metav1.NewControllerRef(stage, kargo.GroupVersion.WithKind("Stage"))
	promotion.OwnerReferences = []metav1.OwnerReference{*owner}
	return nil
}

func (a promotions) defaultNew(
	ctx context.Context, request admission.Request, promotion *kargo.Promotion, stage *kargo.Stage,
) error {
	if promotion.Spec.Origin != nil && promotion.Spec.Freight == "" {
		candidates, err := a.candidates(ctx, stage)
		if err != nil {
			return apierrors.NewInternalError(fmt.Errorf("list available freight: %w", err))
		}
		origin := promotion.Spec.Origin.String()
		candidate, ok := candidates[origin]
		if !ok {
			return invalidPromotion(promotion, field.NewPath("spec", "origin"), origin,
				fmt.Sprintf("no auto-promotion candidate found for origin %q on Stage %q", origin, stage.Name))
		}
		promotion.Spec.Freight, promotion.Spec.Origin = candidate.Name, nil
	}
	promotion.Name = rules.PromotionName(stage.Name, promotion.Spec.Freight)
	if !a.isControlPlane(request.UserInfo) {
		setAnnotation(promotion, kargo.AnnotationKeyCreateActor, userActor(request.UserInfo))
	}
	a.signAbort(request, nil, promotion)
	if stage.IsControlFlow() {
		return invalidPromotion(promotion, field.NewPath("spec", "stage"), promotion.Spec.Stage,
			fmt.Sprintf("Stage %q in namespace %q defines no promotion steps", promotion.Spec.Stage, promotion.Namespace))
	}
	template := stage.Spec.PromotionTemplate.Spec
	promotion.Spec.Vars = slices.Concat(stage.Spec.Vars, template.Vars)
	promotion.Spec.Steps = slices.Clone(template.Steps)
	for i := range promotion.Spec.Steps {
		step := &promotion.Spec.Steps[i]
		if step.Task != nil {
			// Tasks are not simulated, so none exists.
			return apierrors.NewNotFound(
				schema.GroupResource{Group: kargo.GroupVersion.Group, Resource: "promotiontasks"}, step.Task.Name)
		}
		step.As = step.GetAlias(i)
	}
	a.noteIntent(ctx, request, promotion, stage)
	return nil
}

// defaultChanged keeps on an existing Promotion what its creation said about who made it and why.
func (a promotions) defaultChanged(request admission.Request, promotion *kargo.Promotion) error {
	var before kargo.Promotion
	if err := json.Unmarshal(request.OldObject.Raw, &before); err != nil {
		return apierrors.NewInternalError(fmt.Errorf("decode old object: %w", err))
	}
	for _, key := range []string{
		kargo.AnnotationKeyCreateActor, kargo.AnnotationKeyAutoPromotionHold, kargo.AnnotationKeyAutoPromotionResume,
	} {
		if value, ok := before.Annotations[key]; ok {
			setAnnotation(promotion, key, value)
		} else {
			delete(promotion.Annotations, key)
		}
	}
	a.signAbort(request, &before, promotion)
	return nil
}

// signAbort notes in a new request to abort who made it.
func (a promotions) signAbort(request admission.Request, before, promotion *kargo.Promotion) {
	asked, ok := rules.AbortRequest(promotion.Annotations)
	if !ok {
		return
	}
	if before != nil {
		if known, ok := rules.AbortRequest(before.Annotations); ok && known == asked {
			return
		}
	}
	asked.ControlPlane = a.isControlPlane(request.UserInfo)
	if !asked.ControlPlane {
		asked.Actor = userActor(request.UserInfo)
	}
	setAnnotation(promotion, kargo.AnnotationKeyAbort, asked.String())
}

// noteIntent says on a Promotion that a person made whether it holds auto-promotion of its origin or
// resumes it. What it cannot find out it leaves out, as Kargo does.
func (a promotions) noteIntent(
	ctx context.Context, request admission.Request, promotion *kargo.Promotion, stage *kargo.Stage,
) {
	if a.isControlPlane(request.UserInfo) {
		actor := promotion.Annotations[kargo.AnnotationKeyCreateActor]
		if actor == "" || strings.HasPrefix(actor, rules.ActorController) {
			return
		}
	}
	delete(promotion.Annotations, kargo.AnnotationKeyAutoPromotionHold)
	delete(promotion.Annotations, kargo.AnnotationKeyAutoPromotionResume)
	if enabled, err := rules.AutoPromotionEnabled(ctx, a.reader, stage); err != nil || !enabled {
		return
	}
	freight, err := a.freight(ctx, types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Freight})
	if err != nil || freight == nil {
		return
	}
	candidates, err := a.candidates(ctx, stage)
	if err != nil {
		return
	}
	origin := freight.Origin.String()
	if candidate, ok := candidates[origin]; ok && candidate.Name == freight.Name {
		setAnnotation(promotion, kargo.AnnotationKeyAutoPromotionResume, origin)
		return
	}
	setAnnotation(promotion, kargo.AnnotationKeyAutoPromotionHold, origin)
}

func invalidPromotion(promotion *kargo.Promotion, path *field.Path, value any, message string) error {
	return apierrors.NewInvalid(promotionKind(), promotion.Name, field.ErrorList{field.Invalid(path, value, message)})
}
