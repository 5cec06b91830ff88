package resolve

import (
	"net/url"
	"strings"
)

// reference is one that has been taken apart the way that vals does it. Beside, it knows which document it asks for
// and for what in it: several references to the keys of a document are one read.
type reference struct {
	raw    string
	scheme string
	// path is what the store is asked for: authority and path of the reference, without what selects a key.
	path  string
	query url.Values
	// keys lead to the value in the document; the document itself is the value if there are none.
	keys []string
}

// parse takes a reference apart. It must be the whole of the text: none is looked for inside.
func parse(raw string) (reference, bool) {
	rest, ok := strings.CutPrefix(raw, "ref+")
	if !ok || len(raw) > maxReference || strings.ContainsAny(raw, " \t\r\n") {
		return reference{}, false
	}
	if before, resource, after, ok := cutARN(rest); ok {
		// Its colons would be taken for the one before a port.
		u, err := url.Parse(before + after)
		if err != nil {
			return reference{}, false
		}
		return reference{raw: raw, scheme: u.Scheme, path: resource, query: u.Query(), keys: split(u.Fragment)}, true
	}
	u, err := url.Parse(rest)
	if err != nil || u.Scheme == "" || u.Opaque != "" || u.User != nil || u.Host+u.Path == "" {
		return reference{}, false
	}
	path := u.Path
	if u.Host != "" {
		path = strings.TrimSuffix(u.Host+"/"+strings.TrimPrefix(path, "/"), "/")
	}
	return reference{raw: raw, scheme: u.Scheme, path: path, query: u.Query(), keys: split(u.Fragment)}, true
}

// maxReference is the length in bytes beyond which something is no reference. The longest names that stores allow
// are some 2,000 characters.
const maxReference = 4096

// cutARN finds the Amazon Resource Name that a reference to AWS may consist of.
func cutARN(rest string) (before, resource, after string, ok bool) {
	scheme, resource, ok := strings.Cut(rest, "://")
	if !ok || !strings.HasPrefix(resource, "arn:aws") {
		return "", "", "", false
	}
	if end := strings.IndexAny(resource, "?#"); end >= 0 {
		resource, after = resource[:end], resource[end:]
	}
	return scheme + "://", resource, after, true
}

func split(fragment string) []string {
	fragment = strings.TrimPrefix(fragment, "/")
	if fragment == "" {
		return nil
	}
	return strings.Split(fragment, "/")
}

// source names what is asked: the store, and where it is. Nothing of it is secret, and what is of one source fails
// together when that is down.
func (r reference) source() string {
	if place := r.place(); place != "" {
		return r.backend().name + " " + place
	}
	return r.backend().name
}

func (r reference) place() string {
	first, _, _ := strings.Cut(r.path, "/")
	switch r.scheme {
	case "vault", "openbao", "doppler":
		address := r.query.Get("address")
		if _, host, ok := strings.Cut(address, "://"); ok {
			address = host
		}
		return join(or(strings.TrimSuffix(address, "/"), r.query.Get("host")), r.query.Get("namespace"))
	case "awssecrets", "awsssm":
		region := r.query.Get("region")
		if parts := strings.Split(r.path, ":"); region == "" && len(parts) > 3 && parts[0] == "arn" {
			region = parts[3]
		}
		return join(region, r.query.Get("profile"), r.query.Get("role_arn"))
	case "gcpsecrets", "azurekeyvault":
		return first
	case "k8s":
		return r.query.Get("kubeContext")
	case "file", "sops", "envfile":
		return r.path
	default:
		return ""
	}
}

func join(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
