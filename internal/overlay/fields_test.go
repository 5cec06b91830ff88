package overlay

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// TestAllFieldsAreKnown fails when a new version of the library has a field that may load something: look at
// what it does, let the walk follow or refuse it, then update the golden file.
func TestAllFieldsAreKnown(t *testing.T) {
	var lines []string
	seen := map[reflect.Type]bool{}
	var list func(reflect.Type)
	list = func(typ reflect.Type) {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, typ.Kind()) {
			typ = typ.Elem()
		}
		// What Helm takes is refused as a whole.
		if typ.Kind() != reflect.Struct || seen[typ] || strings.HasPrefix(typ.Name(), "Helm") {
			return
		}
		seen[typ] = true
		for f := range typ.Fields() {
			lines = append(lines, fmt.Sprintf("%s.%s %s", typ.Name(), f.Name, f.Type))
			list(f.Type)
		}
	}
	list(reflect.TypeFor[types.Kustomization]())
	golden.Compare(t, "fields.txt", strings.Join(lines, "\n")+"\n")
}
