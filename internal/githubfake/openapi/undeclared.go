package openapi

import (
	"encoding/json"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// undeclaredIn returns an error if body has a key that the schema does not know at that
// place. OpenAPI allows further keys unless they are forbidden, so a misspelt optional
// key would pass everything else.
func undeclaredIn(where string, schema *openapi3.SchemaRef, body []byte) error {
	if schema == nil || len(body) == 0 {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if path := undeclared(branches(nil, schema), value, ""); path != "" {
		return fmt.Errorf("%s: GitHub's description has no %s", where, path)
	}
	return nil
}

// undeclared returns the path of the first key of value that none of the schemas
// declares, or "".
func undeclared(schemas []*openapi3.Schema, value any, path string) string {
	switch v := value.(type) {
	case map[string]any:
		if freeForm(schemas) {
			return ""
		}
		for key, item := range v {
			var inner []*openapi3.Schema
			for _, schema := range schemas {
				inner = branches(inner, schema.Properties[key])
			}
			if len(inner) == 0 {
				return path + "/" + key
			}
			if bad := undeclared(inner, item, path+"/"+key); bad != "" {
				return bad
			}
		}
	case []any:
		var inner []*openapi3.Schema
		for _, schema := range schemas {
			inner = branches(inner, schema.Items)
		}
		for i, item := range v {
			if bad := undeclared(inner, item, fmt.Sprintf("%s/%d", path, i)); bad != "" {
				return bad
			}
		}
	}
	return ""
}

// freeForm says whether any key is allowed: the description names none, or says that
// there may be others.
func freeForm(schemas []*openapi3.Schema) bool {
	named := false
	for _, schema := range schemas {
		more := schema.AdditionalProperties
		if more.Schema != nil || more.Has != nil && *more.Has {
			return true
		}
		named = named || len(schema.Properties) > 0
	}
	return !named
}

// branches appends the schema and all alternatives inside it.
func branches(all []*openapi3.Schema, ref *openapi3.SchemaRef) []*openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return all
	}
	all = append(all, ref.Value)
	for _, refs := range []openapi3.SchemaRefs{ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf} {
		for _, branch := range refs {
			all = branches(all, branch)
		}
	}
	return all
}
