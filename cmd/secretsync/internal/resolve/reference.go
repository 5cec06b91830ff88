package resolve

import (
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// reference is one that has been taken apart, the way that vals does it. Beside, it knows which document it asks for
// and for what in it: several references to the keys of a document are one read.
type reference struct {
	raw    string
	scheme string
	// source names what is asked, as internal/credentials does.
	source string
	// path is what the store is asked for: authority and path of the reference, without what selects a key.
	path  string
	query url.Values
	// keys lead to the value in the document; the document itself is the value if there are none.
	keys []string
}

// parse takes a reference apart, or says what is wrong with it.
func parse(raw string) (reference, string) {
	parsed, err := credentials.ParseReference(raw)
	if err != nil {
		return reference{}, err.Error()
	}
	r := reference{raw: raw, scheme: parsed.Backend, source: parsed.Source, path: parsed.Path, query: url.Values{}}
	for name, value := range parsed.Parameters {
		r.query.Set(name, value)
	}
	if parsed.Fragment != "" {
		r.keys = strings.Split(parsed.Fragment, "/")
	}
	if r.scheme == "env" || r.scheme == "envfile" || strings.HasPrefix(r.path, "arn:") {
		// Ours are no URLs, and an ARN's colons would be taken for the one before a port.
		return r, ""
	}
	u, err := url.Parse(strings.TrimPrefix(parsed.Document, "ref+"))
	if err != nil {
		return reference{}, "is not written as a URL; run `secretsync validate`, which says more"
	}
	r.path = u.Path
	if u.Host != "" {
		r.path = strings.TrimSuffix(u.Host+"/"+strings.TrimPrefix(u.Path, "/"), "/")
	}
	return r, ""
}
