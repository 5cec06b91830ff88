package githubfake

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// object is a JSON object whose keys stay in the order in which GitHub writes them: an
// intake that looks before it decodes sees what it would see from GitHub.
type object []field

type field struct {
	key   string
	value any
}

// with returns the object with further fields at its end.
func (o object) with(more ...field) object {
	return append(slices.Clip(o), more...)
}

// set changes the value of a key that is there.
func (o object) set(key string, value any) {
	for i := range o {
		if o[i].key == key {
			o[i].value = value
		}
	}
}

// MarshalJSON writes the fields in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var buffer bytes.Buffer
	buffer.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			buffer.WriteByte(',')
		}
		key, err := encode(f.key)
		if err != nil {
			return nil, err
		}
		value, err := encode(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.key, err)
		}
		buffer.Write(key)
		buffer.WriteByte(':')
		buffer.Write(value)
	}
	buffer.WriteByte('}')
	return buffer.Bytes(), nil
}

// encode writes a value as GitHub does: without the escapes for HTML that Go adds.
func encode(value any) ([]byte, error) {
	if inner, ok := value.(object); ok {
		return inner.MarshalJSON()
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// stamp is a time as GitHub writes it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// stampOrNull is stamp, and null for the zero time.
func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// textOrNull is the text, and null for the empty one.
func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// list renders every item; an empty list is [], never null.
func list[T any](items []T, render func(T) object) []object {
	rendered := make([]object, 0, len(items))
	for _, item := range items {
		rendered = append(rendered, render(item))
	}
	return rendered
}

// nodeID is an opaque id for GraphQL, in the form that GitHub used for long.
func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "0%d:%s%d", len(kind), kind, id))
}
