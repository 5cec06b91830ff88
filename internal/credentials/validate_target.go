package credentials

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// target checks what the credential is for, and whether what it consists of, if that is usable, can be used there.
func (v *validator) target(path strictyaml.Path, c *Credential, usable bool) {
	exact, regex := path.Key("repoURL"), path.Key("repoURLRegex")
	hasExact, hasRegex := v.doc.Has(exact), v.doc.Has(regex)
	switch {
	case c.Type == TypeGeneric:
		for at, written := range map[strictyaml.Path]bool{exact: hasExact, regex: hasRegex} {
			if written {
				v.doc.Report(at, "is of no use in a generic credential, which is found by its name", "remove the line")
			}
		}
	case hasExact && hasRegex:
		v.doc.Report(regex, "is there beside repoURL, and a Secret has room for one", "keep one of the two")
	case hasExact:
		if v.repository(exact, c.Type, c.RepoURL) && usable {
			v.exact(exact, c)
		}
	case hasRegex:
		v.regex(regex, c)
	case !v.doc.Unread(path):
		v.doc.Report(path, "does not say which repositories it is for", "add repoURL, or repoURLRegex for several")
	}
}

// The hosts for which Kargo uses keys of AWS and GCP, with the URL as it is compared.
var (
	ecrHost    = regexp.MustCompile(`^\d{12}\.dkr\.ecr\.[^/]+\.amazonaws\.com/`)
	googleHost = regexp.MustCompile(`^([^/]+-docker\.pkg\.dev|([^/]+\.)?gcr\.io)/`)
)

// exact checks that what the credential consists of is of use with its one repository.
func (v *validator) exact(path strictyaml.Path, c *Credential) {
	normal := Normalize(c.Type, c.RepoURL)
	overHTTP := strings.HasPrefix(normal, "https://") || strings.HasPrefix(normal, "http://")
	switch {
	case c.GitHubApp != nil && !overHTTP:
		v.doc.Report(path, "is not an https URL, and with others Kargo does not use a GitHub App", "write it as https://github.com/acme/microsvcs.git")
	case c.Type == TypeGit && c.Password != "" && !overHTTP:
		v.doc.Report(path, "is an SSH URL, with which a password is of no use", "write it as https://github.com/acme/microsvcs.git, here and in the Warehouse")
	case c.SSHPrivateKey != "" && overHTTP:
		v.doc.Report(path, "is not an SSH URL, and with others a key is of no use", "write it as ssh://git@github.com/acme/microsvcs.git")
	case c.AWS != nil && !ecrHost.MatchString(normal):
		v.doc.Report(path, "is not in Elastic Container Registry, and for others Kargo does not use an AWS key",
			"write one such as 123456789012.dkr.ecr.eu-west-3.amazonaws.com/red, or use password")
	case c.GCP != nil && !googleHost.MatchString(normal):
		v.doc.Report(path, "is not in Artifact Registry, and for others Kargo does not use a GCP key",
			"write one such as europe-west9-docker.pkg.dev/acme/images/red, or use password")
	}
}

// repository checks one URL, and reports whether it is one.
func (v *validator) repository(path strictyaml.Path, t Type, repo string) bool {
	message, fix := refuseRepository(t, repo)
	if message != "" {
		v.doc.Report(path, message, fix)
		return false
	}
	if strings.HasPrefix(sanitize(repo), "http://") {
		v.warn(path, "Kargo gives out no credentials for http:// unless it is told to", overHTTPFix)
	}
	return true
}

const overHTTPFix = "use https, or set controller.allowCredentialsOverHTTP in Kargo's chart (ALLOW_CREDENTIALS_OVER_HTTP): " +
	"the credential is then sent in the clear"

// refuseRepository returns why a URL is not one of a repository that Kargo could use, or "".
func refuseRepository(t Type, repo string) (message, fix string) {
	examples := map[Type]string{
		TypeGit: "https://github.com/acme/microsvcs.git", TypeImage: "quay.io/acme/red", TypeHelm: "oci://quay.io/acme/charts/red",
	}
	fix = "write one such as " + examples[t]
	u, err := url.Parse(repo)
	hasScheme := err == nil && u.Scheme != "" && u.Host != ""
	switch {
	case strings.TrimSpace(repo) == "":
		return "is empty", fix
	case looksSecret(repo):
		return secretInFileMessage, secretInFileFix
	case hasCredentials(t, u):
		return "contains credentials", "remove them from the URL, and change them: they were in a file"
	case repo != sanitize(repo), strings.ContainsAny(repo, " \t"):
		return "contains a space or a character that can't be seen", fix
	case strings.Contains(repo, "*"):
		return "contains an asterisk, which stands for nothing but itself here", "write repoURLRegex with a regular expression, such as " + suggest(t, repo)
	case t == TypeImage && strings.Contains(repo, "://"):
		return "has a scheme, which the repositories of images have not", "write it without, such as " + examples[t]
	case t == TypeGit && hasScheme && u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh",
		t == TypeHelm && hasScheme && u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "oci",
		t == TypeGit && !hasScheme && !strings.Contains(repo, ":"), t != TypeImage && strings.Contains(repo, "://") && !hasScheme:
		return "is not the URL of a repository", fix
	case hasScheme && u.RawQuery != "":
		return "has a query, with which Kargo does not compare it as you would expect", "remove what is behind ?"
	}
	return "", ""
}

// hasCredentials reports whether a URL has more before its host than the user that SSH is used with.
func hasCredentials(t Type, u *url.URL) bool {
	if u == nil || u.User == nil {
		return false
	}
	_, password := u.User.Password()
	return password || t != TypeGit || u.Scheme != "ssh"
}

// regex checks a pattern, and warns of those that match more, or less, than their authors mostly mean.
func (v *validator) regex(path strictyaml.Path, c *Credential) {
	pattern := c.RepoURLRegex
	compiled, err := regexp.Compile(pattern)
	switch {
	case pattern == "":
		v.doc.Report(path, "is empty", "write a regular expression such as "+suggest(c.Type, examplePrefix(c.Type)))
		return
	case looksSecret(pattern):
		v.doc.Report(path, secretInFileMessage, secretInFileFix)
		return
	case err != nil:
		v.doc.Report(path, "is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			"write it as Go's regexp package takes it, such as "+suggest(c.Type, examplePrefix(c.Type)))
		return
	case hasUserinfo.MatchString(pattern):
		v.doc.Report(path, "contains credentials", "remove them from the URL, and change them: they were in a file")
		return
	}
	begin, _ := literal(pattern)
	beyond := reachesBeyond(pattern)
	switch {
	case compiled.MatchString(""):
		v.warn(path, "it matches every repository, so that the credential is sent to every host", "write which it is for, such as "+suggest(c.Type, examplePrefix(c.Type)))
	case !anchored(pattern):
		v.warn(path, fmt.Sprintf("Kargo looks for %#.80q anywhere in a URL, also in the middle of another host's", pattern),
			suggest(c.Type, pattern)+" was probably meant")
	case beyond != "":
		v.warn(path, beyond, withinBounds(pattern))
	case c.Type == TypeImage && coversDockerHub(pattern) && strings.Contains(begin+pattern, "docker") && !compiled.MatchString("acme/red"):
		v.warn(path, "a repository on Docker Hub may be written without docker.io, and then it does not match", "write "+dockerHub)
	}
	if strings.HasPrefix(begin, "http://") {
		v.warn(path, "Kargo gives out no credentials for http:// unless it is told to", overHTTPFix)
	}
}

func afterScheme(s string) string {
	if _, rest, found := strings.Cut(s, "://"); found {
		return rest
	}
	return s
}

// hasUserinfo finds user:password@ before a host.
var hasUserinfo = regexp.MustCompile(`://[^/@:]+:[^/@]+@`)

func examplePrefix(t Type) string {
	return map[Type]string{TypeGit: "https://github.com/acme/", TypeImage: "quay.io/acme/", TypeHelm: "oci://quay.io/acme/"}[t]
}

// suggest returns the regex that was probably meant by a pattern of whatever kind: everything that begins with its
// plain part.
func suggest(t Type, pattern string) string {
	plain := strings.NewReplacer(`\.`, ".", `\/`, "/", `\-`, "-").Replace(strings.TrimLeft(pattern, "^"))
	plain = strings.TrimRight(plain, "*.$")
	if isPlain := !strings.ContainsAny(plain, `\+?()[]{}|^$*`); !isPlain || plain == "" {
		if t == TypeGit && !strings.Contains(pattern, "://") {
			return "^https://" + strings.TrimPrefix(pattern, "^")
		}
		return "^(" + strings.ReplaceAll(strings.TrimPrefix(pattern, "^"), "|^", "|") + ")"
	}
	if host, path, _ := strings.Cut(afterScheme(plain), "/"); path == "" && host != "" && !strings.HasSuffix(plain, "/") {
		plain += "/"
	}
	switch {
	case t == TypeImage && strings.HasPrefix(plain, "docker.io/"):
		if plain == "docker.io/" {
			return dockerHub
		}
	case t == TypeGit && !strings.Contains(plain, "://"):
		plain = "https://" + plain
	}
	return "^" + regexp.QuoteMeta(plain)
}
