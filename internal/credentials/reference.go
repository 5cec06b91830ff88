package credentials

import (
	"net/url"
	"strings"
	"unicode"
)

// scheme is how each reference begins.
const scheme = "ref+"

// maxReference bounds a reference, in bytes. An ARN has some 200.
const maxReference = 2048

// Reference says where a value is: ref+vault://kv/github?address=https://vault.acme.dev:8200#/token.
type Reference struct {
	// Text is the reference as it is written. It may be shown once a declaration with it is valid; see String.
	Text string
	// Backend is the kind of store: "vault".
	Backend string
	// Source tells one server, account or file from another, without anything secret: "vault vault.acme.dev:8200".
	Source string
	// Document is the reference without its fragment. It is read at most once a pass.
	Document string
	// Path is where in the source the document is: "kv/github". Of env it is the name of the variable, of file, sops
	// and envfile the path of the file.
	Path string
	// Parameters are those of the query, the first of each name.
	Parameters map[string]string
	// Fragment leads to the value within the document: "token", or "a/b" for what is deeper. It is empty if the
	// document is the value.
	Fragment string
}

// IsReference reports whether a text is meant to be a reference.
func IsReference(text string) bool { return strings.HasPrefix(text, scheme) }

// ParseReference takes a reference apart. It refuses what vals would misread, or stumble over. The error is a *Fault
// that does not show the text: it may be a secret in the wrong place.
func ParseReference(text string) (Reference, error) {
	r, fault := parseReference(text)
	if fault != nil {
		return Reference{}, fault
	}
	return r, nil
}

func parseReference(text string) (Reference, *Fault) {
	const example = "write one such as ref+vault://kv/github#/token"
	rest, ok := strings.CutPrefix(text, scheme)
	backend, rest, separated := strings.Cut(rest, "://")
	switch {
	case strings.HasPrefix(text, "secretref+"):
		return Reference{}, &Fault{Message: "begins with secretref+, which is of use in templates only", Fix: "write ref+ instead"}
	case !ok, !separated:
		return Reference{}, &Fault{Message: "is not a reference", Fix: example}
	case len(text) > maxReference:
		return Reference{}, &Fault{Message: "is longer than any reference", Fix: "check that it is one"}
	case !isBackend(backend):
		return Reference{}, &Fault{Message: "is not a reference: there is no backend before ://", Fix: example}
	}
	if message, fix := refuseBackend(backend); message != "" {
		return Reference{}, &Fault{Message: message, Fix: fix}
	}
	r := Reference{Text: text, Backend: backend}
	document, fragment, hasFragment := strings.Cut(rest, "#")
	r.Document = scheme + backend + "://" + document
	path, query, _ := strings.Cut(document, "?")
	r.Path = path
	if fault := r.setFragment(fragment, hasFragment); fault != nil {
		return Reference{}, fault
	}
	if fault := r.setParameters(query); fault != nil {
		return Reference{}, fault
	}
	if fault := r.check(); fault != nil {
		return Reference{}, fault
	}
	r.Source = sourceOf(r)
	return r, nil
}

// isBackend reports whether a text has the shape of a backend's name. Anything else is not shown.
func isBackend(s string) bool {
	const longest = 30
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool { return !isWordRune(r) })
}

func isWordRune(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}

func (r *Reference) setFragment(fragment string, written bool) *Fault {
	r.Fragment = strings.TrimPrefix(fragment, "/")
	switch {
	case written && r.Fragment == "":
		return &Fault{Message: "has nothing behind #", Fix: "write the key, such as #/token, or remove the #"}
	case strings.Contains(r.Fragment, "%"):
		// vals looks for the decoded fragment in the text, does not find it, and panics.
		return &Fault{Message: "has a percent sign behind #, which can't be read", Fix: "give the key in the store a plain name"}
	case strings.Contains(r.Fragment, "#"):
		return &Fault{Message: "has a second #", Fix: "write # only before the key"}
	}
	return nil
}

func (r *Reference) setParameters(query string) *Fault {
	values, err := url.ParseQuery(query)
	if err != nil {
		return &Fault{Message: "has something behind ? that is no list of parameters", Fix: "write name=value, joined by &"}
	}
	if len(values) > 0 {
		r.Parameters = make(map[string]string, len(values))
	}
	for name, all := range values {
		r.Parameters[name] = all[0]
	}
	return nil
}

// String returns the reference as it may be shown, without what has no business in it, such as a token for the store.
func (r Reference) String() string {
	text := r.Document
	if start := strings.Index(text, "?"); start >= 0 {
		pairs := strings.Split(text[start+1:], "&")
		for i, pair := range pairs {
			name, value, given := strings.Cut(pair, "=")
			if given && (hidden(name) || hasUser(value)) {
				pairs[i] = name + "=…"
			}
		}
		text = text[:start+1] + strings.Join(pairs, "&")
	}
	if r.Fragment != "" {
		text += "#/" + r.Fragment
	}
	return text
}
