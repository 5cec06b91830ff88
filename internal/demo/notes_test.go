package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNextVersion(t *testing.T) {
	for title, want := range map[string]string{
		"feat(blue): announce the region": "3.4.0", "feat(blue)!: drop /v1": "3.4.0", "refactor!: drop /v1": "3.4.0",
		"fix(blue): retry on 429": "3.3.4", "docs: say so": "3.3.4", "Tidy up": "3.3.4",
	} {
		if got, err := next("3.3.3", []shipped{{title: "fix: this"}, {title: title}}); got != want || err != nil {
			t.Errorf("after %q comes %s, %v; want %s", title, got, err, want)
		}
	}
	if got, err := next("latest", nil); err == nil {
		t.Errorf("after latest comes %s", got)
	}
}

func TestNotes(t *testing.T) {
	got := notes("red", "3.1.0", "3.2.0", time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), []shipped{
		{211, "feat(red)!: drop /v1", "5566aab5566aab"}, {214, "fix(red): retry on 429", "77aa31077aa310"}, {217, "docs(red): say so", "1122abc1122abc"},
	})
	const want = `## [3.2.0](https://github.com/davidaparicio/microsvcs/compare/red/3.1.0...red/3.2.0) (2026-05-04)


### ⚠ BREAKING CHANGES

* **red:** drop /v1


### Features

* **red:** drop /v1 ([#211](https://github.com/davidaparicio/microsvcs/issues/211)) ([5566aab](https://github.com/davidaparicio/microsvcs/commit/5566aab5566aab))


### Bug Fixes

* **red:** retry on 429 ([#214](https://github.com/davidaparicio/microsvcs/issues/214)) ([77aa310](https://github.com/davidaparicio/microsvcs/commit/77aa31077aa310))
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Every image that there is when the demo begins leads to a commit of the repository, whatever it says of
// itself.
func TestImagesLeadToCommits(t *testing.T) {
	f, err := newForge(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer f.fake.Close()
	for _, s := range services() {
		for _, tag := range []string{s.live, s.next, s.build} {
			if sha, err := f.fake.SHA(repository, builtFrom(s.name, tag)); err != nil || sha == "" {
				t.Errorf("%s %s: %v", s.name, tag, err)
			}
			hash, isBuild := strings.CutPrefix(tag, "sha-")
			if sha, err := f.fake.SHA(repository, hash); isBuild && (err != nil || sha != builtFrom(s.name, tag)) {
				t.Errorf("%s is named for %s, %v", tag, sha, err)
			}
			tagged, err := f.fake.SHA(repository, releaseTag(s.name, tag))
			if wants := !isBuild && tag != "1.9.0"; wants != (err == nil) || wants && tagged != builtFrom(s.name, tag) {
				t.Errorf("%s %s is tagged at %q, %v", s.name, tag, tagged, err)
			}
		}
	}
}
