package credentials

import (
	"strings"
	"testing"
)

func TestWhatReachesHostsThatAreNotMeant(t *testing.T) {
	for pattern, want := range map[string]struct{ says, fix string }{
		`^https://github.com`:         {"merely begins like that: github.com.evil.example", `write ^https://github\.com/`},
		`^quay.io`:                    {"merely begins like that: quay.io.evil.example", `write ^quay\.io/`},
		`^https?://github\.com`:       {"merely begins like that: github.com.evil.example", `end the host with a slash: ^https?://github\.com/`},
		`^(quay\.io|ghcr\.io)`:        {"merely begins like that: ghcr.io.evil.example", `end the host with a slash: ^(quay\.io|ghcr\.io)/`},
		`^quay\.io/acme|^ghcr\.io`:    {"merely begins like that: ghcr.io.evil.example", `write ^(ghcr\.io/|quay\.io/acme)`},
		`(?i)^Quay\.io`:               {"merely begins like that: quay.io.evil.example", `end the host with a slash: (?i)^Quay\.io/`},
		`^quay\.io.*`:                 {"merely begins like that: quay.io.evil.example", `write ^quay\.io/`},
		`^.*quay\.io/`:                {"in its path: evil.example/quay.io/", `write ^quay\.io/`},
		`^(.*)quay\.io/`:              {"in its path: evil.example/quay.io/", `write ^quay\.io/`},
		`^https://.*github\.com/`:     {"in its path: https://evil.example/github.com/", `write ^https://github\.com/`},
		`^https://.+\.acme\.dev/`:     {"in its path: https://evil.example/a.acme.dev/", `name each host, with \. for a dot and a slash behind it`},
		`^https://github.com/acme/`:   {"the host github-com", `write ^https://github\.com/acme/`},
		`^registry.acme\.dev/`:        {"the host registry-acme.dev", `write ^registry\.acme\.dev/`},
		`^https://`:                   {"sent to every host", `name each host, with \. for a dot and a slash behind it`},
		`^[^/]+/acme/`:                {"sent to every host", `name each host, with \. for a dot and a slash behind it`},
		`^(https://github\.com/|git)`: {"merely begins like that: git.evil.example", `write ^(git/|https://github\.com/)`},
	} {
		if says := reachesBeyond(pattern); want.says == "" || !strings.Contains(says, want.says) {
			t.Errorf("%s: it says %q", pattern, says)
		}
		if fix := withinBounds(pattern); fix != want.fix {
			t.Errorf("%s: it says to %s", pattern, fix)
		}
	}
}

func TestWhatReachesNoOtherHostIsNotWarnedOf(t *testing.T) {
	for _, pattern := range []string{
		`^https://github\.com/`, `^https?://github\.com/acme/`, `^(quay\.io|ghcr\.io)/acme/`, `(?i)^https://github\.com/`, dockerHub,
		`^quay\.io/acme.*`, `^quay\.io(/|$)`, `^quay\.io$`, `^https://github\.com/acme/deploy.git$`, `^https://[^/]+\.acme\.dev/`,
		`^https://([a-z]+\.)?acme\.dev/`, `^[0-9]{12}\.dkr\.ecr\.[^/]+\.amazonaws\.com/`, `^localhost:5000/`, `^ssh://git@github\.com/`,
		`^git@github\.com:acme/`, `^oci://quay\.io/charts/.*`, `^https://gitlab\.acme\.dev(:8443)?/`,
	} {
		if says := reachesBeyond(pattern); says != "" {
			t.Errorf("%s: %s", pattern, says)
		}
	}
}

// A regex of many alternatives takes no longer than others.
func TestSamplesAreBounded(t *testing.T) {
	for _, pattern := range []string{"^" + strings.Repeat("(a|bc|d.)", 200), "^(((quay|ghcr)?){100}){9}", "^.{1000}/"} {
		if n := len(samples(pattern)); n > mostSamples {
			t.Errorf("%.20s has %d samples", pattern, n)
		}
		reachesBeyond(pattern)
	}
}
