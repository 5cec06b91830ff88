package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const whole = `{
 "openapi": "3.0.3", "info": {"title": "t", "x-plan": "p"}, "servers": [],
 "paths": {
  "/a": {"get": {"operationId": "a/get", "x-github": {"y": 1}, "responses": {"200": {"content": {"application/json": {
    "schema": {"$ref": "#/components/schemas/a"}, "examples": {"e": {"$ref": "#/components/examples/e"}}}},
    "headers": {"X-Limit": {"schema": {"maximum": 9007199254740993}}}}}},
   "post": {"operationId": "a/make", "responses": {}}},
  "/b": {"get": {"operationId": "b/get", "responses": {}}}
 },
 "components": {
  "schemas": {
   "a": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/b"}, "example": {"type": "string", "example": "x"}}},
   "b": {"type": "array", "items": {"$ref": "#/components/schemas/a"}},
   "c": {"type": "string"}
  },
  "examples": {"e": {"value": 1}}
 }
}`

func TestCut(t *testing.T) {
	data, err := cut([]byte(whole), map[string]bool{"a/get": true})
	if err != nil {
		t.Fatal(err)
	}
	var part document
	if err := json.Unmarshal(data, &part); err != nil {
		t.Fatal(err)
	}
	if len(part.Paths) != 1 || len(part.Paths["/a"]) != 1 {
		t.Errorf("paths: %v", part.Paths)
	}
	if schemas := part.Components["schemas"]; len(schemas) != 2 || schemas["b"] == nil || part.Components["examples"] != nil {
		t.Errorf("components: %v", part.Components)
	}
	text := string(data)
	for _, gone := range []string{`"x-`, `"examples"`, `"example": "x"`} {
		if strings.Contains(text, gone) {
			t.Errorf("%s is still there", gone)
		}
	}
	for _, kept := range []string{`"example": {`, `"X-Limit"`, `9007199254740993`} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is lost", kept)
		}
	}
}

func TestCutRefusesUnknownOperations(t *testing.T) {
	if _, err := cut([]byte(whole), map[string]bool{"a/get": true, "a/burn": true}); err == nil || !strings.Contains(err.Error(), "a/burn") {
		t.Errorf("%v", err)
	}
}

func TestReadOperations(t *testing.T) {
	keep, err := readOperations(strings.NewReader("# what we use\n\na/get # mostly\n  b/get\n"))
	if err != nil || len(keep) != 2 || !keep["a/get"] || !keep["b/get"] {
		t.Errorf("%v, %v", keep, err)
	}
}
