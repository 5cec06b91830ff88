package wording_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// card is what the bot says in its own words.
func card() chatops.Card {
	return chatops.Card{
		Title: "Promotion of red to production failed", State: chatops.StateFailed, Status: "5 of 5",
		Facts:   []chatops.Text{chatops.Line(chatops.Plain("3.1.0 → 3.2.0"))},
		Steps:   []chatops.Step{{Name: "argocd-update", State: chatops.StepFailed}},
		Body:    []chatops.Text{chatops.Line(chatops.Plain("not healthy"))},
		Actions: []chatops.Action{{Label: "Retry", Command: "/promote red production"}},
	}
}

// data is about a promotion that Kargo made by itself.
func data() wording.Data {
	return wording.Data{
		Project: "microsvcs", Service: "red", Environment: "production", Version: "3.2.0", FromVersion: "3.1.0",
		Freight: "e72fb09c3f5e8a1d", Outcome: "failed", StepNumber: 5, Steps: 5, Message: "not healthy",
	}
}

// usable reads templates of promotions that nothing is wrong with.
func usable(t *testing.T, title string, lines ...string) *wording.Templates {
	t.Helper()
	templates, problems := wording.Parse(map[string]wording.Source{wording.KindPromotion: {Title: title, Lines: lines}})
	if len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	return templates
}

func TestApply(t *testing.T) {
	templates := usable(t, "{{.Service | upper}} {{.Version}} to {{.Environment}}: {{.Outcome}}",
		"by {{default \"Kargo\" .By}}, Freight {{short .Freight}}",
		"{{with .Reason}}because {{.}}, says {{$.By}}{{end}}",
		"{{if and .Step (gt .StepNumber 1)}}at {{.Step}}{{else if .Message}}{{.Message}}{{end}}")
	got, err := templates.Apply(wording.KindPromotion, data(), card())
	if err != nil {
		t.Fatal(err)
	}
	want := card()
	want.Title = "RED 3.2.0 to production: failed"
	want.Facts = nil
	want.Body = []chatops.Text{
		chatops.Line(chatops.Plain("by Kargo, Freight e72fb09")),
		chatops.Line(chatops.Plain("not healthy")),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestApplyLeavesWhatHasNoTemplate(t *testing.T) {
	title := usable(t, "{{.Service}}")
	got, err := title.Apply(wording.KindPromotion, data(), card())
	want := card()
	want.Title = "red"
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("a title alone: %v (-want +got)\n%s", err, diff)
	}
	for name, templates := range map[string]*wording.Templates{"none": nil, "of other messages": title, "an empty title": usable(t, "{{.Reason}}")} {
		kind := wording.KindPromotion
		if name == "of other messages" {
			kind = wording.KindRelease
		}
		got, err := templates.Apply(kind, data(), card())
		if diff := cmp.Diff(card(), got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

func TestValuesStayPlain(t *testing.T) {
	d := data()
	d.Message = "<!channel> *bold* [a](https://evil.example)\n# title\x1b[31m\u202e @here \xff" + strings.Repeat("é", 5000)
	got, err := usable(t, "{{.Message}}", "{{.Message}}").Apply(wording.KindPromotion, d, card())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Body) != 1 || len(got.Body[0]) != 1 || got.Body[0][0].Kind != chatops.SpanPlain {
		t.Fatalf("%+v", got.Body)
	}
	for text, most := range map[string]int{got.Title: 150, got.Body[0].String(): 500} {
		if utf8.RuneCountInString(text) != most || strings.ContainsAny(text, "\n\x1b\u202e") || !utf8.ValidString(text) {
			t.Errorf("%d characters: %q", utf8.RuneCountInString(text), text)
		}
	}
}

func TestWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"{{.Servce}}", `names ".Servce", which is not known; did you mean .Service?`},
		{"{{with .Reason}}{{$.Verson}}{{end}}", `names "$.Verson", which is not known; did you mean $.Version?`},
		{"{{uper .Service}}", `names "uper", which is not known; did you mean upper?`},
		{`{{printf "%999999d" 1}}`, `names "printf", which is not known; the functions are and, default, eq, ge, gt, le, len, lower, lt, ne, not, or, short, slice, upper`},
		{"{{range 1000000000}}x{{end}}", `"{{range 1000000000}}x{{end}}" is not available here; use if and with`},
		{`{{template "t"}}`, `"{{template \"t\"}}" is not available here; use if and with`},
		{`{{define "a"}}x{{end}}{{.Service}}`, `defines another template; write it out`},
		{`{{block "a" .}}x{{end}}`, `defines another template; write it out`},
		{"{{.Service", `can't be read: unclosed action; write it as Go's text/template has it`},
		{"{{if .Service}}", `can't be read: unexpected EOF; write it as Go's text/template has it`},
		{"{{if lt .Service 3}}x{{end}}", `can't be filled in: lt: it takes texts with texts, and numbers with numbers`},
		{"{{slice .Freight 0 7}}", `can't be filled in: slice: 7 is no place in a text of 0 bytes`},
		{"{{with .Service}}{{.Version}}{{end}}", `can't be filled in: .Version is a field of what the message is about: write $.Version here`},
		{"{{(len .Service).Foo}}", `can't be filled in: "(len .Service).Foo" is no value here`},
		{strings.Repeat("x", 2001), `is too long; write 2,000 characters at most`},
	} {
		templates, problems := wording.Parse(map[string]wording.Source{wording.KindPromotion: {Title: "{{.Service}}", Lines: []string{"fine", test.text}}})
		if len(problems) != 1 || problems[0].Error() != "promotion.lines[1]: "+test.want {
			t.Errorf("%.60s\ngot  %v\nwant %s", test.text, problems, test.want)
			continue
		}
		got, err := templates.Apply(wording.KindPromotion, data(), card())
		if _, ok := errors.AsType[*wording.Problem](err); !ok || len(got.Body) != 2 {
			t.Errorf("%s: %v, %+v", test.text, err, got.Body)
			continue
		}
		hint := got.Body[1].String()
		if !strings.HasPrefix(hint, "The template promotion.lines[1] of the configuration can't be used: it ") || utf8.RuneCountInString(hint) > 151 {
			t.Errorf("%s", hint)
		}
		got.Body = got.Body[:1]
		if diff := cmp.Diff(card(), got); diff != "" {
			t.Errorf("%s: the card is another one (-want +got)\n%s", test.text, diff)
		}
	}
}

// A template may be fine for all data that it was tried with, and fail for other data.
func TestWhatFailsLater(t *testing.T) {
	templates := usable(t, "{{if .Alias}}{{slice .Alias 3}}{{end}}")
	d := data()
	d.Alias = "x"
	before := card()
	got, err := templates.Apply(wording.KindPromotion, d, before)
	want := card()
	want.Body = append(want.Body, chatops.Line(chatops.Plain("The template promotion.title of the configuration can't be used: "+
		"it can't be filled in with this.")))
	const detail = "promotion.title: can't be filled in with this: slice: 3 is no place in a text of 1 bytes"
	if diff := cmp.Diff(want, got); diff != "" || err == nil || err.Error() != detail || len(before.Body) != 1 {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestTooManyLines(t *testing.T) {
	_, problems := wording.Parse(map[string]wording.Source{wording.KindAlert: {Lines: make([]string, 12)}})
	if len(problems) != 1 || problems[0].Error() != "alert.lines[10]: is one too many; write 10 lines at most" {
		t.Errorf("%v", problems)
	}
}

// FuzzApply checks that whatever a template is, a card comes back, short and on single lines.
func FuzzApply(f *testing.F) {
	f.Add("{{.Service}} {{if .By}}{{.By}}{{else}}Kargo{{end}}", "octocat")
	f.Add(`{{$a := upper .Service}}{{$a = lower $a}}{{$a}}{{len $a}}`, "\n\u202e")
	f.Add(`{{range 9}}{{end}}{{define "t"}}{{template "t"}}{{end}}`, "")
	f.Add(`{{and .By (or .Step (not .Steps)) | default "x" | short}}`, "x")
	f.Fuzz(func(t *testing.T, text, value string) {
		templates, _ := wording.Parse(map[string]wording.Source{wording.KindDigest: {Title: text, Lines: []string{text}}})
		d := wording.Data{Service: value, By: value, Message: value}
		got, _ := templates.Apply(wording.KindDigest, d, chatops.Card{Title: "own"})
		if got.Title == "" || utf8.RuneCountInString(got.Title) > 150 || len(got.Body) > 1 {
			t.Fatalf("%+v", got)
		}
		for _, said := range append(got.Body, chatops.Line(chatops.Plain(got.Title))) {
			if strings.ContainsAny(said.String(), "\n\r\x1b") || utf8.RuneCountInString(said.String()) > 500 {
				t.Fatalf("%q", said.String())
			}
		}
	})
}

// What operators can write stands in one place.
func TestReferenceHasEveryField(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "templates.md"))
	if err != nil {
		t.Fatal(err)
	}
	for f := range reflect.TypeFor[wording.Data]().Fields() {
		if !strings.Contains(string(page), "`."+f.Name+"`") {
			t.Errorf("docs/templates.md does not have .%s", f.Name)
		}
	}
}
