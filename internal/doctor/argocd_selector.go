package doctor

import (
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
)

// updateConfig is what matters of the configuration of argocd-update.
type updateConfig struct {
	Apps []updatedApp `json:"apps"`
}

// updatedApp names an Application, or selects some.
type updatedApp struct {
	Name      string               `json:"name"`
	Namespace string               `json:"namespace"`
	Selector  *applicationSelector `json:"selector"`
}

// applicationSelector selects Applications by their labels.
type applicationSelector struct {
	MatchLabels      map[string]string `json:"matchLabels"`
	MatchExpressions []struct {
		Key      string   `json:"key"`
		Operator string   `json:"operator"`
		Values   []string `json:"values"`
	} `json:"matchExpressions"`
}

// operators has Kargo's words for how a label is compared.
var operators = map[string]selection.Operator{
	"In": selection.In, "NotIn": selection.NotIn, "Exists": selection.Exists, "DoesNotExist": selection.DoesNotExist,
}

// resolve returns the selector with what its expressions come to, and false if that depends on more than is known, or if
// Kargo would refuse it.
func (a *applicationSelector) resolve(env environment) (labels.Selector, bool) {
	selector, known := labels.NewSelector(), true
	add := func(key string, operator selection.Operator, values []string) {
		key, ok := env.resolve(key)
		known = known && ok
		resolved := make([]string, len(values))
		for i, value := range values {
			resolved[i], ok = env.resolve(value)
			known = known && ok
		}
		requirement, err := labels.NewRequirement(key, operator, resolved)
		if err != nil {
			known = false
			return
		}
		selector = selector.Add(*requirement)
	}
	for key, value := range a.MatchLabels {
		add(key, selection.Equals, []string{value})
	}
	for _, one := range a.MatchExpressions {
		add(one.Key, operators[one.Operator], one.Values)
	}
	return selector, known && !selector.Empty()
}
