// Command slice cuts the operations that the project uses out of GitHub's OpenAPI
// description, with the components they refer to and nothing else. Examples and
// extensions (x-…) are left out: nothing checks against them.
//
// It reads and writes files only; README.md beside the slice says where the
// description comes from.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	in := flag.String("in", "", "GitHub's description: generated/api.github.com.json of the npm package @octokit/openapi")
	operations := flag.String("operations", "operations.txt", "the operation ids to keep, one a line")
	out := flag.String("out", "github.json", "where the slice goes")
	flag.Parse()
	if err := run(*in, *operations, *out); err != nil {
		fmt.Fprintln(os.Stderr, "slice:", err)
		os.Exit(1)
	}
}

func run(in, operations, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return fmt.Errorf("reading GitHub's description: %w", err)
	}
	list, err := os.Open(operations)
	if err != nil {
		return fmt.Errorf("reading the operations to keep: %w", err)
	}
	defer func() { _ = list.Close() }()
	keep, err := readOperations(list)
	if err != nil {
		return fmt.Errorf("reading %s: %w", operations, err)
	}
	sliced, err := cut(data, keep)
	if err != nil {
		return err
	}
	return os.WriteFile(out, sliced, 0o644) //nolint:gosec // G306: a file of the repository
}

// readOperations returns the operation ids of a list: one a line, # starts a comment.
func readOperations(r io.Reader) (map[string]bool, error) {
	keep := map[string]bool{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			keep[line] = true
		}
	}
	return keep, lines.Err()
}

// document is what the slice needs to know of an OpenAPI description.
type document struct {
	OpenAPI    string                    `json:"openapi"`
	Info       map[string]any            `json:"info"`
	Servers    []any                     `json:"servers"`
	Paths      map[string]map[string]any `json:"paths"`
	Components map[string]map[string]any `json:"components"`
}

// cut returns the description reduced to the operations in keep. An id that the
// description does not have is an error.
func cut(data []byte, keep map[string]bool) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // limits stay as they are written
	var whole document
	if err := decoder.Decode(&whole); err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	part := document{
		OpenAPI: whole.OpenAPI, Info: strip(whole.Info).(map[string]any), Servers: whole.Servers,
		Paths: map[string]map[string]any{}, Components: map[string]map[string]any{},
	}
	for path, methods := range whole.Paths {
		for method, value := range methods {
			operation, ok := value.(map[string]any)
			if !ok {
				continue
			}
			id, _ := operation["operationId"].(string)
			if !keep[id] {
				continue
			}
			delete(keep, id)
			if part.Paths[path] == nil {
				part.Paths[path] = map[string]any{}
			}
			part.Paths[path][method] = strip(operation)
		}
	}
	if len(keep) > 0 {
		return nil, fmt.Errorf("GitHub's description does not have %v", keep)
	}
	if err := follow(whole, part, part.Paths); err != nil {
		return nil, err
	}
	sliced, err := json.MarshalIndent(part, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the slice: %w", err)
	}
	return append(sliced, '\n'), nil
}

// follow copies every component that value refers to from whole to part, and what
// those refer to in turn.
func follow(whole, part document, value any) error {
	switch v := value.(type) {
	case map[string]map[string]any:
		for _, item := range v {
			if err := follow(whole, part, item); err != nil {
				return err
			}
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			return take(whole, part, ref)
		}
		for _, item := range v {
			if err := follow(whole, part, item); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := follow(whole, part, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// take copies the component behind ref ("#/components/schemas/issue") once.
func take(whole, part document, ref string) error {
	kind, name, ok := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
	if !ok {
		return fmt.Errorf("reference %q is not to a component", ref)
	}
	if _, done := part.Components[kind][name]; done {
		return nil
	}
	component, ok := whole.Components[kind][name]
	if !ok {
		return errors.New("GitHub's description lacks " + ref)
	}
	if part.Components[kind] == nil {
		part.Components[kind] = map[string]any{}
	}
	component = strip(component)
	part.Components[kind][name] = component
	return follow(whole, part, component)
}

// strip returns value without examples and extensions. Where the keys are names that
// GitHub chose (of properties, headers), they are kept whatever they are.
func strip(value any) any { return stripped(value, false) }

func stripped(value any, keysAreNames bool) any {
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for key, item := range v {
			if !keysAreNames && (key == "example" || key == "examples" || strings.HasPrefix(key, "x-")) {
				continue
			}
			named := !keysAreNames && (key == "properties" || key == "headers")
			kept[key] = stripped(item, named)
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, item := range v {
			kept[i] = stripped(item, false)
		}
		return kept
	default:
		return value
	}
}
