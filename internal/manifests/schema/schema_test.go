package schema_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/schema"
)

func TestSchemaIsThatOfTheTypes(t *testing.T) {
	s := build(t, reflect.TypeFor[manifests.Pipeline](),
		"https://raw.githubusercontent.com/davidaparicio/kargo-bot/main/internal/manifests/schema/pipeline.schema.json", "Pipeline file of kargo-bot")
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, filepath.Join("..", "pipeline.schema.json"), text.String())
	if !json.Valid(schema.JSON()) {
		t.Error("what --schema prints is not JSON")
	}
}
