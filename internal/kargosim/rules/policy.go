package rules

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// AutoPromotionEnabled reports whether the ProjectConfig lets Freight be promoted to stage automatically.
// The first policy that matches decides; without one, it does not.
func AutoPromotionEnabled(ctx context.Context, reader client.Reader, stage *kargo.Stage) (bool, error) {
	var projectConfig kargo.ProjectConfig
	key := client.ObjectKey{Namespace: stage.Namespace, Name: stage.Namespace}
	if err := reader.Get(ctx, key, &projectConfig); err != nil {
		if client.IgnoreNotFound(err) == nil {
			return false, nil
		}
		return false, fmt.Errorf("error getting ProjectConfig for Project %q: %w", stage.Namespace, err)
	}
	for _, policy := range projectConfig.Spec.PromotionPolicies {
		selector := policy.StageSelector
		if selector == nil {
			selector = &kargo.PromotionPolicySelector{Name: policy.Stage}
		}
		matches, err := selects(selector, stage)
		if err != nil {
			return false, err
		}
		if matches {
			return policy.AutoPromotionEnabled, nil
		}
	}
	return false, nil
}

func selects(selector *kargo.PromotionPolicySelector, stage *kargo.Stage) (bool, error) {
	if selector.Name != "" {
		matches, err := matchesName(selector.Name, stage.Name)
		if err != nil || !matches {
			return false, err
		}
	}
	if selector.LabelSelector == nil {
		return true, nil
	}
	byLabels, err := metav1.LabelSelectorAsSelector(selector.LabelSelector)
	if err != nil {
		return false, fmt.Errorf("error parsing PromotionPolicy label selector %q: %w", selector.LabelSelector, err)
	}
	return byLabels.Matches(labels.Set(stage.Labels)), nil
}

// matchesName understands "glob:" (without alternatives in braces), "regex:", "regexp:", and names as
// they are.
func matchesName(pattern, name string) (bool, error) {
	var matches bool
	var err error
	kind, rest, _ := strings.Cut(pattern, ":")
	switch kind {
	case "glob":
		matches, err = path.Match(rest, name)
	case "regex", "regexp":
		var compiled *regexp.Regexp
		if compiled, err = regexp.Compile(rest); err == nil {
			matches = compiled.MatchString(name)
		}
	default:
		return pattern == name, nil
	}
	if err != nil {
		return false, fmt.Errorf("error parsing PromotionPolicy name pattern %q: %w", pattern, err)
	}
	return matches, nil
}
