// Command webhookshapes notes the shapes of GitHub's real webhook payloads: for every
// event that the fake sends, each key that real payloads have, its JSON types, and
// whether it is always there. Tests of the fake compare its payloads with the notes.
//
// It reads and writes files only; testdata/README.md says where the payloads come from.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// events are those that the fake sends.
var events = [...]string{"create", "delete", "installation", "issue_comment", "ping", "pull_request", "push", "release"}

func main() {
	in := flag.String("in", "", "real payloads: api.github.com/index.json of the npm package @octokit/webhooks-examples")
	out := flag.String("out", "testdata/webhook-shapes.txt", "where the notes go")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "webhookshapes:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return fmt.Errorf("reading the payloads: %w", err)
	}
	var all []struct {
		Name     string           `json:"name"`
		Examples []map[string]any `json:"examples"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("reading the payloads: %w", err)
	}
	var notes bytes.Buffer
	fmt.Fprintln(&notes, "# event\tkey\ttypes\twhether it is always there. Made by webhookshapes; see README.md.")
	for _, event := range all {
		if !slices.Contains(events[:], event.Name) {
			continue
		}
		shapes := shapes{}
		for _, example := range event.Examples {
			shapes.note("", example)
		}
		shapes.write(&notes, event.Name)
	}
	return os.WriteFile(out, notes.Bytes(), 0o644) //nolint:gosec // G306: a file of the repository
}

// shapes are what was seen, by path: "issue.user.login", "commits[].id".
type shapes map[string]*shape

type shape struct {
	types map[string]bool
	seen  int // how often the key was there
}

func (s shapes) at(path string) *shape {
	if s[path] == nil {
		s[path] = &shape{types: map[string]bool{}}
	}
	return s[path]
}

// note takes down a value and what is in it.
func (s shapes) note(path string, value any) {
	here := s.at(path)
	here.types[typeOf(value)] = true
	here.seen++
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			s.note(join(path, key), item)
		}
	case []any:
		for _, item := range v {
			s.note(path+"[]", item)
		}
	}
}

// write prints the keys in order. A key is always there if it was in every object that
// was seen at its place.
func (s shapes) write(out *bytes.Buffer, event string) {
	for _, path := range slices.Sorted(maps.Keys(s)) {
		if path == "" {
			continue
		}
		parent, here := path[:max(0, strings.LastIndex(path, "."))], s[path]
		often := "sometimes"
		if s[parent] != nil && here.seen >= s[parent].seen && !s[parent].types["null"] {
			often = "always"
		}
		types := strings.Join(slices.Sorted(maps.Keys(here.types)), "|")
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", event, path, types, often)
	}
}

// join makes the path of a key. The keys of permissions are names of permissions.
func join(path, key string) string {
	if path == "" {
		return key
	}
	if strings.HasSuffix(path, "permissions") {
		key = "*"
	}
	return path + "." + key
}

func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
