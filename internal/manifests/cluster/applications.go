package cluster

import (
	"context"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// deletes returns the names of the Applications that an ApplicationSet has made and would not make any more: Argo CD
// deletes them, and all that they have deployed. What the set says is enough where it is as they are generated; of one
// that somebody else has made, the Applications that it owns are looked at.
func (c *Cluster) deletes(ctx context.Context, live, wanted *unstructured.Unstructured) ([]string, error) {
	switch policy, _, _ := unstructured.NestedString(live.Object, "spec", "syncPolicy", "applicationsSync"); policy {
	case "create-only", "create-update":
		return nil, nil
	}
	keeps, _ := applications(wanted)
	has, known := applications(live)
	if !known {
		var err error
		if has, err = c.owned(ctx, live); err != nil {
			return nil, err
		}
	}
	maps.DeleteFunc(has, func(name string, _ bool) bool { return keeps[name] })
	return slices.Sorted(maps.Keys(has)), nil
}

// owned returns the names of the Applications that an ApplicationSet owns.
func (c *Cluster) owned(ctx context.Context, set *unstructured.Unstructured) (map[string]bool, error) {
	kind := schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}
	all, err := c.live(ctx, kind, set.GetNamespace())
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for name, application := range all {
		for _, owner := range application.GetOwnerReferences() {
			if owner.UID == set.GetUID() {
				names[name] = true
			}
		}
	}
	return names, nil
}

// applications returns the names of the Applications that an ApplicationSet makes, and whether they can be told: the set
// names them as generated ones are named, and lists what they are for.
func applications(set *unstructured.Unstructured) (names map[string]bool, known bool) {
	name, _, _ := unstructured.NestedString(set.Object, "spec", "template", "metadata", "name")
	generators, _, _ := unstructured.NestedSlice(set.Object, "spec", "generators")
	if name != generate.ApplicationName {
		return nil, false
	}
	names = map[string]bool{}
	for _, g := range generators {
		elements, known := elementsOf(g)
		if !known {
			return nil, false
		}
		for _, element := range elements {
			project, isText := element["project"].(string)
			env, isAlsoText := element["env"].(string)
			if !isText || !isAlsoText {
				return nil, false
			}
			names[project+"-"+env] = true
		}
	}
	return names, true
}

// elementsOf returns what a generator of an ApplicationSet generates, if it is a list, or a matrix of such.
func elementsOf(generator any) (elements []map[string]any, known bool) {
	fields, _ := generator.(map[string]any)
	if len(fields) != 1 {
		return nil, false
	}
	if list, isList := fields["list"].(map[string]any); isList {
		return listed(list)
	}
	matrix, _ := fields["matrix"].(map[string]any)
	parts, isMatrix := matrix["generators"].([]any)
	if !isMatrix || len(matrix) != 1 {
		return nil, false
	}
	elements = []map[string]any{{}}
	for _, part := range parts {
		more, known := elementsOf(part)
		if !known {
			return nil, false
		}
		var product []map[string]any
		for _, a := range elements {
			for _, b := range more {
				both := maps.Clone(a)
				maps.Copy(both, b)
				product = append(product, both)
			}
		}
		elements = product
	}
	return elements, true
}

func listed(list map[string]any) (elements []map[string]any, known bool) {
	written, isList := list["elements"].([]any)
	if !isList || len(list) != 1 {
		return nil, false
	}
	for _, e := range written {
		element, isMapping := e.(map[string]any)
		if !isMapping {
			return nil, false
		}
		elements = append(elements, element)
	}
	return elements, true
}
