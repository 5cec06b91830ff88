// Package generate makes the manifests of a pipeline file: Kargo's Project, its configuration, Warehouses and Stages,
// and Argo CD's ApplicationSet and AppProject. What it makes depends on the file and on Kargo's version, and on nothing
// else: neither on the time nor on the machine, nor on what there was before. It must never touch a disk or a cluster;
// the packages beside it do.
package generate

import (
	"maps"
	"slices"
)

// Object is a mapping in the order in which it is written. Reflection over structs would be a third of the time that a
// thousand services take, and lose the order.
type Object []Field

// Field is an entry of an Object. Its value is a string, a bool, an int, an int64, a float64, nil, an Object, a List, or
// what a strictyaml.Open has.
type Field struct {
	Key   string
	Value any
}

// List is a list of values of the same types.
type List []any

// Manifest is one object of Kubernetes, and the file that it is in.
type Manifest struct {
	// Path is the file's, relative to the folder of all, with slashes.
	Path string
	// APIVersion, Kind, Namespace and Name say what it is. A Project has no namespace.
	APIVersion, Kind, Namespace, Name string
	// Labels are its labels.
	Labels Object
	// Annotations are its annotations.
	Annotations Object
	// Spec is its specification, nil if there is none.
	Spec Object
}

// Tree returns the whole object.
func (m *Manifest) Tree() Object {
	metadata := make(Object, 0, 4)
	metadata = append(metadata, Field{"name", m.Name})
	if m.Namespace != "" {
		metadata = append(metadata, Field{"namespace", m.Namespace})
	}
	if len(m.Labels) > 0 {
		metadata = append(metadata, Field{"labels", m.Labels})
	}
	if len(m.Annotations) > 0 {
		metadata = append(metadata, Field{"annotations", m.Annotations})
	}
	tree := Object{{"apiVersion", m.APIVersion}, {"kind", m.Kind}, {"metadata", metadata}}
	if m.Spec != nil {
		tree = append(tree, Field{"spec", m.Spec})
	}
	return tree
}

// Map returns the object as Kubernetes' libraries take it.
func (m *Manifest) Map() map[string]any { return m.Tree().plain() }

func (o Object) plain() map[string]any {
	out := make(map[string]any, len(o))
	for _, f := range o {
		out[f.Key] = plain(f.Value)
	}
	return out
}

// plain returns a value as JSON has it.
func plain(value any) any {
	switch v := value.(type) {
	case Object:
		return v.plain()
	case List:
		return plainList(v)
	case []any:
		return plainList(v)
	case int:
		return int64(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, element := range v {
			out[key] = plain(element)
		}
		return out
	default:
		return v
	}
}

func plainList(list []any) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = plain(list[i])
	}
	return out
}

// sorted returns a mapping of texts in the order of its keys, each as {name, value}.
func sorted(m map[string]string) List {
	var list List
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Object{{"name", name}, {"value", m[name]}})
	}
	return list
}

func texts[S ~[]string](s S) List {
	list := make(List, len(s))
	for i := range s {
		list[i] = s[i]
	}
	return list
}
