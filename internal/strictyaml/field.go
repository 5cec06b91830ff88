package strictyaml

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// field is what the struct says about one of its fields.
type field struct {
	name     string
	index    int
	required bool
	fallback string // of the tag default
	enum     []string
	example  string
}

// fieldsOf returns the fields of a struct that can be written in a file.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, _, _ := strings.Cut(tag.Get("yaml"), ",")
		if name == "-" || !t.Field(i).IsExported() {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("strictyaml: %s.%s has no yaml tag", t, t.Field(i).Name))
		}
		f := field{name: name, index: i, fallback: tag.Get("default"), example: tag.Get("example")}
		f.required = tag.Get("required") == "true"
		if enum := tag.Get("enum"); enum != "" {
			f.enum = strings.Split(enum, ",")
		}
		fields = append(fields, f)
	}
	return fields
}

// homes returns the paths of the mappings that have a field of that name which is written at another path. A
// field in the wrong place is the mark of wrong indentation, which does not bring it from deep inside one part
// of a file into another.
func homes(t reflect.Type, name string, at Path) []string {
	var found []string
	var visit func(path string, t reflect.Type)
	visit = func(path string, t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer:
			visit(path, t.Elem())
		case reflect.Slice:
			visit(path+"[…]", t.Elem())
		case reflect.Map:
			visit(path+".…", t.Elem())
		case reflect.Struct:
			for _, f := range fieldsOf(t) {
				if f.name == name && path != "" && !slices.Contains(found, path) {
					found = append(found, path)
				}
				visit(strings.TrimPrefix(path+"."+f.name, "."), t.Field(f.index).Type)
			}
		}
	}
	visit("", t)
	return slices.DeleteFunc(found, func(home string) bool {
		return at != "" && section(home) != home && section(home) != section(string(at))
	})
}

// section returns the first name of a path.
func section(path string) string {
	if end := strings.IndexAny(path, ".["); end >= 0 {
		return path[:end]
	}
	return path
}

func names(fields []field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}

// setDefaults gives everything in a struct that is not there its default.
func setDefaults(out reflect.Value) {
	for _, f := range fieldsOf(out.Type()) {
		setDefault(out.Field(f.index), f)
	}
}

// setDefault gives one field its default. What a pointer leads to has none: it is absent.
func setDefault(out reflect.Value, f field) {
	if f.fallback == "" {
		if out.Kind() == reflect.Struct {
			setDefaults(out)
		}
		return
	}
	var err error
	switch {
	case out.Type() == durationType:
		var d time.Duration
		d, err = time.ParseDuration(f.fallback)
		out.SetInt(int64(d))
	case out.Kind() == reflect.String:
		out.SetString(f.fallback)
	case out.Kind() == reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(f.fallback)
		out.SetBool(b)
	case out.CanInt():
		var n int64
		n, err = strconv.ParseInt(f.fallback, 10, out.Type().Bits())
		out.SetInt(n)
	default:
		err = fmt.Errorf("a %s can't have one", out.Type())
	}
	if err != nil {
		panic(fmt.Sprintf("strictyaml: default of %s: %v", f.name, err))
	}
}

var durationType = reflect.TypeFor[time.Duration]()

// describe says what is written for a type.
func describe(t reflect.Type, f field) string {
	if t.Kind() == reflect.Pointer {
		return describe(t.Elem(), f)
	}
	if d, ok := reflect.TypeAssert[interface{ DescribeYAML() string }](reflect.Zero(t)); ok {
		return d.DescribeYAML()
	}
	switch {
	case len(f.enum) > 0 && t.Kind() == reflect.Slice:
		return "a list of " + strings.Join(f.enum, ", ")
	case len(f.enum) > 0:
		return "one of " + strings.Join(f.enum, ", ")
	case t == durationType:
		return "a duration such as 30s, 5m or 24h"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a mapping"
	case reflect.Struct:
		fields := "a mapping with the fields " + strings.Join(names(fieldsOf(t)), ", ")
		if f, ok := shorthand(t); ok {
			return "its " + f.name + ", or " + fields
		}
		return fields
	default:
		panic(fmt.Sprintf("strictyaml: can't decode a %s", t))
	}
}
