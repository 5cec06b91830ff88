package cluster

import "reflect"

// contains reports whether all that is wanted is there. Admission and defaults may have added fields, also to the
// elements of lists.
func contains(live, wanted any) bool {
	switch w := wanted.(type) {
	case map[string]any:
		l, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range w {
			found, ok := l[key]
			if !ok || !contains(found, value) {
				return false
			}
		}
		return true
	case []any:
		l, ok := live.([]any)
		if !ok || len(l) != len(w) {
			return false
		}
		for i := range w {
			if !contains(l[i], w[i]) {
				return false
			}
		}
		return true
	case float64:
		// JSON has one kind of numbers: 5.0 comes back from the API server as 5.
		if l, ok := live.(int64); ok {
			return float64(l) == w
		}
	}
	return reflect.DeepEqual(live, wanted)
}
