package strictyaml

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// decoder walks a document and a struct side by side.
type decoder struct {
	doc    *Document
	root   reflect.Type // what the document is decoded into
	values int          // met so far
}

// fail reports that what is written at the path was not decoded.
func (d *decoder) fail(path Path, message, fix string) {
	d.doc.Report(path, message, fix)
	d.doc.markUnread(path)
}

// value decodes one value. f is the field that it is for; of a list or a map, the one of the whole.
func (d *decoder) value(path Path, node *yaml.Node, out reflect.Value, f field) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if d.count(); d.spent() {
		return
	}
	switch {
	case isNull(node):
		d.fail(path, "has no value", noValue(node))
	case out.Kind() == reflect.Pointer:
		out.Set(reflect.New(out.Type().Elem()))
		d.value(path, node, out.Elem(), f)
	case node.Style&yaml.TaggedStyle != 0:
		d.fail(path, "has a YAML tag", "remove the word that begins with an exclamation mark")
	case !fits(node, out.Type()):
		d.mismatch(path, node, out.Type(), f)
	case out.Kind() == reflect.Struct && node.Kind == yaml.ScalarNode:
		d.short(path, node, out)
	case out.Kind() == reflect.Struct:
		d.structure(path, node, out)
	case out.Type() == openType:
		out.Set(reflect.ValueOf(Open(d.open(path, node))))
	case out.Kind() == reflect.Map:
		d.mapping(path, node, out, f)
	case out.Type() == oneOrMoreType && node.Kind == yaml.ScalarNode:
		d.doc.record(path.Index(0), nil, node)
		out.Set(reflect.MakeSlice(oneOrMoreType, 1, 1))
		d.value(path.Index(0), node, out.Index(0), f)
	case out.Kind() == reflect.Slice:
		d.list(path, node, out, f)
	default:
		d.scalar(path, node, out, f)
	}
}

// count counts a value, and reports the first one that is too many.
func (d *decoder) count() {
	if d.values++; d.values == maxValues+1 {
		d.fail("", fmt.Sprintf("the file has more than %d values, aliases unfolded", maxValues), "check that it is the right one")
	}
}

// spent reports whether there are more values than anybody writes. Nothing is decoded any more.
func (d *decoder) spent() bool { return d.values > maxValues }

// structure decodes a mapping with known fields. A misspelt field is reported and then read as what
// it was meant to be, so that whatever else is wrong inside it is told right away.
func (d *decoder) structure(path Path, node *yaml.Node, out reflect.Value) {
	fields := fieldsOf(out.Type())
	byName := map[string]field{}
	for _, f := range fields {
		byName[f.name] = f
	}
	entries := d.entries(path, node)
	written := map[string]bool{}
	for _, e := range entries {
		written[e.name] = true
	}
	for _, e := range entries {
		f, known := byName[e.name]
		if !known {
			guess := d.unknown(path, e, names(fields))
			if guess == "" || written[guess] {
				continue
			}
			f, written[guess] = byName[guess], true
			if !fits(e.value, out.Field(f.index).Type()) {
				d.doc.markUnread(path.Key(guess))
				continue
			}
		}
		d.doc.record(path.Key(f.name), e.key, e.value)
		d.value(path.Key(f.name), e.value, out.Field(f.index), f)
	}
	for _, f := range fields {
		switch {
		case written[f.name]:
			d.notEmpty(path.Key(f.name), out.Field(f.index), f)
		case f.required:
			d.doc.Report(path.Key(f.name), "missing", f.add(out.Type().Field(f.index).Type))
		default:
			setDefault(out.Field(f.index), f)
		}
	}
}

// short decodes the scalar that stands for a struct. Nothing is written at the path of its field, so that what is
// wrong with it is said of the path of the whole.
func (d *decoder) short(path Path, node *yaml.Node, out reflect.Value) {
	f, _ := shorthand(out.Type())
	setDefaults(out)
	d.value(path, node, out.Field(f.index), f)
}

// unknown reports a field that doesn't exist, and returns the one that was probably meant.
func (d *decoder) unknown(path Path, e entry, names []string) (guess string) {
	const (
		mostHomes   = 3
		mostGuesses = 100 // a file with more is something else altogether
	)
	fix := "the fields here are " + strings.Join(names, ", ")
	if len(d.doc.problems) >= mostGuesses {
		fix = ""
	} else if homes := homes(d.root, e.name, path); len(homes) > 0 && len(homes) <= mostHomes {
		fix = "it belongs to " + strings.Join(homes, " or ")
	} else if near, ok := nearest.Word(e.name, names); ok {
		guess, fix = near, fmt.Sprintf("did you mean %q?", near)
	}
	d.doc.record(path.Key(e.name), nil, e.key)
	d.doc.Report(path.Key(e.name), "unknown field", fix)
	d.doc.markUnread(path.Key(e.name))
	return guess
}

// notEmpty reports a required text, list or map that is there and empty.
func (d *decoder) notEmpty(path Path, out reflect.Value, f field) {
	switch out.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		if f.required && out.Len() == 0 {
			d.doc.Report(path, "is empty", f.write(out.Type()))
		}
	}
}

// add says how to add the field, and write how to fill it.
func (f field) add(t reflect.Type) string {
	if f.example != "" {
		return fmt.Sprintf("add it, for example %s: %s", f.name, f.example)
	}
	return "add " + describe(t, f)
}

func (f field) write(t reflect.Type) string {
	if f.example != "" {
		return fmt.Sprintf("fill it, for example %s: %s", f.name, f.example)
	}
	return "write " + describe(t, f)
}

// mapping decodes a mapping with keys of the author's choice.
func (d *decoder) mapping(path Path, node *yaml.Node, out reflect.Value, f field) {
	out.Set(reflect.MakeMap(out.Type()))
	for _, e := range d.entries(path, node) {
		if d.spent() {
			return
		}
		d.doc.record(path.Key(e.name), e.key, e.value)
		element := reflect.New(out.Type().Elem()).Elem()
		d.value(path.Key(e.name), e.value, element, f)
		out.SetMapIndex(reflect.ValueOf(e.name).Convert(out.Type().Key()), element)
	}
}

// list decodes a list.
func (d *decoder) list(path Path, node *yaml.Node, out reflect.Value, f field) {
	out.SetZero()
	for i, element := range node.Content {
		if d.spent() {
			return
		}
		d.doc.record(path.Index(i), nil, element)
		out.Set(reflect.Append(out, reflect.Zero(out.Type().Elem())))
		d.value(path.Index(i), element, out.Index(i), f)
	}
}

// entry is one entry of a mapping.
type entry struct {
	name       string
	key, value *yaml.Node
}

// entries returns the entries of a mapping that have a usable key of their own.
func (d *decoder) entries(path Path, node *yaml.Node) []entry {
	var entries []entry
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := Problem{File: d.doc.file, Line: key.Line, Column: key.Column, Path: path}
		switch {
		case key.Tag == "!!merge":
			at.Message, at.Fix = "merging with << is not supported", "write the fields out"
		case key.Kind != yaml.ScalarNode || key.Tag != "!!str":
			at.Message, at.Fix = "a name here is not text", "put it in quotes"
		case lines[key.Value] > 0:
			at.Path = path.Key(key.Value)
			at.Message, at.Fix = fmt.Sprintf("is already on line %d", lines[key.Value]), "remove one of the two"
		default:
			lines[key.Value] = key.Line
			if isNull(value) {
				// A comment where the value should be is taken for the key's.
				value.LineComment = key.LineComment
			}
			entries = append(entries, entry{name: key.Value, key: key, value: value})
			continue
		}
		d.doc.problems = append(d.doc.problems, at)
		d.doc.markUnread(at.Path)
	}
	return entries
}
