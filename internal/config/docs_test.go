package config_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// reference is the documentation of the configuration. Its list of fields is generated.
var reference = filepath.Join("..", "..", "docs", "configuration.md")

const (
	beginFields = "<!-- What follows is generated from the comments in internal/config: go test ./internal/config -update -->\n"
	endFields   = "<!-- End of what is generated. -->\n"
)

func TestReferenceHasEveryField(t *testing.T) {
	page := readReference(t)
	before, rest, ok := strings.Cut(page, beginFields)
	_, after, closed := strings.Cut(rest, endFields)
	if !ok || !closed {
		t.Fatalf("%s has no marks around what is generated", reference)
	}
	g := generator{t: t, comments: comments(t)}
	golden(t, reference, before+beginFields+g.sections()+endFields+after)
}

func TestReferencesExampleLoads(t *testing.T) {
	_, rest, ok := strings.Cut(readReference(t), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatalf("%s has no example", reference)
	}
	c := parse(t, example)
	if len(c.Warnings) > 0 {
		t.Errorf("the example warns: %v", c.Warnings)
	}
	if c.GitHub == nil || c.Slack == nil || len(c.Pipelines) != 2 || len(c.Identity.People) == 0 {
		t.Errorf("the example leaves out what it should show: %+v", c)
	}
	// What the example spells out are the defaults, so that it can't contradict the table.
	smallest := parse(t, smallest)
	for name, pair := range map[string][2]any{
		"server":         {smallest.Server, c.Server},
		"leaderElection": {smallest.LeaderElection, c.LeaderElection},
		"shipments":      {smallest.Shipments, c.Shipments},
		"releases":       {smallest.Releases, c.Releases},
		"log":            {smallest.Log, c.Log},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s is not the default (-default +example)\n%s", name, diff)
		}
	}
}

func readReference(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// generator writes the list of fields from the types and their comments.
type generator struct {
	t        *testing.T
	comments map[string]string // by Type.Field
}

// sections returns a section for each field at the top.
func (g *generator) sections() string {
	var b strings.Builder
	root := reflect.TypeFor[config.Config]()
	for f := range root.Fields() {
		name := f.Tag.Get("yaml")
		if name == "-" || !f.IsExported() {
			continue
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n| field | what it takes | default | meaning |\n|---|---|---|---|\n",
			name, g.comment(root, f))
		g.rows(&b, name, f.Type)
	}
	return b.String() + "\n"
}

// rows writes a row for everything that can be written at a path.
func (g *generator) rows(b *strings.Builder, path string, t reflect.Type) {
	switch {
	case t.Kind() == reflect.Pointer:
		g.rows(b, path, t.Elem())
		return
	case t.Kind() == reflect.Map:
		g.rows(b, path+".NAME", t.Elem())
		return
	case t.Kind() == reflect.Slice:
		g.rows(b, path+"[]", t.Elem())
		return
	}
	for f := range t.Fields() {
		name := f.Tag.Get("yaml")
		if name == "-" || !f.IsExported() {
			continue
		}
		at := path + "." + name
		if isStruct(f.Type) {
			g.rows(b, at, f.Type)
			continue
		}
		fallback := ""
		if def := f.Tag.Get("default"); def != "" {
			fallback = "`" + def + "`"
		}
		if f.Tag.Get("required") == "true" {
			fallback = "**required**"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", at, takes(f.Type, f.Tag), fallback, g.comment(t, f))
	}
}

// isStruct reports whether the fields inside a type get rows of their own.
func isStruct(t reflect.Type) bool {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[secret.Source]()
}

// takes says what is written for a type.
func takes(t reflect.Type, tag reflect.StructTag) string {
	switch {
	case tag.Get("enum") != "" && t.Kind() == reflect.Slice:
		return "list of `" + strings.ReplaceAll(tag.Get("enum"), ",", "`, `") + "`"
	case tag.Get("enum") != "":
		return "`" + strings.ReplaceAll(tag.Get("enum"), ",", "`, `") + "`"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[secret.Source]():
		return "secret"
	case t == reflect.TypeFor[strictyaml.OneOrMore]():
		return "text or list"
	case t.Kind() == reflect.Slice:
		if t.Elem() == reflect.TypeFor[secret.Source]() {
			return "list of secrets"
		}
		return "list"
	case t.Kind() == reflect.Bool:
		return "`true`, `false`"
	case t.Kind() == reflect.Int64, t.Kind() == reflect.Int:
		return "number"
	default:
		return "text"
	}
}

// comment returns what the comment says of a field, without its name.
func (g *generator) comment(in reflect.Type, f reflect.StructField) string {
	g.t.Helper()
	text := g.comments[in.Name()+"."+f.Name]
	rest, ok := strings.CutPrefix(text, f.Name+" ")
	if verb, meaning, _ := strings.Cut(rest, " "); ok && (verb == "is" || verb == "are") {
		return strings.ToUpper(meaning[:1]) + meaning[1:]
	}
	g.t.Errorf("the comment of %s.%s does not begin with what it is or they are: %q", in.Name(), f.Name, text)
	return text
}

// comments returns the comments of all fields of structs in this package.
func comments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, name := range f.Names {
						// Only the first paragraph is for those who write the file.
						text, _, _ := strings.Cut(f.Doc.Text(), "\n\n")
						found[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(text), " ")
					}
				}
			}
			return true
		})
	}
	return found
}
