package schema_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// object is a JSON object.
type object = map[string]any

// builder makes a JSON schema from types and their comments.
type builder struct {
	t        *testing.T
	defs     object
	comments map[string]map[string]string // of a package's path, by Type and Type.Field
}

// build returns the schema of a type.
func build(t *testing.T, root reflect.Type, id, title string) object {
	t.Helper()
	b := &builder{t: t, defs: object{}, comments: map[string]map[string]string{}}
	s := b.structure(root)
	s["$schema"], s["$id"], s["title"] = "https://json-schema.org/draft/2020-12/schema", id, title
	s["$defs"] = b.defs
	return s
}

// value returns the schema of a field.
func (b *builder) value(t reflect.Type, tag reflect.StructTag) object {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return object{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`}
	case reflect.TypeFor[strictyaml.OneOrMore]():
		text := object{"type": "string"}
		return object{"oneOf": []any{text, object{"type": "array", "items": text}}}
	case reflect.TypeFor[strictyaml.Open]():
		return object{"type": "object"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.value(t.Elem(), tag)
	case reflect.Slice:
		return object{"type": "array", "items": b.value(t.Elem(), "")}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": b.value(t.Elem(), "")}
	case reflect.Struct:
		return b.reference(t)
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.String:
		s := object{"type": "string"}
		if enum := tag.Get("enum"); enum != "" {
			s["enum"] = strings.Split(enum, ",")
		}
		return s
	default:
		b.t.Fatalf("no schema of a %s", t)
		return nil
	}
}

// reference puts a struct among the definitions, and refers to it.
func (b *builder) reference(t reflect.Type) object {
	if _, known := b.defs[t.Name()]; !known {
		b.defs[t.Name()] = nil
		s := b.structure(t)
		if short, ok := reflect.TypeAssert[strictyaml.Shorthand](reflect.Zero(t)); ok {
			s = object{"description": s["description"], "oneOf": []any{b.value(b.field(t, short.ShorthandYAML()).Type, ""), s}}
		}
		b.defs[t.Name()] = s
	}
	return object{"$ref": "#/$defs/" + t.Name()}
}

func (b *builder) field(t reflect.Type, name string) reflect.StructField {
	for f := range t.Fields() {
		if f.Tag.Get("yaml") == name {
			return f
		}
	}
	b.t.Fatalf("%s has no field %s", t, name)
	return reflect.StructField{}
}

func (b *builder) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for f := range t.Fields() {
		name := f.Tag.Get("yaml")
		if name == "-" || !f.IsExported() {
			continue
		}
		s := b.value(f.Type, f.Tag)
		s["description"] = b.comment(t, "."+f.Name)
		if fallback := f.Tag.Get("default"); fallback != "" {
			s["default"] = b.fallback(f.Type, fallback)
		}
		if example := f.Tag.Get("example"); example != "" && f.Type.Kind() == reflect.String {
			s["examples"] = []string{example}
		}
		if f.Tag.Get("required") == "true" {
			required = append(required, name)
		}
		properties[name] = s
	}
	s := object{"type": "object", "additionalProperties": false, "properties": properties, "description": b.comment(t, "")}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (b *builder) fallback(t reflect.Type, text string) any {
	switch t.Kind() {
	case reflect.Bool:
		return text == "true"
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			b.t.Fatal(err)
		}
		return n
	default:
		return text
	}
}

// comment returns the comment of a type, or of a field of it, in one line.
func (b *builder) comment(t reflect.Type, field string) string {
	if b.comments[t.PkgPath()] == nil {
		b.comments[t.PkgPath()] = comments(b.t, t.PkgPath())
	}
	text := b.comments[t.PkgPath()][t.Name()+field]
	if text == "" {
		b.t.Errorf("%s%s has no comment", t, field)
	}
	for f := range t.Fields() {
		if isOfGo.MatchString(f.Name) && !slices.Contains(kinds, f.Name) && f.Name != f.Tag.Get("yaml") && slices.Contains(words(text), f.Name) {
			b.t.Errorf("the comment of %s%s says %s, which the file calls %s", t, field, f.Name, f.Tag.Get("yaml"))
		}
	}
	return text
}

// comments reads those of a package of this module.
func comments(t *testing.T, pkg string) map[string]string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", strings.TrimPrefix(pkg, "github.com/davidaparicio/kargo-bot/"))
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of %s in %s: %v", pkg, dir, err)
	}
	all := map[string]string{}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			if d, ok := declared.(*ast.GenDecl); ok {
				read(all, d)
			}
		}
	}
	return all
}

func read(all map[string]string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		all[s.Name.Name] = line(d.Doc.Text(), s.Name.Name)
		fields, ok := s.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range fields.Fields.List {
			for _, name := range f.Names {
				all[s.Name.Name+"."+name.Name] = line(f.Doc.Text(), name.Name)
			}
		}
	}
}

// isOfGo matches names that are not words: RepoURL.
var isOfGo = regexp.MustCompile(`^(([A-Z]\w*[a-z][A-Z]\w*)|[A-Z]{2,}[a-z]\w*)$`)

// kinds are names that are those of kinds, too, and so called in any text.
var kinds = []string{"AnalysisTemplates", "ClusterAnalysisTemplates", "AppProject"}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// said matches what a comment says of what it names. A reader of the schema sees the name already: "Name is the name of
// the task" is "The name of the task" there, but "Name of the task" stays what it is.
var said = regexp.MustCompile(`^(?:(?:is|are) (.+)|((?:says?|has|can|names|replaces|restrict|tells) .+))$`)

// line puts a comment on one line, as it reads below a name.
func line(text, name string) string {
	text = strings.Join(strings.Fields(text), " ")
	rest, ok := strings.CutPrefix(text, name+" ")
	parts := said.FindStringSubmatch(rest)
	if !ok || parts == nil {
		return text
	}
	rest = parts[1] + parts[2]
	return strings.ToUpper(rest[:1]) + rest[1:]
}
