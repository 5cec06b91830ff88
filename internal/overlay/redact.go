package overlay

import (
	"reflect"
	"strings"
)

// What stands for a value of a Secret, and for one that is another than before.
const (
	redacted        = "<redacted>"
	redactedChanged = "<redacted, changed>"
)

// lastApplied is the annotation in which kubectl keeps an object as it was applied, a Secret's data too.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// redact replaces what is secret in two renderings of an object, in place: the values of Secrets, wherever
// in it they are. That a value differs can be seen, and nothing else of it. Either may be nil.
func redact(before, after any) {
	b, isMap := before.(map[string]any)
	a, isMap2 := after.(map[string]any)
	if isMap || isMap2 {
		secret := isSecret(b) || isSecret(a)
		for key := range union(b, a) {
			switch {
			case key == lastApplied:
				hide(b, a, key)
			case secret && (strings.EqualFold(key, "data") || strings.EqualFold(key, "stringData")):
				hideAll(b, a, key)
			default:
				redact(b[key], a[key])
			}
		}
	}
	bs, _ := before.([]any)
	as, _ := after.([]any)
	for i := range max(len(bs), len(as)) {
		var x, y any
		if i < len(bs) {
			x = bs[i]
		}
		if i < len(as) {
			y = as[i]
		}
		redact(x, y)
	}
}

func isSecret(object map[string]any) bool {
	kind, _ := object["kind"].(string)
	return strings.EqualFold(strings.TrimSpace(kind), "Secret")
}

// hideAll hides the values of a mapping, or all of what should be one.
func hideAll(b, a map[string]any, key string) {
	before, ok1 := b[key].(map[string]any)
	after, ok2 := a[key].(map[string]any)
	_, had := b[key]
	_, has := a[key]
	if had && !ok1 || has && !ok2 {
		hide(b, a, key)
		return
	}
	for name := range union(before, after) {
		hide(before, after, name)
	}
}

// hide hides a value.
func hide(b, a map[string]any, key string) {
	before, had := b[key]
	after, has := a[key]
	changed := had && has && !reflect.DeepEqual(before, after)
	if had {
		b[key] = redacted
	}
	switch {
	case has && changed:
		a[key] = redactedChanged
	case has:
		a[key] = redacted
	}
}

// union returns the keys of both.
func union(a, b map[string]any) map[string]bool {
	keys := make(map[string]bool, len(a)+len(b))
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	return keys
}
