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

// target is what one entry of argocd-update is about: an Application by its name, or some by their labels.
type target struct {
	placed

	namespace, name string
	// selector is nil for a name. Of what it selects Kargo changes those that let it, and passes over the others
	// (getAuthorizedApplications in pkg/promotion/runner/builtin/argocd_updater.go of v1.11.2).
	selector labels.Selector
	// objects are the Applications that there are.
	objects []*unstructured.Unstructured
}

// want is the entry in an Application's annotation that lets the Stage change it.
func (p placed) want() string { return p.stage.Namespace + ":" + p.stage.Name }

// allowed returns those of the Applications that let the Stage change them.
func (t target) allowed() []*unstructured.Unstructured {
	var all []*unstructured.Unstructured
	for _, o := range t.objects {
		if refusal(o.GetAnnotations(), t.want()) == "" {
			all = append(all, o)
		}
	}
	return all
}

// targets returns what the Stages change. It reports false if none can be looked at.
func (s *state) targets(ctx context.Context) ([]target, bool) {
	stages, ok := s.stagesWithSteps(ctx)
	if !ok {
		return nil, false
	}
	var all []target
	seen := map[string]bool{}
	for _, stage := range stages {
		for _, one := range s.steps(stage.stage) {
			config, ok := configured[updateConfig](one)
			if !one.is("argocd-update") || !ok {
				continue
			}
			for _, app := range config.Apps {
				t, ok := s.lookUp(ctx, stage, one.env, app)
				key := fmt.Sprint(stage.stage.Name, " ", t.namespace, "/", t.name, " ", t.selector)
				if ok && !seen[key] {
					seen[key] = true
					all = append(all, t)
				}
			}
		}
	}
	return all, true
}

// lookUp finds what an entry of argocd-update names. It reports false if that is not known, which it has noted.
func (s *state) lookUp(ctx context.Context, stage placed, env environment, app updatedApp) (target, bool) {
	t := target{placed: stage, namespace: s.Places.ArgoCD}
	namespace, known := env.resolve(app.Namespace)
	if namespace != "" {
		t.namespace = namespace
	}
	if app.Selector == nil {
		var knownName bool
		t.name, knownName = env.resolve(app.Name)
		known = known && knownName
	} else {
		var knownSelector bool
		t.selector, knownSelector = app.Selector.resolve(env)
		known = known && knownSelector
	}
	if !known || app.Selector == nil && t.name == "" {
		s.cannot(fmt.Sprintf("Stage %s works out which Application it changes as it runs.", stage.stage.Name))
		return t, false
	}
	objects, ok := s.list(ctx, applicationKind, t.namespace)
	for i := range objects {
		if o := &objects[i]; t.selector == nil && o.GetName() == t.name || t.selector != nil && t.selector.Matches(labels.Set(o.GetLabels())) {
			t.objects = append(t.objects, o)
		}
	}
	return t, ok
}

// applications returns the Applications that a promotion changes and waits for, and those that do not exist.
func (s *state) applications(targets []target) []updated {
	var all []updated
	for _, t := range targets {
		objects := t.objects
		if t.selector != nil {
			objects = t.allowed()
		} else if len(objects) == 0 {
			all = append(all, updated{placed: t.placed, namespace: t.namespace, name: t.name})
		}
		for _, o := range objects {
			all = append(all, updated{t.placed, t.namespace, o.GetName(), o})
		}
	}
	return all
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
