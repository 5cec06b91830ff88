package credentials_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TestNormalizeAsKargo has what Kargo's own tests say of its rules (pkg/urls, v1.11.2), and what follows from them.
func TestNormalizeAsKargo(t *testing.T) {
	const (
		git, image, helm = credentials.TypeGit, credentials.TypeImage, credentials.TypeHelm
		digest           = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	)
	for _, test := range []struct {
		kind credentials.Type
		want string
		from []string
	}{
		{git, "https://github.com", []string{"https://github.com", "https://github.com/", "https://foo:bar@github.com/"}},
		{git, "https://github.com/example/repo", []string{
			"https://github.com/example/repo", "https://github.com/example/repo/", "https://github.com/example/repo.git",
			"https://github.com/example/repo.git/", "https://foo:bar@github.com/example/repo.git/", " https://GitHub.com/Example/Repo\n",
			"\uFEFFhttps://github.com/\u200Bexample/repo",
		}},
		{git, "https://localhost:8443/example/repo", []string{"https://localhost:8443/example/repo.git", "https://x@localhost:8443/example/repo/"}},
		{git, "ssh://git.example.com", []string{"ssh://git.example.com", "ssh://git.example.com/", "git.example.com"}},
		{git, "ssh://git@github.com/example/repo", []string{
			"ssh://git@github.com/example/repo", "ssh://git@github.com/example/repo.git/", "git@github.com:example/repo", "git@github.com:example/repo.git/",
		}},
		{git, "ssh://git@localhost:2222/example/repo", []string{"ssh://git@localhost:2222/example/repo.git"}},
		{git, "ssh://github.com/example/repo", []string{"github.com:example/repo.git", "ssh://github.com/example/repo/"}},
		{image, "busybox", []string{"busybox", "library/busybox", "docker.io/busybox", "index.docker.io/library/busybox", "registry-1.docker.io/library/busybox", "busybox:1.36"}},
		{image, "example/repo", []string{"example/repo", "docker.io/example/repo", "index.docker.io/example/repo", "docker.io/example/repo:1" + digest}},
		{image, "quay.io/example/repo", []string{"quay.io/example/repo", "quay.io/example/repo:1.2.3", "quay.io/example/repo" + digest, "Quay.io/Example/repo"}},
		{image, "my-registry.io:5000/image", []string{"my-registry.io:5000/image", "my-registry.io:5000/image:v1"}},
		{image, "localhost/image", []string{"localhost/image"}},
		{helm, "repo", []string{"repo", "  repo  ", "REpo", "oci://repo", "OCI://Repo"}},
		{helm, "example/repo", []string{"oci://docker.io/example/repo", "registry-1.docker.io/example/repo", "oci://index.docker.io/example/repo"}},
		{helm, "https://charts.example.com/stable", []string{"https://charts.example.com/stable", "HTTPS://charts.example.com/stable"}},
		{credentials.TypeGeneric, "As It Is", []string{"As It Is"}},
	} {
		for _, from := range test.from {
			if got := credentials.Normalize(test.kind, from); got != test.want {
				t.Errorf("%s %q is compared as %q, want %q", test.kind, from, got, test.want)
			}
		}
	}
}

func TestNormalizeLeavesWhatItDoesNotUnderstand(t *testing.T) {
	for kind, all := range map[credentials.Type][]string{
		credentials.TypeGit: {
			"https://Not a url", "http://github.com/Example/repo?foo=bar", "ssh://not a URL", "ssh://github.com/example/repo?Foo=bar",
			"Not even remotely a url", "host:%zz",
		},
		credentials.TypeImage: {
			"Invalid url", "quay.io/", "Quay.io/acme/red:", "x", "quay.io/acme/red@sha256:abc", "[::1/Image", "quay.io/" + strings.Repeat("R", 256),
		},
		credentials.TypeHelm: {"", "1Host:5000/chart"},
	} {
		for _, s := range all {
			if got := credentials.Normalize(kind, s); got != s {
				t.Errorf("%s %q became %q", kind, s, got)
			}
		}
	}
}
