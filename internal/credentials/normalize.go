package credentials

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Normalize returns a repository's URL in the form in which Kargo compares those of a type (pkg/urls, v1.11 and v1.12).
// What it does not understand it returns as it is.
func Normalize(t Type, repoURL string) string {
	switch t {
	case TypeGit:
		return normalizeGit(repoURL)
	case TypeImage:
		return normalizeImage(repoURL)
	case TypeHelm:
		return normalizeChart(repoURL)
	default:
		return repoURL
	}
}

// sanitize drops what can't be seen, and space at both ends.
func sanitize(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s))
}

// scpHost is what stands before the colon of git@github.com:acme/repo.
var scpHost = regexp.MustCompile(`^([\w-]+@)?[\w-]+(\.[\w-]+)*$`)

// normalizeGit lowers the case of a URL, takes .git and a slash off its end, and turns git@host:path into an ssh URL. A
// username is kept in those for ssh alone.
func normalizeGit(original string) string {
	repo := sanitize(strings.ToLower(original))
	overHTTP := strings.HasPrefix(repo, "http://") || strings.HasPrefix(repo, "https://")
	if overHTTP || strings.HasPrefix(repo, "ssh://") {
		u, err := url.Parse(repo)
		if err != nil || len(u.Query()) > 0 {
			return original
		}
		if overHTTP {
			u.User = nil
		}
		u.Path = bare(u.Path)
		return u.String()
	}
	host, path, _ := strings.Cut(repo, ":")
	if !scpHost.MatchString(host) {
		return original
	}
	u, err := url.Parse(path)
	if err != nil {
		return original
	}
	if u.Path = bare(u.Path); u.Path == "" {
		return "ssh://" + host
	}
	return "ssh://" + host + "/" + u.String()
}

func bare(path string) string { return strings.TrimSuffix(strings.TrimSuffix(path, "/"), ".git") }

// normalizeChart takes oci:// off a chart's repository, and goes on as with an image's.
func normalizeChart(original string) string {
	repo := sanitize(original)
	if _, err := url.Parse(repo); err != nil {
		return original
	}
	return normalizeImage(strings.TrimPrefix(strings.ToLower(repo), "oci://"))
}

// normalizeImage lowers the case of an image's repository, and drops a tag or digest, Docker Hub's host, and the
// library/ of its official images.
func normalizeImage(original string) string {
	const hub = "index.docker.io"
	registry, repository, ok := splitImage(sanitize(strings.ToLower(original)))
	switch {
	case !ok:
		return original
	case registry == "", registry == "docker.io", registry == hub, registry == "registry-1.docker.io":
		return strings.TrimPrefix(repository, "library/")
	default:
		return registry + "/" + repository
	}
}

// The parts of an image's reference, as registries and go-containerregistry bound them.
var (
	imageTag        = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,128}$`)
	imageRepository = regexp.MustCompile(`^[a-z0-9_./-]{2,255}$`)
	imageDigest     = regexp.MustCompile(`^(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$`)
)

// splitImage takes a reference to an image apart. The registry is empty if the reference does not say one.
func splitImage(reference string) (registry, repository string, ok bool) {
	name, tag, tagged := cutTag(reference)
	if !tagged || tag != "" {
		if registry, repository, ok := splitRepository(name); ok && (!tagged || imageTag.MatchString(tag)) {
			return registry, repository, true
		}
	}
	name, digest, _ := strings.Cut(reference, "@")
	if !imageDigest.MatchString(digest) {
		return "", "", false
	}
	if untagged, tag, tagged := cutTag(name); tagged && imageTag.MatchString(tag) {
		name = untagged
	}
	return splitRepository(name)
}

// cutTag cuts what is behind the last colon, unless that is the one before a port.
func cutTag(reference string) (name, tag string, found bool) {
	if i := strings.LastIndexByte(reference, ':'); i >= 0 && !strings.Contains(reference[i:], "/") {
		return reference[:i], reference[i+1:], true
	}
	return reference, "", false
}

// splitRepository takes the registry off: what is before the first slash, if it can be a host.
func splitRepository(name string) (registry, repository string, ok bool) {
	repository = name
	if first, rest, cut := strings.Cut(name, "/"); cut && (first == "localhost" || strings.ContainsAny(first, ".:")) {
		registry, repository = first, rest
	}
	u, err := url.Parse("//" + registry)
	return registry, repository, err == nil && u.Host == registry && imageRepository.MatchString(repository)
}
