package strictyaml

import "reflect"

// Shorthand is a struct that may also be written as the scalar that one of its fields is: `red` for `{name: red}`.
type Shorthand interface {
	// ShorthandYAML returns the name of that field.
	ShorthandYAML() string
}

// shorthand returns the field of a struct that a scalar stands for.
func shorthand(t reflect.Type) (field, bool) {
	s, ok := reflect.TypeAssert[Shorthand](reflect.Zero(t))
	if !ok {
		return field{}, false
	}
	for _, f := range fieldsOf(t) {
		if f.name == s.ShorthandYAML() {
			return f, true
		}
	}
	panic("strictyaml: " + t.String() + " has no field " + s.ShorthandYAML())
}
