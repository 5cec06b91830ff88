package strictyaml

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// noValue says what to do about a value that is missing. What begins with # and goes on without a space was
// probably meant to be one, but is a comment.
func noValue(node *yaml.Node) string {
	if word := strings.TrimPrefix(node.LineComment, "#"); word != node.LineComment && word != "" && !strings.HasPrefix(word, " ") {
		return "give it one, or remove the line; if it begins with #, put it in quotes"
	}
	return "give it one, or remove the line"
}

// fits reports whether the shape of what is written is the one of the type. The types of scalars
// are told apart later.
func fits(node *yaml.Node, t reflect.Type) bool {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch t.Kind() {
	case reflect.Pointer:
		return fits(node, t.Elem())
	case reflect.Struct:
		if _, ok := shorthand(t); ok && node.Kind == yaml.ScalarNode {
			return true
		}
		return node.Kind == yaml.MappingNode
	case reflect.Map:
		return node.Kind == yaml.MappingNode
	case reflect.Slice:
		return node.Kind == yaml.SequenceNode || t == oneOrMoreType && node.Kind == yaml.ScalarNode
	default:
		return node.Kind == yaml.ScalarNode
	}
}

// mismatch reports a value of the wrong type, without showing it.
func (d *decoder) mismatch(path Path, node *yaml.Node, t reflect.Type, f field) {
	fix := ""
	switch {
	case t.Kind() == reflect.Slice:
		fix = "write it in brackets, or below with a dash before it"
	case (t.Kind() == reflect.Int || t.Kind() == reflect.Int64) && node.Tag == "!!float":
		fix = "check its digits"
	case t.Kind() == reflect.String && node.Kind == yaml.ScalarNode:
		fix = "put it in quotes"
	case t.Kind() != reflect.String && node.Kind == yaml.ScalarNode && node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		fix = "remove the quotes"
	}
	d.fail(path, fmt.Sprintf("expected %s, got %s", describe(t, f), kind(node)), fix)
}

// kind says what is written.
func kind(node *yaml.Node) string {
	if node.Kind == yaml.MappingNode {
		return "a mapping"
	}
	if node.Kind == yaml.SequenceNode {
		return "a list"
	}
	switch node.Tag {
	case "!!int":
		return "a whole number"
	case "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	default:
		return "text"
	}
}

// scalar decodes a text, number, boolean or duration.
func (d *decoder) scalar(path Path, node *yaml.Node, out reflect.Value, f field) {
	switch {
	case out.Type() == durationType:
		d.duration(path, node, out)
	case out.Kind() == reflect.String && node.Tag == "!!str":
		if d.allowed(path, node.Value, f) {
			out.SetString(node.Value)
		}
	case out.Kind() == reflect.Bool && node.Tag == "!!bool":
		var b bool
		if err := node.Decode(&b); err != nil {
			d.mismatch(path, node, out.Type(), f)
			return
		}
		out.SetBool(b)
	case out.CanInt() && (node.Tag == "!!int" || isWhole(node)):
		var n int64
		if err := node.Decode(&n); err != nil || out.OverflowInt(n) {
			d.fail(path, "is a number out of range", "check its digits")
			return
		}
		out.SetInt(n)
	default:
		d.mismatch(path, node, out.Type(), f)
	}
}

// isWhole reports whether a whole number is written like 1.234567e+06. Tools that know only one kind
// of number, such as templating ones, write large numbers so.
func isWhole(node *yaml.Node) bool {
	const exact = 1 << 53 // the largest range of whole numbers without gaps
	var f float64
	return node.Tag == "!!float" && node.Decode(&f) == nil && f == math.Trunc(f) && math.Abs(f) <= exact
}

// allowed reports whether a text is one of those that the field allows, and reports if not.
func (d *decoder) allowed(path Path, text string, f field) bool {
	if len(f.enum) == 0 || slices.Contains(f.enum, text) {
		return true
	}
	fix := "write one of " + strings.Join(f.enum, ", ")
	if guess, ok := nearest.Word(text, f.enum); ok {
		fix = fmt.Sprintf("did you mean %s? Allowed are %s", guess, strings.Join(f.enum, ", "))
	}
	d.fail(path, fmt.Sprintf("%q is not known", clip(text, 40)), fix)
	return false
}

// duration decodes a duration, which takes a unit.
func (d *decoder) duration(path Path, node *yaml.Node, out reflect.Value) {
	const fix = "write a number and its unit, such as 30s, 5m or 24h"
	if node.Tag != "!!str" {
		d.fail(path, fmt.Sprintf("expected a duration, got %s", kind(node)), fix)
		return
	}
	duration, err := time.ParseDuration(node.Value)
	if err != nil {
		d.fail(path, fmt.Sprintf("%q is not a duration", clip(node.Value, 40)), fix)
		return
	}
	out.SetInt(int64(duration))
}
