package admission

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// stages admits Stages.
type stages struct{ *Admission }

// Default notes who asked to verify again, or to abort a verification. It implements admission.Defaulter.
func (a stages) Default(ctx context.Context, stage *kargo.Stage) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return fmt.Errorf("get admission request from context: %w", err)
	}
	setLabel(stage, kargo.LabelKeyShard, stage.Spec.Shard)
	var before kargo.Stage
	if request.Operation == admissionv1.Update {
		if err := json.Unmarshal(request.OldObject.Raw, &before); err != nil {
			return fmt.Errorf("decode old object: %w", err)
		}
	}
	for _, key := range []string{kargo.AnnotationKeyReverify, kargo.AnnotationKeyAbort} {
		asked, ok := rules.VerificationRequest(stage.Annotations, key)
		if !ok {
			continue
		}
		if known, ok := rules.VerificationRequest(before.Annotations, key); ok && known == asked {
			continue
		}
		asked.ControlPlane = a.isControlPlane(request.UserInfo)
		if !asked.ControlPlane {
			asked.Actor = userActor(request.UserInfo)
		}
		setAnnotation(stage, key, asked.String())
	}
	return nil
}

// ValidateCreate implements admission.Validator.
func (a stages) ValidateCreate(ctx context.Context, stage *kargo.Stage) (admission.Warnings, error) {
	wrong, err := a.validateProject(ctx, stage.Namespace)
	if err != nil {
		return nil, err
	}
	errs := checkStage(stage)
	if wrong != nil {
		errs = append(field.ErrorList{wrong}, errs...)
	}
	return nil, invalidStage(stage, errs)
}

// ValidateUpdate implements admission.Validator.
func (a stages) ValidateUpdate(_ context.Context, _, stage *kargo.Stage) (admission.Warnings, error) {
	return nil, invalidStage(stage, checkStage(stage))
}

// ValidateDelete implements admission.Validator.
func (a stages) ValidateDelete(context.Context, *kargo.Stage) (admission.Warnings, error) {
	return nil, nil
}

func invalidStage(stage *kargo.Stage, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	return apierrors.NewInvalid(
		schema.GroupKind{Group: kargo.GroupVersion.Group, Kind: "Stage"}, stage.Name, errs)
}

func checkStage(stage *kargo.Stage) field.ErrorList {
	var errs field.ErrorList
	path := field.NewPath("spec", "requestedFreight")
	seen := make(map[string]int)
	for i, request := range stage.Spec.RequestedFreight {
		origin := request.Origin.String()
		if seen[origin]++; seen[origin] == 2 {
			errs = append(errs, field.Invalid(path, origin,
				fmt.Sprintf("freight with origin %s requested multiple times in %s", origin, path)))
		}
		errs = append(errs, checkSources(path.Index(i).Child("sources"), request.Sources)...)
	}
	if stage.Spec.PromotionTemplate == nil {
		return errs
	}
	return append(errs, checkSteps(
		field.NewPath("spec", "promotionTemplate", "spec", "steps"), stage.Spec.PromotionTemplate.Spec.Steps)...)
}

func checkSources(path *field.Path, sources kargo.FreightSources) field.ErrorList {
	var errs field.ErrorList
	if sources.AutoPromotionOptions == nil ||
		sources.AutoPromotionOptions.SelectionPolicy != kargo.AutoPromotionSelectionPolicyMatchUpstream {
		return nil
	}
	policy := path.Child("autoPromotionOptions").Child("selectionPolicy")
	if sources.Direct {
		errs = append(errs, field.Invalid(policy, sources.AutoPromotionOptions.SelectionPolicy,
			"selection policy 'MatchUpstream' cannot be used when accepting Freight directly from its origin"))
	}
	if len(sources.Stages) != 1 {
		errs = append(errs, field.Invalid(policy, sources.AutoPromotionOptions.SelectionPolicy,
			"selection policy 'MatchUpstream' requires exactly one upstream Stage to be specified"))
	}
	return errs
}

// checkSteps refuses aliases that are given twice or kept for steps without one.
func checkSteps(path *field.Path, steps []kargo.PromotionStep) field.ErrorList {
	var errs field.ErrorList
	reserved := regexp.MustCompile(`^(step|task)-\d+$`)
	first := make(map[string]int)
	for i, step := range steps {
		alias := strings.TrimSpace(step.As)
		if alias == "" {
			continue
		}
		if earlier, taken := first[alias]; taken {
			errs = append(errs, field.Invalid(path.Index(i).Child("as"), alias,
				fmt.Sprintf("step alias duplicates that of %s", path.Index(earlier))))
		} else {
			first[alias] = i
		}
		if reserved.MatchString(alias) {
			errs = append(errs, field.Invalid(path.Index(i).Child("as"), alias, "step alias is reserved"))
		}
	}
	return errs
}
