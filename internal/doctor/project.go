package doctor

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kept has, by kind, what checks look at in the objects of a list, besides names and labels. The rest, which may be a
// hundred times as much (what an Application is made of, the history of a Stage), is let go of page by page: in chat an
// examination has the memory of the bot's pod.
var kept = map[string][][]string{
	"Application": {
		{"metadata", "annotations"}, {"metadata", "ownerReferences"}, {"spec", "syncPolicy"},
		{"status", "conditions"}, {"status", "health"}, {"status", "sync", "status"}, {"status", "resources"},
	},
	"Stage":     {{"spec"}},
	"Warehouse": {{"spec", "subscriptions"}},
}

// lastApplied is a copy of a whole object, which kubectl keeps in it.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// projected returns what is kept of an object. One of a kind that is not in kept stays whole.
func projected(o *unstructured.Unstructured) unstructured.Unstructured {
	paths, known := kept[o.GetKind()]
	if !known {
		return *o
	}
	small := unstructured.Unstructured{Object: map[string]any{}}
	small.SetAPIVersion(o.GetAPIVersion())
	small.SetKind(o.GetKind())
	small.SetNamespace(o.GetNamespace())
	small.SetName(o.GetName())
	small.SetLabels(o.GetLabels())
	for _, path := range paths {
		value, found, err := unstructured.NestedFieldNoCopy(o.Object, path...)
		if err != nil || !found {
			continue
		}
		if resources, isList := value.([]any); isList && path[len(path)-1] == "resources" {
			value = unwell(resources)
		}
		if unstructured.SetNestedField(small.Object, value, path...) != nil {
			return *o
		}
	}
	if annotations := small.GetAnnotations(); annotations[lastApplied] != "" {
		annotations[lastApplied] = "" // that there is one matters to patches
		small.SetAnnotations(annotations)
	}
	return small
}

// unwell returns the first of an Application's resources that are not well, as many as are named.
func unwell(resources []any) []any {
	bad := []any{}
	for _, one := range resources {
		resource, _ := one.(map[string]any)
		if state, _, _ := unstructured.NestedString(resource, "health", "status"); isUnwell(state) && len(bad) < mostResources {
			bad = append(bad, one)
		}
	}
	return bad
}

// isUnwell reports whether Argo CD's word for a health is a bad one.
func isUnwell(health string) bool { return health == "Degraded" || health == "Missing" }
