package overlay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// context is how many lines around a change are shown.
	around = 3
	// maxLine is how much of a line is shown, in characters.
	maxLine = 500
)

// compare orders objects by what people look for: the kind, the namespace and the name.
func (o object) compare(p object) int {
	return cmp.Or(cmp.Compare(o.kind, p.kind), cmp.Compare(o.namespace, p.namespace), cmp.Compare(o.name, p.name),
		cmp.Compare(o.group, p.group), cmp.Compare(o.version, p.version))
}

// same compares what an object is, whatever version of the API it is written in.
func (o object) same(p object) int { o.version, p.version = "", ""; return o.compare(p) }

// changes compares two renderings, both in order.
func changes(before, after []object) (changed []answers.ManifestChange, unchanged int, err error) {
	for len(before) > 0 || len(after) > 0 {
		var b, a *object
		order := -1
		switch {
		case len(before) == 0:
			order = 1
		case len(after) > 0:
			order = before[0].same(after[0])
		}
		if order <= 0 {
			b, before = &before[0], before[1:]
		}
		if order >= 0 {
			a, after = &after[0], after[1:]
		}
		if b != nil && a != nil && bytes.Equal(b.json, a.json) {
			unchanged++
			continue
		}
		change, err := differ(b, a)
		if err != nil {
			return nil, 0, err
		}
		changed = append(changed, change)
	}
	return changed, unchanged, nil
}

// differ tells how an object changes; one of both may be nil.
func differ(b, a *object) (answers.ManifestChange, error) {
	o := cmp.Or(a, b)
	change := answers.ManifestChange{Kind: o.kind, Namespace: o.namespace, Name: o.name}
	before, err := decode(b)
	if err != nil {
		return change, err
	}
	after, err := decode(a)
	if err != nil {
		return change, err
	}
	redact(before, after)
	old, err := text(before)
	if err != nil {
		return change, err
	}
	now, err := text(after)
	if err != nil {
		return change, err
	}
	unified, err := udiff.ToUnified("before", "after", old, udiff.Lines(old, now), around)
	if err != nil {
		return change, fmt.Errorf("compare %s: %w", o.kind, err)
	}
	var diff strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(unified, "\n"), "\n") {
		switch {
		case i < 2:
			// The names of the sides.
			continue
		case strings.HasPrefix(line, "+"):
			change.Added++
		case strings.HasPrefix(line, "-"):
			change.Removed++
		}
		diff.WriteString(chatops.Fit(line, maxLine))
		diff.WriteByte('\n')
	}
	change.Diff = diff.String()
	return change, nil
}

// decode returns an object's content; nil for none.
func decode(o *object) (any, error) {
	if o == nil {
		return nil, nil
	}
	var content any
	decoder := json.NewDecoder(bytes.NewReader(o.json))
	// Numbers as they are, however large.
	decoder.UseNumber()
	if err := decoder.Decode(&content); err != nil {
		return nil, fmt.Errorf("decode %s: %w", o.kind, err)
	}
	return content, nil
}

// text returns an object as YAML, with its fields in order.
func text(content any) (string, error) {
	if content == nil {
		return "", nil
	}
	data, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	if data, err = yaml.JSONToYAML(data); err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(data), nil
}
