package doctor

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// updated is an Application that a Stage changes with the step argocd-update.
type updated struct {
	placed

	namespace, name string
	// object is nil if there is no such Application.
	object *unstructured.Unstructured
}

// updateConfig is what matters of the configuration of argocd-update.
type updateConfig struct {
	Apps []struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
		Selector  *struct {
			MatchLabels map[string]string `json:"matchLabels"`
		} `json:"selector"`
	} `json:"apps"`
}

// applications returns the Applications that the Stages change. It reports false if none can be looked at.
func (s *state) applications(ctx context.Context) ([]updated, bool) {
	stages, ok := s.stagesWithSteps(ctx)
	if !ok {
		return nil, false
	}
	var all []updated
	seen := map[string]bool{}
	for _, stage := range stages {
		for _, one := range s.steps(stage.stage) {
			config, ok := configured[updateConfig](one)
			if !one.is("argocd-update") || !ok {
				continue
			}
			for _, app := range config.Apps {
				var selector map[string]string
				if app.Selector != nil {
					selector = app.Selector.MatchLabels
				}
				for _, found := range s.lookUp(ctx, stage, one.env, [2]string{app.Namespace, app.Name}, selector) {
					if key := stage.stage.Name + " " + found.namespace + "/" + found.name; !seen[key] {
						seen[key] = true
						all = append(all, found)
					}
				}
			}
		}
	}
	return all, true
}

// lookUp finds what argocd-update names: an Application by namespace and name, or some by their labels.
func (s *state) lookUp(ctx context.Context, stage placed, env environment, named [2]string, selector map[string]string) []updated {
	namespace, knownNamespace := env.resolve(named[0])
	name, knownName := env.resolve(named[1])
	if !knownNamespace || !knownName {
		s.cannot(fmt.Sprintf("Stage %s works out the name of its Application as it runs.", stage.stage.Name))
		return nil
	}
	if namespace == "" {
		namespace = s.Places.ArgoCD
	}
	objects, ok := s.list(ctx, applicationKind, namespace)
	if !ok {
		return nil
	}
	var found []updated
	for i := range objects {
		o := &objects[i]
		if name != "" && o.GetName() == name || name == "" && len(selector) > 0 && labels.SelectorFromSet(selector).Matches(labels.Set(o.GetLabels())) {
			found = append(found, updated{stage, namespace, o.GetName(), o})
		}
	}
	if len(found) == 0 && name != "" {
		found = append(found, updated{placed: stage, namespace: namespace, name: name})
	}
	return found
}

// finding begins a finding about the Application.
func (u updated) finding(severity answers.Severity) answers.Finding {
	return answers.Finding{Severity: severity, Subject: "Application/" + u.name, Service: u.service, Environment: u.environment}
}

func (u updated) ref() object { return object{applicationKind, u.namespace, u.name} }

// text returns a string within an object, or "".
func text(o *unstructured.Unstructured, path ...string) string {
	value, _, err := unstructured.NestedString(o.Object, path...)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(value)
}
