package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// authorizeTemplate says how the annotation gets into the template of an ApplicationSet, for all of its Applications that
// lack it. What the template says already stays.
func (s *state) authorizeTemplate(ctx context.Context, f *finding, owner string, all []*locked) {
	first := all[0]
	f.Subject = "ApplicationSet/" + owner
	if more := len(all) - 1; more > 0 {
		f.What += fmt.Sprintf(" So it is with %d more of ApplicationSet %s.", more, owner)
	}
	f.Fix = fmt.Sprintf("Correct the annotation in the template of ApplicationSet %s, which makes this Application and would undo it there: "+
		"spec.template.metadata.annotations, %s: %s, with its parameters for what differs.", owner, authorizedStage, strings.Join(first.wants, ","))
	set, ok := s.get(ctx, applicationSetKind, first.namespace, owner)
	if !ok || set == nil {
		return
	}
	have, has, err := unstructured.NestedString(set.Object, "spec", "template", "metadata", "annotations", authorizedStage)
	if err != nil || has && !plainTemplate(have) {
		return
	}
	value := have
	for _, one := range all {
		for _, want := range one.wants {
			entry, ok := templated(set, one.name, want)
			if !ok {
				return
			}
			if !slices.Contains(strings.Split(value, ","), entry) {
				value = strings.TrimPrefix(value+","+entry, ",")
			}
		}
	}
	if value == have {
		f.Fix = fmt.Sprintf("The template of ApplicationSet %s has the annotation, and the Application does not yet: look why Argo CD does not bring it there.", owner)
		f.Command = fmt.Sprintf("kubectl -n %s describe %s %s", first.namespace, plurals["ApplicationSet"], owner)
		return
	}
	f.Fix = fmt.Sprintf("Set the annotation in the template of ApplicationSet %s, which makes this Application and would undo it there.", owner)
	annotations, _, _ := unstructured.NestedStringMap(set.Object, "spec", "template", "metadata", "annotations")
	f.repair, f.Command = patched(object{applicationSetKind, first.namespace, owner}, types.JSONPatchType,
		annotating("/spec/template/metadata", annotations, authorizedStage, value),
		fmt.Sprintf("Set %s=%s in the template of ApplicationSet %s.", authorizedStage, value, owner))
}

// plainTemplate reports whether entries can be added to the annotation in a template: whether each is one that Kargo
// reads, with parameters or without.
func plainTemplate(value string) bool {
	_, bad := authorized(value)
	return len(bad) == 0
}

// templated returns the annotation as the template of an ApplicationSet has to say it: with the name of the Application
// as the template makes it, in place of that name. It reports false if the Stage's name is not made of it: then
// somebody has to say which parameters the Stage's name is made of.
func templated(set *unstructured.Unstructured, application, want string) (string, bool) {
	project, stage, _ := strings.Cut(want, ":")
	name := text(set, "spec", "template", "metadata", "name")
	if before, rest, ok := strings.Cut(stage, application); ok && name != "" {
		return project + ":" + before + name + rest, true
	}
	// An Application red-production-app, made by {{service}}-production-app, of Stage red-production.
	if before, rest, ok := strings.Cut(application, stage); ok {
		inner, isPrefixed := strings.CutPrefix(name, before)
		inner, isSuffixed := strings.CutSuffix(inner, rest)
		if isPrefixed && isSuffixed && strings.Contains(inner, "{{") {
			return project + ":" + inner, true
		}
	}
	return "", false
}
