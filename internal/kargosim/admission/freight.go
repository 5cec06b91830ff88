package admission

import (
	"context"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// freights admits Freight.
type freights struct{ *Admission }

func freightKind() schema.GroupKind {
	return schema.GroupKind{Group: kargo.GroupVersion.Group, Kind: "Freight"}
}

func freightResource() schema.GroupResource {
	return schema.GroupResource{Group: kargo.GroupVersion.Group, Resource: "freights"}
}

// Default names new Freight by its contents, gives it an alias, and keeps the alias in a label. It
// implements admission.Defaulter.
func (a freights) Default(ctx context.Context, freight *kargo.Freight) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("error getting admission request from context: %w", err))
	}
	creating := request.Operation == admissionv1.Create
	if creating {
		freight.Name = rules.FreightName(freight)
	}
	if freight.DiscoveredAt == nil {
		freight.DiscoveredAt = freight.CreationTimestamp.DeepCopy()
		if freight.DiscoveredAt.IsZero() {
			now := metav1.NewTime(a.clock.Now())
			freight.DiscoveredAt = &now
		}
	}
	if freight.Alias == "" && creating {
		if freight.Alias, err = a.freeAlias(ctx, freight.Name); err != nil {
			return fmt.Errorf("get available freight alias: %w", err)
		}
	}
	setLabel(freight, kargo.LabelKeyAlias, freight.Alias)
	return nil
}

// freeAlias returns an alias that no Freight has. The same Freight gets the same one wherever it is free,
// so that what is shown of a simulated world is the same each time.
func (a freights) freeAlias(ctx context.Context, name string) (string, error) {
	for attempt := 0; ; attempt++ {
		alias := rules.Alias(name, attempt)
		taken, err := a.withAlias(ctx, alias)
		if err != nil {
			return "", err
		}
		if len(taken) == 0 {
			return alias, nil
		}
	}
}

func (a freights) withAlias(ctx context.Context, alias string, options ...client.ListOption) ([]kargo.Freight, error) {
	var list kargo.FreightList
	options = append(options, client.MatchingLabels{kargo.LabelKeyAlias: alias})
	if err := a.reader.List(ctx, &list, options...); err != nil {
		return nil, fmt.Errorf("error checking for existence of Freight with alias %q: %w", alias, err)
	}
	return list.Items, nil
}

// ValidateCreate implements admission.Validator.
func (a freights) ValidateCreate(ctx context.Context, freight *kargo.Freight) (admission.Warnings, error) {
	var errs field.ErrorList
	wrong, err := a.validateProject(ctx, freight.Namespace)
	if err != nil {
		return nil, err
	}
	if wrong != nil {
		errs = append(errs, wrong)
	}
	if len(freight.Commits)+len(freight.Images)+len(freight.Charts)+len(freight.Artifacts) == 0 {
		errs = append(errs, field.Invalid(field.NewPath(""), freight.Name,
			"freight must contain at least one commit, image, or chart"))
	}
	same, err := a.withAlias(ctx, freight.Alias, client.InNamespace(freight.Namespace))
	if err != nil {
		return nil, apierrors.NewInternalError(err)
	}
	if len(same) > 0 {
		errs = append(errs, field.Invalid(field.NewPath("alias"), freight.Alias,
			fmt.Sprintf("alias already used by another piece of Freight in namespace %q", freight.Namespace)))
	}
	var warehouse kargo.Warehouse
	err = a.reader.Get(ctx, client.ObjectKey{Namespace: freight.Namespace, Name: freight.Origin.Name}, &warehouse)
	switch {
	case apierrors.IsNotFound(err):
		errs = append(errs, field.Invalid(field.NewPath("warehouse"), freight.Origin.Name, "warehouse does not exist"))
	case err != nil:
		return nil, apierrors.NewInternalError(err)
	default:
		errs = append(errs, checkImages(freight, &warehouse)...)
	}
	if len(errs) > 0 {
		return nil, apierrors.NewInvalid(freightKind(), freight.Name, errs)
	}
	return nil, nil
}

// checkImages refuses Freight that has not exactly one image for each image subscription. Other kinds of
// artifacts are not looked at.
func checkImages(freight *kargo.Freight, warehouse *kargo.Warehouse) field.ErrorList {
	var errs field.ErrorList
	path := field.NewPath("images")
	count := make(map[string]int)
	for _, subscription := range warehouse.Spec.Subscriptions {
		if subscription.Image != nil {
			count[subscription.Image.RepoURL] = 0
		}
	}
	for _, image := range freight.Images {
		if _, subscribed := count[image.RepoURL]; !subscribed {
			errs = append(errs, field.Invalid(path, image,
				fmt.Sprintf("no subscription found for image repository in Warehouse %q", warehouse.Name)))
			continue
		}
		count[image.RepoURL]++
	}
	for repoURL, n := range count {
		switch {
		case n == 0:
			errs = append(errs, field.Invalid(path, nil,
				fmt.Sprintf("no artifact found for subscription %q of Warehouse %q", repoURL, warehouse.Name)))
		case n > 1:
			errs = append(errs, field.Invalid(path, nil,
				fmt.Sprintf("multiple artifacts found for subscription %q of Warehouse %q", repoURL, warehouse.Name)))
		}
	}
	return errs
}

// ValidateUpdate implements admission.Validator. It is asked about the status too.
func (a freights) ValidateUpdate(ctx context.Context, before, freight *kargo.Freight) (admission.Warnings, error) {
	if freight.Alias != before.Alias {
		same, err := a.withAlias(ctx, freight.Alias, client.InNamespace(freight.Namespace))
		if err != nil {
			return nil, apierrors.NewInternalError(err)
		}
		if len(same) > 1 || (len(same) == 1 && same[0].Name != freight.Name) {
			return nil, apierrors.NewConflict(freightResource(), freight.Name, fmt.Errorf(
				"alias %q already used by another piece of Freight in namespace %q", freight.Alias, freight.Namespace))
		}
	}
	for _, part := range []struct {
		name          string
		before, after any
	}{
		{"origin", before.Origin, freight.Origin},
		{"commits", before.Commits, freight.Commits},
		{"images", before.Images, freight.Images},
		{"charts", before.Charts, freight.Charts},
		{"artifacts", before.Artifacts, freight.Artifacts},
	} {
		if !apiequality.Semantic.DeepEqual(part.before, part.after) {
			return nil, apierrors.NewInvalid(freightKind(), before.Name, field.ErrorList{
				field.Invalid(field.NewPath(part.name), part.after, "Freight is immutable")})
		}
	}
	a.recordApprovals(ctx, before, freight)
	return nil, nil
}

func (a freights) recordApprovals(ctx context.Context, before, freight *kargo.Freight) {
	request, err := admission.RequestFromContext(ctx)
	if err != nil || a.events == nil || a.isControlPlane(request.UserInfo) {
		return
	}
	actor := userActor(request.UserInfo)
	for stage := range freight.Status.ApprovedFor {
		if _, already := before.Status.ApprovedFor[stage]; !already {
			a.events.Freight(ctx, event.FreightApproved,
				fmt.Sprintf("Freight approved for Stage %q by %q", stage, actor), actor, stage, freight)
		}
	}
}

// ValidateDelete implements admission.Validator.
func (a freights) ValidateDelete(ctx context.Context, freight *kargo.Freight) (admission.Warnings, error) {
	var all kargo.StageList
	if err := a.reader.List(ctx, &all, client.InNamespace(freight.Namespace)); err != nil {
		return nil, fmt.Errorf("list stages: %w", err)
	}
	var using []string
	for _, stage := range all.Items {
		if stage.Status.Current().Includes(freight.Name) {
			using = append(using, fmt.Sprintf("%q", stage.Name))
		}
	}
	if len(using) > 0 {
		return nil, apierrors.NewForbidden(freightResource(), freight.Name, fmt.Errorf(
			"freight is in-use by stages (%s)", strings.Join(using, ", ")))
	}
	return nil, nil
}
