package overlay

import (
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/utils"
)

// copies are the places that replacements copy from and to.
type copies struct {
	sources, targets [][]string
	// parts are the targets of which only a part is replaced.
	parts [][]string
}

// add takes up a replacement.
func (c *copies) add(r types.Replacement) error {
	if r.Source != nil {
		if r.Source.Kind == "" || r.Source.Kind == "Secret" {
			return unsupported("a replacement from a Secret, or from an object whose kind it does not name")
		}
		c.sources = append(c.sources, split(r.Source.FieldPath))
	}
	for _, t := range r.Targets {
		if t == nil {
			continue
		}
		fields := t.FieldPaths
		if len(fields) == 0 {
			fields = []string{""}
		}
		for _, field := range fields {
			if strings.TrimSpace(field) == "kind" {
				return unsupported("a replacement that makes an object one of another kind")
			}
			c.targets = append(c.targets, split(field))
			if t.Options != nil && t.Options.Delimiter != "" {
				c.parts = append(c.parts, split(field))
			}
		}
	}
	return nil
}

// check refuses replacements that copy a value into itself, or into what another one copies: thirty of
// them make a billion of one.
func (c *copies) check() error {
	for _, source := range c.sources {
		for _, target := range c.targets {
			if len(target) > len(source) && within(target, source) {
				return unsupported("a replacement into a value that another one copies")
			}
		}
		for _, part := range c.parts {
			if within(part, source) || within(source, part) {
				return unsupported("a replacement into a value that another one copies")
			}
		}
	}
	return nil
}

func split(field string) []string {
	if field == "" {
		field = types.DefaultReplacementFieldPath
	}
	return utils.SmarterPathSplitter(field, ".")
}

// within reports whether a place may be another one, or inside of it.
func within(inner, outer []string) bool {
	if len(inner) < len(outer) {
		return false
	}
	for i, step := range outer {
		if step != inner[i] && !several(step) && !several(inner[i]) {
			return false
		}
	}
	return true
}

// several reports whether a step of a path may be several elements: "*", "[name=red]", "0" or "-".
func several(step string) bool {
	return step == "" || strings.ContainsAny(step, "*[]=\\") || strings.Trim(step, "-0123456789") == ""
}
