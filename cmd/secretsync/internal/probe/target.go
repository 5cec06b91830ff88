package probe

import (
	"net/url"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// target is what a credential is tried with.
type target struct {
	// scheme is https, or http where the declaration says so.
	scheme string
	host   string
	// path of the repository at the host; empty if only the host is known.
	path string
	// declared says that it is a repository, maybe one at the root of the host, and not just a host.
	declared bool
	// oci says that charts are in a registry.
	oci bool
}

// name of it for people: "github.com/acme/deploy".
func (t target) name() string {
	if t.path == "" {
		return t.host
	}
	return t.host + "/" + t.path
}

// url of the target, with something appended to its path.
func (t target) url(more string) string {
	return (&url.URL{Scheme: t.scheme, Host: t.host, Path: "/" + t.path}).String() + more
}

// target returns what the credential can be tried with, if anything: its repository, a known one that its pattern
// matches, or the host at the beginning of its pattern.
func (p *Prober) target(c *credentials.Credential) (target, bool) {
	for _, declared := range []string{c.RepoURL, c.CheckURL} {
		if declared != "" {
			return parseTarget(c.Type, declared)
		}
	}
	if c.RepoURLRegex == "" {
		return target{}, false
	}
	own := []credentials.Candidate{{Type: c.Type, RepoURL: c.RepoURLRegex, IsRegex: true}}
	for _, known := range p.repositories {
		if _, matches := credentials.Match(known.Type, known.URL, own, nil); matches {
			return parseTarget(c.Type, known.URL)
		}
	}
	return hostOf(c.Type, c.RepoURLRegex)
}

// parseTarget takes a repository's URL apart. Images have none: their repository begins with a host, or is one of
// Docker Hub.
func parseTarget(kind credentials.Type, text string) (target, bool) {
	scheme, rest, has := strings.Cut(text, "://")
	if !has {
		if kind == credentials.TypeGit {
			return target{}, false // The short form of SSH.
		}
		scheme, rest = "oci", text
	}
	rest = strings.TrimSuffix(rest, "/")
	t := target{scheme: strings.ToLower(scheme), declared: true}
	switch {
	case t.scheme == "oci":
		t.scheme, t.oci = "https", true
	case t.scheme != "https" && t.scheme != "http":
		return target{}, false
	}
	t.host, t.path, _ = strings.Cut(rest, "/")
	if _, after, has := strings.Cut(t.host, "@"); has {
		t.host = after
	}
	if t.oci && !strings.ContainsAny(t.host, ".:") && t.host != "localhost" {
		t.host, t.path = "docker.io", rest
	}
	return t, t.host != "" && !strings.ContainsAny(t.path, "?#")
}

// plainHost is a host, maybe with a port, that nothing in a pattern makes another.
var plainHost = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?$`)

// hostOf returns the host that a pattern begins with, if that is one and the same in all that it matches, give or take
// dots that were meant as such.
func hostOf(kind credentials.Type, pattern string) (target, bool) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || parsed.Op == syntax.OpAlternate {
		return target{}, false
	}
	pattern = strings.TrimPrefix(pattern, "^")
	pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, `\.`, "."), `\/`, "/")
	t := target{scheme: "https", oci: kind == credentials.TypeImage}
	for _, prefix := range []string{"https?://", "https://", "oci://"} {
		if rest, has := strings.CutPrefix(pattern, prefix); has {
			pattern, t.oci = rest, t.oci || prefix == "oci://"
			break
		}
	}
	// Without a slash or an end, acme.dev may go on: acme.devious.example.
	end := strings.IndexAny(pattern, "/$")
	if end < 0 {
		return target{}, false
	}
	t.host = pattern[:end]
	return t, plainHost.MatchString(t.host)
}
