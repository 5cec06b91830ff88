package blockkit

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"
)

// A rule checks one JSON value, found at a JSON pointer, and reports what is wrong.
type rule func(r *report, at string, v any)

// member is one property that an object may have.
type member struct {
	name     string
	required bool
	rule     rule
}

func must(name string, check rule) member { return member{name, true, check} }
func may(name string, check rule) member  { return member{name, false, check} }

// object allows exactly the given members beside "type".
func object(members ...member) rule {
	return func(r *report, at string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			r.addf(at, "must provide an object")
			return
		}
		for _, want := range members {
			switch value, has := m[want.name]; {
			case has:
				want.rule(r, at+"/"+want.name, value)
			case want.required:
				r.addf(at, "missing required field: %s", want.name)
			}
		}
		for _, name := range sortedKeys(m) {
			known := name == "type" || slices.ContainsFunc(members, func(k member) bool { return k.name == name })
			if !known {
				r.addf(at, "invalid additional property: %s", clip(name))
			}
		}
	}
}

// byType picks the rule by the object's "type". The format says what Slack answers to
// an unknown one: "unsupported type: %s" for blocks, "unsupported element: %s" for elements.
func byType(unknown string, rules map[string]rule) rule {
	return func(r *report, at string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			r.addf(at, "must provide an object")
			return
		}
		kind, ok := m["type"].(string)
		if !ok {
			r.addf(at, "missing required field: type")
			return
		}
		check, ok := rules[kind]
		if !ok {
			r.addf(at+"/type", unknown, clip(kind))
			return
		}
		check(r, at, v)
	}
}

// all applies several rules to the same value.
func all(rules ...rule) rule {
	return func(r *report, at string, v any) {
		for _, check := range rules {
			check(r, at, v)
		}
	}
}

// either demands one of two members; exactly one when exclusive.
func either(a, b string, exclusive bool) rule {
	return func(r *report, at string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return // the object rule beside this one has said so
		}
		_, hasA := m[a]
		_, hasB := m[b]
		switch {
		case !hasA && !hasB:
			r.addf(at, "missing required field: %s", a)
		case hasA && hasB && exclusive:
			r.addf(at, "must not have both %s and %s", a, b)
		}
	}
}

// list allows an array of minimum to maximum items.
func list(minimum, maximum int, item rule) rule {
	return func(r *report, at string, v any) {
		items, ok := v.([]any)
		if !ok {
			r.addf(at, "must provide an array")
			return
		}
		if len(items) < minimum {
			r.addf(at, "no fewer than %d items allowed", minimum)
		}
		if len(items) > maximum {
			r.addf(at, "no more than %d items allowed", maximum)
			return
		}
		for i, value := range items {
			item(r, fmt.Sprintf("%s/%d", at, i), value)
		}
	}
}

// str allows a string of minimum to maximum characters (code points).
func str(minimum, maximum int) rule {
	return func(r *report, at string, v any) {
		s, ok := v.(string)
		if !ok {
			r.addf(at, "must provide a string")
			return
		}
		switch n := utf8.RuneCountInString(s); {
		case n < minimum:
			r.addf(at, "must be more than %d characters", minimum-1)
		case n > maximum:
			r.addf(at, "must be less than %d characters", maximum+1)
		}
	}
}

// oneOf allows the given strings only.
func oneOf(values ...string) rule {
	return func(r *report, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			r.addf(at, "must be one of %v", values)
		}
	}
}

// layout allows strings that time.Parse reads; want names the form for the message.
func layout(form, want string) rule {
	return func(r *report, at string, v any) {
		s, ok := v.(string)
		if ok {
			_, err := time.Parse(form, s)
			ok = err == nil
		}
		if !ok {
			r.addf(at, "must be %s", want)
		}
	}
}

// link allows an absolute URL with a scheme, of at most maxURL characters.
func link(r *report, at string, v any) {
	str(1, maxURL)(r, at, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
		r.addf(at, "must be a valid url")
	}
}

func boolean(r *report, at string, v any) {
	if _, ok := v.(bool); !ok {
		r.addf(at, "must provide a boolean")
	}
}

func integer(r *report, at string, v any) {
	number, ok := v.(json.Number)
	if ok {
		_, err := number.Int64()
		ok = err == nil
	}
	if !ok {
		r.addf(at, "must provide an integer")
	}
}

// between allows integers from minimum to maximum.
func between(minimum, maximum int64) rule {
	return func(r *report, at string, v any) {
		number, _ := v.(json.Number)
		n, err := number.Int64()
		if err != nil || n < minimum || n > maximum {
			r.addf(at, "must be an integer from %d to %d", minimum, maximum)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// clip keeps a foreign word short enough to be repeated in an answer.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
