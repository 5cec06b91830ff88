package generate_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// reread returns an object as Kubernetes' own parser reads what was written of it.
func reread(t *testing.T, o generate.Object) (map[string]any, string) {
	t.Helper()
	text := string(o.YAML(nil))
	var got map[string]any
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return got, text
}

func TestTextsStayTexts(t *testing.T) {
	for _, s := range []string{
		"", " ", "a", "a b", "a: b", "a #b", "a:b", "-", "- a", "yes", "No", "null", "~", "1", "1e3", "0x1f", "1_000", "12:30:45", "2001-01-01", ".5", ".inf", "./src", "=", "<<",
		"*", "&a", "!a", "%a", "@a", "`a`", "{a}", "[a]", "a]", `"a"`, "it's", `back\slash`, "tab\t", "bell\a", "ende\n", "two\nlines\n", " two\nlines\n", "two\n\nlines\n", "two \nlines\n",
		"Ünïcödé ✓ 🚀", "\u2028", "\ufeff", "\u0085", "${{ a }}", "${{ outputs['a'].b }}", `[dev] red: ${{ imageFrom("q/r").Tag }}`, ">=0.0.0", "^sha-.*", "true ", "trailing:", "a\r\nb\n", "---", "...",
	} {
		o := generate.Object{{Key: "key", Value: s}, {Key: "list", Value: generate.List{s, generate.Object{{Key: s + "k", Value: s}}}}}
		got, text := reread(t, o)
		want := map[string]any{"key": s, "list": []any{s, map[string]any{s + "k": s}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q is written as\n%s\n%s", s, text, diff)
		}
	}
}

func TestOtherValuesStayWhatTheyAre(t *testing.T) {
	o := generate.Object{
		{Key: "no", Value: nil}, {Key: "bool", Value: true}, {Key: "int", Value: 3}, {Key: "large", Value: int64(1) << 53}, {Key: "float", Value: 1.5}, {Key: "whole", Value: 1e21},
		{Key: "empty", Value: generate.Object{}}, {Key: "none", Value: generate.List{}},
		{Key: "nested", Value: generate.List{generate.List{1, generate.List{2}}, generate.Object{}, map[string]any{"b": []any{nil}, "a": false}}},
	}
	got, text := reread(t, o)
	want := map[string]any{
		"no": nil, "bool": true, "int": 3.0, "large": float64(1 << 53), "float": 1.5, "whole": 1e21, "empty": map[string]any{}, "none": []any{},
		"nested": []any{[]any{1.0, []any{2.0}}, map[string]any{}, map[string]any{"b": []any{nil}, "a": false}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

// FuzzYAML: whatever JSON a step's config is, Kubernetes' parser reads it back.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{`{"a":"b"}`, `{"a":["x\ny\n",{"":null}],"b":{"c":-1.5}}`, `{"yes":"12:30","{":"}"}`, `{"a":"\u0085\u2028\ufeff"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m map[string]any
		if json.Unmarshal(data, &m) != nil {
			return
		}
		got, text := reread(t, generate.Object{{Key: "config", Value: m}})
		if m == nil {
			return
		}
		if diff := cmp.Diff(map[string]any{"config": m}, got); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
	})
}
