package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// holder has a secret in every place from where printers take it: a field that they may call
// methods of, one that they may not, behind a pointer, and in a list, a map and an interface.
type holder struct {
	Exported   secret.Text
	unexported secret.Text
	Pointer    *secret.Text
	hidden     *secret.Text
	List       []secret.Text
	Map        map[string]secret.Text
	Any        any
	nested     struct{ deep [1]secret.Text }
}

func hold(t secret.Text) holder {
	h := holder{
		Exported: t, unexported: t, Pointer: &t, hidden: &t,
		List: []secret.Text{t}, Map: map[string]secret.Text{"key": t}, Any: t,
	}
	h.nested.deep[0] = t
	return h
}

// outputs is everything that programs commonly do to a value to show it.
func outputs(t testing.TB, v any) map[string]string {
	t.Helper()
	out := map[string]string{
		"print": fmt.Sprint(v),
		"error": fmt.Errorf("could not use %v: %w", v, errors.ErrUnsupported).Error(),
		"width": fmt.Sprintf("%-40.3v|%+q|%#q|% x|%#x|%080d", v, v, v, v, v, v),
	}
	for verb := byte(' '); verb <= '~'; verb++ {
		for _, flags := range []string{"", "+", "#", " "} {
			format := "%" + flags + string(verb)
			out[format] = fmt.Sprintf(format, v)
		}
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "v", v, slog.Group("g", "v", v))
	slog.New(slog.NewTextHandler(&logged, nil)).Info("m", "v", v, slog.Group("g", "v", v))
	out["slog"] = logged.String()
	for name, marshal := range map[string]func(any) ([]byte, error){
		"json": json.Marshal, "yaml": yaml.Marshal, "xml": xml.Marshal,
	} {
		encoded, err := marshal(v)
		out[name] = fmt.Sprint(string(encoded), err)
	}
	return out
}

func TestTextIsNeverPrinted(t *testing.T) {
	const sentinel = "sentinel-8d2f6b2"
	text := secret.NewText(sentinel)
	for name, v := range map[string]any{"text": text, "pointer": &text, "struct": hold(text), "pointer to struct": new(holder)} {
		if h, ok := v.(*holder); ok {
			*h = hold(text)
		}
		for how, out := range outputs(t, v) {
			if leaks(out, sentinel) {
				t.Errorf("%s with %s shows the secret: %s", name, how, out)
			}
		}
	}
}

func TestTextPrintsRedacted(t *testing.T) {
	text := secret.NewText("sentinel")
	for name, got := range map[string]string{
		"%v": fmt.Sprintf("%v", text), "%s": fmt.Sprintf("%s", text), "%q": fmt.Sprintf("%q", text),
		"%x": fmt.Sprintf("%x", text), "%#v": fmt.Sprintf("%#v", text), "%d": fmt.Sprintf("%d", text),
		"String": text.String(), "GoString": text.GoString(), "LogValue": text.LogValue().String(),
		"empty": fmt.Sprint(secret.Text{}),
	} {
		if got != "<redacted>" {
			t.Errorf("%s prints %q", name, got)
		}
	}
	if got := fmt.Sprintf("%+v", struct{ Token secret.Text }{text}); got != "{Token:<redacted>}" {
		t.Errorf("in a struct it prints as %s", got)
	}
	encoded, err := json.Marshal(map[string]any{"token": text, "map": map[string]*secret.Text{"k": &text}})
	if err != nil || string(encoded) != `{"map":{"k":"\u003credacted\u003e"},"token":"\u003credacted\u003e"}` {
		t.Errorf("JSON: %s, %v", encoded, err)
	}
	encoded, err = yaml.Marshal(map[string]any{"token": text})
	if err != nil || string(encoded) != "token: <redacted>\n" {
		t.Errorf("YAML: %s, %v", encoded, err)
	}
}

func TestTextGivesItselfUpOnDemandOnly(t *testing.T) {
	text, same, other := secret.NewText("one"), secret.NewText("one"), secret.NewText("two")
	if text.Reveal() != "one" || text.Empty() {
		t.Errorf("Reveal() = %q, Empty() = %v", text.Reveal(), text.Empty())
	}
	if !text.Equal(same) || text.Equal(other) || text.Equal(secret.Text{}) {
		t.Error("Equal does not tell secrets apart")
	}
	for _, empty := range []secret.Text{{}, secret.NewText("")} {
		if !empty.Empty() || empty.Reveal() != "" || !empty.Equal(secret.Text{}) {
			t.Errorf("an empty secret holds %q", empty.Reveal())
		}
	}
}

func FuzzTextIsNeverPrinted(f *testing.F) {
	f.Add("xoxb-1-2-abcdefgh")
	f.Add("%!s(MISSING) <&> \x00\xff")
	f.Fuzz(func(t *testing.T, content string) {
		content = "sentinel-8d2f6b2" + content // so that it occurs nowhere by chance
		for how, out := range outputs(t, hold(secret.NewText(content))) {
			if leaks(out, content) {
				t.Fatalf("%s shows the secret: %s", how, out)
			}
		}
	})
}

// leaks reports whether out contains the secret, plainly or in hexadecimal.
func leaks(out, content string) bool {
	return strings.Contains(out, content) ||
		strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", content)) ||
		strings.Contains(out, fmt.Sprintf("%d", []byte(content)))
}
