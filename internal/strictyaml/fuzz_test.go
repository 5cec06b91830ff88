package strictyaml_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// plain is what the YAML library decodes in the same way: no defaults, nothing required.
type plain struct {
	Text     string           `yaml:"text"`
	Flag     bool             `yaml:"flag"`
	Number   int64            `yaml:"number"`
	Duration time.Duration    `yaml:"duration"`
	List     []string         `yaml:"list"`
	Map      map[string][]int `yaml:"map"`
	Struct   struct {
		Deep *plainer `yaml:"deep"`
	} `yaml:"struct"`
}

type plainer struct {
	Words map[string]string `yaml:"words"`
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", sample, "text: a\nflag: true\nnumber: 0o7\nduration: 1m\nlist: [a]\nmap: {a: [1]}\nstruct: {deep: {words: {a: b}}}",
		"text: &a b\nlist: [*a, *a]", "<<: {text: a}", "text: a\n---\ntext: b", "text: !!binary aGk=", "\ttext: a", "? [a]\n: b",
		"txt: a\nfalg: true\nstrct: {dep: {wrds: {}}}", "list: &l [*l]", "map: {a: [1, 2], a: [3]}", "number: -9223372036854775808",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got plain
		doc := strictyaml.Decode("f", data, &got)
		problems := slices.Clone(doc.Problems())
		for _, p := range problems {
			if p.Message == "" || p.File != "f" || p.Line < 0 || p.Line > len(data)+1 {
				t.Fatalf("an odd problem: %#v", p)
			}
		}
		var again plain
		if diff := cmp.Diff(problems, strictyaml.Decode("f", data, &again).Problems()); diff != "" {
			t.Fatalf("other problems the second time:\n%s", diff)
		}
		if len(problems) > 0 {
			return
		}
		// What is accepted means the same to the library.
		var want plain
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("accepted, but: %v", err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-library +got)\n%s", diff)
		}
	})
}
