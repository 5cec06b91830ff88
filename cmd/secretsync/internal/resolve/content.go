package resolve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// content is a document as it was read.
type content struct {
	text string
	tree map[string]any
	// named says that the names of its keys may be told, as somebody has chosen them to be names. Those in a text that
	// merely happens to be YAML may be half of a password.
	named bool
}

// maxDocument is the size in bytes of the largest document that is looked into. AWS, Google and HashiCorp allow 64 KiB
// to 1 MiB.
const maxDocument = 1 << 20

// parsed returns the document of a text that is JSON or YAML.
func parsed(text string, named bool) (content, *fault) {
	c := content{text: text, named: named}
	if len(text) > maxDocument {
		return content{}, &fault{cause: tooLarge}
	}
	if data := []byte(text); json.Valid(data) {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		if decoder.Decode(&c.tree) == nil {
			c.named = true
		}
		return c, nil
	}
	// A text that is no YAML is one that nobody looks for keys in.
	var tree map[string]any
	if yaml.Unmarshal([]byte(text), &tree) == nil {
		c.tree = tree
	}
	return c, nil
}

// pick returns the value that the keys lead to, or why there is none, in words that go on after the document's name.
func (c content) pick(keys []string) (secret.Text, string) {
	if len(keys) == 0 {
		return value(c.text, "")
	}
	if c.tree == nil {
		return secret.Text{}, "is neither YAML nor JSON with keys; write it so, or leave out what follows # to take all of it"
	}
	tree := c.tree
	for i, key := range keys {
		path := quoted(strings.Join(keys[:i+1], "/"))
		found, ok := tree[key]
		if !ok {
			return secret.Text{}, "has no key " + path + c.others(tree) + "; correct the reference, or add the key"
		}
		if i == len(keys)-1 {
			return c.leaf(found, path)
		}
		if tree, ok = branches(found); !ok {
			return secret.Text{}, "has no keys inside of " + path + "; correct the reference"
		}
	}
	return secret.Text{}, ""
}

// leaf makes a secret of a value. Numbers are refused, since YAML has been at them: 0755 is 493 by now.
func (c content) leaf(found any, path string) (secret.Text, string) {
	switch found := found.(type) {
	case string:
		return value(found, " at "+path)
	case nil:
		return secret.Text{}, "has no value at " + path + "; give it one"
	case bool, int, int64, uint64, float64, json.Number:
		return secret.Text{}, "has a number or a yes/no at " + path + ", which may have been changed on its way; put it in quotes"
	}
	if inside, ok := branches(found); ok {
		return secret.Text{}, "has several values at " + path + c.others(inside) + "; name the one that is meant"
	}
	return secret.Text{}, "has no text at " + path + "; correct the reference, or write the value in quotes"
}

func value(text, at string) (secret.Text, string) {
	switch {
	case text == "":
		return secret.Text{}, "is empty" + at + "; put the secret there"
	case len(text) > secret.MaxSize:
		return secret.Text{}, fmt.Sprintf("has more than %d KiB%s; check that it is the right one", secret.MaxSize>>10, at)
	}
	return secret.NewText(text), ""
}

// branches returns a map whichever of its two forms YAML has decoded it to.
func branches(found any) (map[string]any, bool) {
	switch found := found.(type) {
	case map[string]any:
		return found, true
	case map[any]any:
		tree := make(map[string]any, len(found))
		for key, v := range found {
			tree[fmt.Sprint(key)] = v
		}
		return tree, true
	default:
		return nil, false
	}
}

// plain is what the name of a key looks like that can be shown.
var plain = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// others lists the keys that there are, if their names may be told.
func (c content) others(tree map[string]any) string {
	const most = 10
	if !c.named || len(tree) == 0 {
		return ""
	}
	var shown []string
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		if len(shown) == most {
			return fmt.Sprintf(" (it has %s and %d more)", strings.Join(shown, ", "), len(tree)-most)
		}
		if !plain.MatchString(key) {
			return ""
		}
		shown = append(shown, key)
	}
	return " (it has " + strings.Join(shown, ", ") + ")"
}

// quoted is part of a reference, as people are shown it.
func quoted(part string) string {
	const most = 80
	if runes := []rune(part); len(runes) > most {
		part = string(runes[:most]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, part)
}
