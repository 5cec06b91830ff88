package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

var (
	envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// pasted is what begins the secrets that people paste where a path is expected.
	pasted = regexp.MustCompile(`^(xox|xapp-|gh[a-z]_|github_pat_|-----BEGIN)|[\r\n]`)
)

// checkSource checks how a secret is referred to. It shows nothing of what is written there,
// because that might be the secret.
func checkSource(doc *strictyaml.Document, path strictyaml.Path, s secret.Source) {
	const never = "name what holds the secret; a secret that was written here is known to others, so replace it"
	switch {
	case s.File != "" && s.Env != "":
		doc.Report(path, "has both file and env", "keep one of them")
	case s.File == "" && s.Env == "" && doc.Unread(path):
	case s.File == "" && s.Env == "":
		doc.Report(path, "has neither file nor env", "write {file: PATH} or {env: NAME}")
	case s.File != "" && pasted.MatchString(s.File):
		doc.Report(path.Key("file"), "looks like a secret, not like a path", never)
	case s.Env != "" && !envName.MatchString(s.Env):
		doc.Report(path.Key("env"), "is not the name of an environment variable", never)
	}
}

// checkSources checks the one or two secrets of a list.
func (c *Config) checkSources(path strictyaml.Path, sources []secret.Source) {
	if len(sources) > 2 {
		c.doc.Report(path, "has more than two secrets", "keep the one in use and the one that replaces it")
	}
	for i, s := range sources {
		checkSource(c.doc, path.Index(i), s)
	}
}

// checkURL checks an http or https URL and returns it, nil if it is wrong.
func checkURL(doc *strictyaml.Document, path strictyaml.Path, text, example string) *url.URL {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		doc.Report(path, "is not an http or https URL", "write one such as "+example)
	case u.User != nil:
		doc.Report(path, "contains credentials", "remove them")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		doc.Report(path, "has a query or a fragment", "remove everything from the ? or # on")
	default:
		return u
	}
	return nil
}

// checkAPI checks the URL of an API, to which tokens are sent, and returns it with a slash at its
// end, because that is where paths are added.
func (c *Config) checkAPI(path strictyaml.Path, text, example string) string {
	u := checkURL(c.doc, path, text, example)
	if u == nil {
		return text
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		c.warn(path, "sends tokens over the network in the clear", "use https")
	}
	if !strings.HasSuffix(text, "/") {
		text += "/"
	}
	return text
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
