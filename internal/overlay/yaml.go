package overlay

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Bounds of one YAML file.
const (
	// maxValues bounds the values, where an alias counts as all that it stands for.
	maxValues = 100_000
	// maxKeys bounds those of one mapping: the library looks for each by going through all.
	maxKeys = 2000
	// maxDepth bounds the levels.
	maxDepth = 64
)

// The reasons not to take a YAML file.
var (
	errSyntax   = errors.New("is not valid YAML")
	errDeep     = errors.New("is nested too deeply")
	errTooMany  = errors.New("has too many values")
	errNoObject = errors.New("has values that Kubernetes objects can't have")
)

// document is what is known of a YAML file: how much is in it.
type document struct {
	roots []*yaml.Node
	// amount is how much is in it, with aliases followed, and the objects of lists included.
	amount
	// text is how much of it is text, in bytes, with aliases followed.
	text int
	// largest is the size of the largest object of each kind, in bytes of text.
	largest map[string]int
}

// parse reads all documents of a YAML file. JSON is YAML.
func parse(data []byte) (*document, error) {
	d := &document{largest: map[string]int{}}
	for decoder := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil || len(node.Content) != 1 {
			return nil, errSyntax
		}
		root := node.Content[0]
		before := d.text
		if err := d.measure(root, 0, nil); err != nil {
			return nil, err
		}
		for _, object := range append(items(root), root) {
			if kind := field(object, "kind"); kind != nil {
				d.largest[kind.Value] = max(d.largest[kind.Value], d.text-before)
			}
		}
		d.roots = append(d.roots, root)
		d.resources += 1 + len(items(root))
	}
}

// measure counts the values below a node.
func (d *document) measure(node *yaml.Node, depth int, open []*yaml.Node) error {
	if d.values++; d.values > maxValues {
		return errTooMany
	}
	if depth > maxDepth {
		return errDeep
	}
	switch node.Kind {
	case yaml.AliasNode:
		if slices.Contains(open, node.Alias) {
			return errDeep
		}
		return d.measure(node.Alias, depth+1, append(open, node.Alias))
	case yaml.ScalarNode:
		d.text += len(node.Value)
		return scalar(node)
	case yaml.MappingNode:
		if err := keys(node); err != nil {
			return err
		}
		if field(node, "image") != nil {
			d.images++
		}
	default:
	}
	if node.Anchor != "" {
		open = append(open, node)
	}
	for _, child := range node.Content {
		if err := d.measure(child, depth+1, open); err != nil {
			return err
		}
	}
	return nil
}

// scalar refuses what has no form in JSON. The library ends the process where it can't write an object as
// JSON in the middle of an error.
func scalar(node *yaml.Node) error {
	switch node.ShortTag() {
	case yaml.NodeTagString, yaml.NodeTagBool, yaml.NodeTagNull, "!!timestamp", "!!merge":
		return nil
	case yaml.NodeTagInt, yaml.NodeTagFloat:
		var number float64
		if node.Decode(&number) == nil && !math.IsNaN(number) && !math.IsInf(number, 0) {
			return nil
		}
	}
	return errNoObject
}

// keys refuses a mapping with too many keys, with one twice, or with one that is not a plain value.
func keys(node *yaml.Node) error {
	if len(node.Content) > 2*maxKeys {
		return errTooMany
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode || seen[key.Value] {
			return errNoObject
		}
		seen[key.Value] = true
	}
	return nil
}

// field returns the value of a mapping's field, nil if there is none.
func field(node *yaml.Node, name string) *yaml.Node {
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			if value := node.Content[i+1]; value.Kind == yaml.AliasNode {
				return value.Alias
			}
			return node.Content[i+1]
		}
	}
	return nil
}

// items returns the objects of a list.
func items(root *yaml.Node) []*yaml.Node {
	if list := field(root, "items"); list != nil {
		return slices.Clone(list.Content)
	}
	return nil
}

// rearranges reports whether a JSON patch has an operation that copies or moves a value, or one that makes
// an object one of another kind. Copies of copies grow without bound, and what is moved out of a Secret is
// no longer known to be secret.
func (d *document) rearranges() bool {
	for _, root := range d.roots {
		for _, operation := range root.Content {
			if operation.Kind == yaml.AliasNode {
				operation = operation.Alias
			}
			if op := field(operation, "op"); op != nil && slices.Contains([]string{"copy", "move"}, op.Value) {
				return true
			}
			if at := field(operation, "path"); at != nil && root.Kind == yaml.SequenceNode && slices.Contains([]string{"", "/", "/kind"}, strings.TrimSpace(at.Value)) {
				return true
			}
		}
	}
	return false
}
