package strictyaml_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

type animal struct {
	Name string `yaml:"name" required:"true"`
	Legs int    `yaml:"legs" default:"4"`
}

func (animal) ShorthandYAML() string { return "name" }

type farm struct {
	Animals []animal        `yaml:"animals"`
	Dog     *animal         `yaml:"dog"`
	Config  strictyaml.Open `yaml:"config"`
}

func TestShorthandIsTheFieldThatItStandsFor(t *testing.T) {
	var got farm
	doc := strictyaml.Decode("f.yaml", []byte("animals:\n- cow\n- {name: hen, legs: 2}\ndog: rex\n"), &got)
	if err := doc.Problems().Err(); err != nil {
		t.Fatal(err)
	}
	want := farm{Animals: []animal{{"cow", 4}, {"hen", 2}}, Dog: &animal{"rex", 4}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if line, column := doc.Position("animals[1]"); line != 3 || column != 3 {
		t.Errorf("the second animal is at %d:%d", line, column)
	}
	if doc.Has("animals[0].name") || !doc.Has("animals[1].name") {
		t.Error("what is wrong with a shorthand would be said of a field that is not written")
	}
}

func TestShorthandsThatAreNone(t *testing.T) {
	for data, want := range map[string]string{
		"animals: [12]": "f.yaml:1:11: animals[0]: expected text, got a whole number; put it in quotes",
		"animals: [[]]": "f.yaml:1:11: animals[0]: expected its name, or a mapping with the fields name, legs, got a list",
		"animals: [{}]": "f.yaml:1:11: animals[0].name: missing; add text",
	} {
		var f farm
		if err := strictyaml.Decode("f.yaml", []byte(data), &f).Problems().Err(); err == nil || err.Error() != want {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestOpenTakesWhatJSONCanSay(t *testing.T) {
	var got farm
	data := "config:\n  a: text\n  b: [1, 9223372036854775807, 1e3, 1.5, true, null, 2026-01-01]\n  c: &c {d: {e: []}}\n  f: *c\n"
	if err := strictyaml.Decode("f.yaml", []byte(data), &got).Problems().Err(); err != nil {
		t.Fatal(err)
	}
	inner := map[string]any{"d": map[string]any{"e": []any{}}}
	want := strictyaml.Open{"a": "text", "b": []any{int64(1), int64(9223372036854775807), 1000.0, 1.5, true, nil, "2026-01-01"}, "c": inner, "f": inner}
	if diff := cmp.Diff(want, got.Config); diff != "" {
		t.Error(diff)
	}
}

func TestOpenRefusesWhatJSONCantSay(t *testing.T) {
	for data, want := range map[string]string{
		"config: []":                        "f.yaml:1:1: config: expected a mapping, got a list",
		"config: {a: .inf}":                 "f.yaml:1:13: config.a: is no number that Kubernetes can store; put it in quotes if it is a text",
		"config: {a: 9223372036854775808}":  "f.yaml:1:13: config.a: is beyond the whole numbers that Kubernetes can store; put it in quotes if it is a text",
		"config: {a: -9223372036854775809}": "f.yaml:1:13: config.a: is beyond the whole numbers that Kubernetes can store; put it in quotes if it is a text",
		"config: {a: 18446744073709551616}": "f.yaml:1:13: config.a: is beyond the whole numbers that Kubernetes can store; put it in quotes if it is a text",
		"config: {a: !!str 1}":              "f.yaml:1:13: config.a: has a YAML tag; remove the word that begins with an exclamation mark",
		"config: {a: {1: 2}}":               "f.yaml:1:14: config.a: a name here is not text; put it in quotes",
		"config: {a: [{b: 1, b: 2}]}":       "f.yaml:1:21: config.a[0].b: is already on line 1; remove one of the two",
	} {
		var f farm
		if err := strictyaml.Decode("f.yaml", []byte(data), &f).Problems().Err(); err == nil || err.Error() != want {
			t.Errorf("%s: %v", data, err)
		}
	}
}
