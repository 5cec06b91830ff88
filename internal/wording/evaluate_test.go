package wording

import (
	"strings"
	"testing"
	gotemplate "text/template"
)

// Templates come out as text/template would have them, whose language they are written in.
func TestItComesOutAsWithTextTemplate(t *testing.T) {
	functions := gotemplate.FuncMap{
		"upper": strings.ToUpper, "lower": strings.ToLower,
		"short": func(s string) string { return s[:min(len(s), 7)] },
		"default": func(instead, value string) string {
			if value == "" {
				return instead
			}
			return value
		},
	}
	for _, text := range []string{
		"{{.Service}} {{.Version}}", "{{$.Service}}{{/* a comment */}}", "  {{- .Service -}}  x",
		"{{if .By}}by {{.By}}{{else}}by Kargo{{end}}", "{{if .Reason}}a{{else if .By}}b{{else}}c{{end}}",
		"{{with .Reason}}{{.}} for {{$.Service}}{{else}}none{{end}}", "{{with $r := .Reason}}{{$r}}{{end}}",
		"{{$x := .Service}}{{$x}}{{if .By}}{{$x := .By}}{{$x}}{{end}}{{$x}}",
		`{{default "Kargo" .By}}`, `{{.By | default "Kargo" | upper}}`, "{{.Freight | short | upper}}",
		"{{if and .By .Reason}}both{{end}}", "{{and .By .Reason}}", "{{or .By .Reason}}", "{{.By | or .Reason}}", "{{not .By}}",
		"{{if gt .Commits 3}}many{{else}}few{{end}}", "{{if eq .Outcome \"failed\" \"aborted\"}}bad{{end}}", "{{ne .Steps 5}}",
		"{{le .Steps .StepNumber}} {{lt .Steps 3}} {{ge .Steps 5}}", "{{len .Service}}", "{{eq (len .Version) 5}}", "{{true}} {{1}} {{\"text\"}}",
		"{{if not (eq .Environment \"production\")}}not yet{{end}}", "{{.Commits}}", "{{slice .Service 0 0}}",
	} {
		own, problem := parseOne(text)
		if problem != nil {
			t.Errorf("%s: %v", text, problem.What())
			continue
		}
		theirs := gotemplate.Must(gotemplate.New("").Funcs(functions).Parse(text))
		for _, data := range samples {
			var want strings.Builder
			if err := theirs.Execute(&want, data); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			got := &bounded{left: maxOutput}
			if err := own.execute(got, data); err != nil || got.text.String() != want.String() {
				t.Errorf("%s: %q, %v; want %q", text, got.text.String(), err, want.String())
			}
		}
	}
}
