package strictyaml

import (
	"math"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Open is a mapping whose fields are not known here, because they are somebody else's: any names, and as values
// texts, booleans, int64, float64, nil, []any and map[string]any.
type Open map[string]any

// DescribeYAML says how it is written.
func (Open) DescribeYAML() string { return "a mapping" }

var openType = reflect.TypeFor[Open]()

// open decodes a mapping of unknown fields.
func (d *decoder) open(path Path, node *yaml.Node) map[string]any {
	out := map[string]any{}
	for _, e := range d.entries(path, node) {
		d.doc.record(path.Key(e.name), e.key, e.value)
		if value, ok := d.anything(path.Key(e.name), e.value); ok {
			out[e.name] = value
		}
	}
	return out
}

// anything decodes a value of whatever type it is written as.
func (d *decoder) anything(path Path, node *yaml.Node) (any, bool) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if d.count(); d.spent() {
		return nil, false
	}
	if node.Style&yaml.TaggedStyle != 0 {
		d.fail(path, "has a YAML tag", "remove the word that begins with an exclamation mark")
		return nil, false
	}
	switch node.Kind {
	case yaml.MappingNode:
		return d.open(path, node), true
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for i, element := range node.Content {
			d.doc.record(path.Index(i), nil, element)
			value, ok := d.anything(path.Index(i), element)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		return list, true
	default:
		return d.anyScalar(path, node)
	}
}

// anyScalar decodes a scalar. What JSON has no type for, such as a date, stays the text that it is written as.
func (d *decoder) anyScalar(path Path, node *yaml.Node) (any, bool) {
	switch node.Tag {
	case "!!null":
		return nil, true
	case "!!bool":
		var b bool
		err := node.Decode(&b)
		return b, err == nil
	case "!!int", "!!float":
		var n int64
		if node.Tag == "!!int" && node.Decode(&n) == nil {
			return n, true
		}
		if node.Tag == "!!int" || !strings.ContainsAny(node.Value, ".eE") && strings.ContainsAny(node.Value, "0123456789") {
			d.fail(path, "is beyond the whole numbers that Kubernetes can store", "put it in quotes if it is a text")
			return nil, false
		}
		var f float64
		if node.Decode(&f) != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(path, "is no number that Kubernetes can store", "put it in quotes if it is a text")
			return nil, false
		}
		return f, true
	default:
		return node.Value, true
	}
}
