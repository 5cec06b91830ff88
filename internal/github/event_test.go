package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// spellings returns a text as JSON, in every way that encoders have.
func spellings(text string) []string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always encode
	}
	plain := string(encoded)
	var numbered strings.Builder
	numbered.WriteByte('"')
	for _, r := range text {
		if r > 0xFFFF {
			r = '?'
		}
		fmt.Fprintf(&numbered, `\u%04x`, r)
	}
	numbered.WriteByte('"')
	return []string{
		plain, numbered.String(), strings.ReplaceAll(numbered.String(), "2f", "2F"), strings.ReplaceAll(numbered.String(), "0a", "0A"),
		strings.ReplaceAll(plain, "/", `\/`), strings.ReplaceAll(plain, "/", `\u002F`),
	}
}

func TestMostCommentsAreNotDecoded(t *testing.T) {
	for _, body := range []string{
		"", "Looks good to me.", "See https://example.com/a/b", "a\nb\r\nc\td", `C:\new\u folder`, `\\n/ is no line break`,
		"and/or\n\n- [ ] `/promote` some day", "\"quoted\" and 'quoted'", strings.Repeat("line\r\n", 500),
	} {
		event := fmt.Sprintf(`{"action":"created","comment":{"body":%s,"url":"https://api.github.com/x"}}`, spellings(body)[0])
		if mayCommand([]byte(event)) {
			t.Errorf("%q might be a command", body)
		}
	}
	if mayCommand([]byte(`{"action":"edited","comment":{"body":"/promote red production"}}`)) {
		t.Error("an edit might be a command")
	}
}

// No command is overlooked, whatever stands around it and however its JSON is written.
func FuzzNoCommandIsOverlooked(f *testing.F) {
	for _, body := range []string{"", "text", "\n", "\r\n", "\\", "\\n", "\"", "\\\"", "\u2028", "\n\n", "```\n```\n", "a\\\n", "\t\n"} {
		f.Add(body, "")
		f.Add(body, "\n"+body)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, spelling := range spellings(before + "/help" + after) {
			event := []byte(`{"action":"created","issue":{"number":1},"repository":{"id":1,"full_name":"a/b"},"installation":{"id":1},` +
				`"sender":{"id":1,"login":"octocat","type":"User"},"comment":{"id":1,"user":{"id":1,"login":"octocat","type":"User"},"body":` + spelling + `}}`)
			_, commands, err := parseComment(event)
			if err == nil && len(commands) > 0 && !mayCommand(event) {
				t.Fatalf("%+v is overlooked in %s", commands, event)
			}
		}
	})
}

// The same for events that no encoder would write.
func FuzzNoEventIsOverlooked(f *testing.F) {
	f.Add([]byte(`{"action":"created","issue":{"number":1},"repository":{"id":1,"full_name":"a/b"},"installation":{"id":1},` +
		`"sender":{"id":1,"login":"o","type":"User"},"comment":{"id":1,"user":{"id":1,"login":"o","type":"User"},"body":"a\n/help"}}`))
	f.Add([]byte(`{"action" : "created"}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		_, commands, err := parseComment(event)
		isPlain := bytes.Contains(event, []byte(`"created"`))
		if err == nil && len(commands) > 0 && isPlain && !mayCommand(event) {
			t.Fatalf("%+v is overlooked", commands)
		}
	})
}
