// Package strictyaml decodes a configuration file into a struct and tells everything that is wrong
// with it at once, each problem with its line, its path and how to fix it: unknown and repeated
// fields, wrong types, missing values, and what the caller finds wrong with the meaning.
//
// The struct says what is expected: a field's name is in its yaml tag (`yaml:"-"` for none), and it
// may have the tags
//
//	required:"true"      it must be there, and not be empty
//	default:"info"       what a text, number, boolean or duration is if it is not there
//	enum:"debug,info"    the only values of a text
//	example:"[T01]"      shown where it is missing
//
// Fields are of type string, bool, int, int64, time.Duration, OneOrMore, Open, or are structs, pointers to, slices
// of and maps from string to any of these, but contain no struct of their own type. A struct that is a Shorthand
// may be written as a scalar. A type with a method DescribeYAML() string is called by
// what that returns. Anything else is an error of the programmer, and panics.
//
// The package must never show a value of which it doesn't know that it is harmless: people paste
// tokens into the wrong place.
package strictyaml

import (
	"cmp"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Document is a decoded file, and what is wrong with it so far. It remembers where everything
// stood, so that a problem found later gets its line.
type Document struct {
	file     string
	at       map[Path]position
	unread   map[Path]bool // what was written but could not be decoded
	around   map[Path]bool // what unread things are in
	problems Problems
}

// position is counted from 1.
type position struct{ line, column int }

// Decode decodes data, the content of the named file, into the struct that into points to. What
// could be decoded is decoded, and defaults are filled in, even if there are problems.
func Decode(file string, data []byte, into any) *Document {
	out := reflect.ValueOf(into).Elem()
	d := &decoder{root: out.Type(), doc: &Document{file: file, at: map[Path]position{}, unread: map[Path]bool{}, around: map[Path]bool{}}}
	root, problem := parse(data)
	if problem != nil {
		problem.File = file
		d.doc.problems = append(d.doc.problems, *problem)
		d.doc.markUnread("")
		setDefaults(out)
		return d.doc
	}
	d.doc.at[""] = position{root.Line, root.Column}
	d.value("", root, out, field{})
	return d.doc
}

// Has reports whether something is written at the path.
func (d *Document) Has(path Path) bool {
	_, ok := d.at[path]
	return ok
}

// Position returns the line and the column, counted from 1, of what is written at the path, or of the closest thing
// around it.
func (d *Document) Position(path Path) (line, column int) {
	at := d.locate(path)
	return at.line, at.column
}

// Unread reports whether what is written at the path, or somewhere inside it, could not be decoded,
// so that the value in the struct says nothing about what its author meant.
func (d *Document) Unread(path Path) bool {
	return d.around[path] || d.insideUnread(path)
}

// insideUnread reports whether the path, or something that it is in, could not be decoded.
func (d *Document) insideUnread(path Path) bool {
	for ; path != ""; path = path.parent() {
		if d.unread[path] {
			return true
		}
	}
	return d.unread[""]
}

// markUnread remembers that what is written at the path could not be decoded.
func (d *Document) markUnread(path Path) {
	d.unread[path] = true
	for path != "" {
		path = path.parent()
		d.around[path] = true
	}
}

// Report adds a problem with what is written at the path, or should be. It is dropped if what is
// written there could not be decoded, because that has been reported already.
func (d *Document) Report(path Path, message, fix string) {
	if d.insideUnread(path) {
		return
	}
	d.problems = append(d.problems, d.Problem(path, message, fix))
}

// Problem returns a problem at the path without adding it, for what is wrong beyond the file. The
// document may be nil.
func (d *Document) Problem(path Path, message, fix string) Problem {
	p := Problem{Path: path, Message: message, Fix: fix}
	if d != nil {
		at := d.locate(path)
		p.File, p.Line, p.Column = d.file, at.line, at.column
	}
	return p
}

// Problems returns what is wrong, in the order of the lines.
func (d *Document) Problems() Problems {
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return d.problems
}

// locate returns the position of the path, or of the closest thing around it.
func (d *Document) locate(path Path) position {
	for {
		if at, ok := d.at[path]; ok || path == "" {
			return at
		}
		path = path.parent()
	}
}

// record remembers where something stands: a value on one line where it begins, anything larger
// where its key does, if it has one.
func (d *Document) record(path Path, key, value *yaml.Node) {
	node := value
	if key != nil && (value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode || isNull(value)) {
		node = key
	}
	d.at[path] = position{node.Line, node.Column}
}
