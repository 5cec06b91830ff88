package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// entry is a commit on the repository's main branch: a pull request that was squashed, or a push.
type entry struct {
	// age is how long ago it was when the demo begins.
	age time.Duration
	// number is that of the pull request; 0 for a push.
	number int
	title  string
	// author is a login, or a name and an address.
	author string
	// service is whose code it changes: "*" for that of all, "" for none.
	service string
	// file is what it writes there, or anywhere if it is of no service.
	file string
	// image is the tag of the image that was built from it, if one is still around: a version makes it a
	// release.
	image string
	// untagged says that nobody tagged the release.
	untagged bool
	// files are what it writes besides.
	files map[string]string
}

const (
	day  = 24 * time.Hour
	hour = time.Hour
	// quarter is how far the services are apart, for reading: see worldOf.
	quarter = 17 * time.Minute
	// building is how long after a commit there is an image of it.
	building = 10 * time.Minute
)

// entries returns what is on the main branch, oldest first.
func entries() []entry {
	all := append([]entry{
		{age: 40 * day, title: "feat: four services in four colours", author: releaser, files: beginning()},
		{age: 4*day + 12*hour, number: 214, title: "fix(red): retry on 429", author: releaser, service: "red", file: "retry.go"},
		{age: 4*day + 2*hour, number: 212, title: "feat(green): announce the region", author: releaser, service: "green", file: "region.go"},
		{age: 3*day + 20*hour, number: 213, title: "feat(yellow)!: answer JSON only", author: developer, service: "yellow", file: "answer.go"},
		{age: 3*day + 2*hour, number: 211, title: "feat(red)!: drop /v1", author: developer, service: "red", file: "routes.go"},
		{age: 2*day + 20*hour, number: 215, title: "test(yellow): cover the error page", author: releaser, service: "yellow", file: "error_test.go"},
		{age: 2*day + 4*hour, number: 216, title: "perf(red): cache the palette", author: developer, service: "red", file: "palette.go"},
		{age: 2 * day, number: 218, title: "build: Go 1.26", author: developer, service: "*", file: "Dockerfile"},
		{age: day + 20*hour, number: 217, title: "docs(red): say what /v2 answers", author: releaser, service: "red", file: "README.md"},
		{age: day + 12*hour, title: "ci: cache modules between builds", author: releaser, file: ".github/workflows/build.yaml"},
		{age: day + 4*hour, number: 219, title: "fix(blue): close idle connections", author: developer, service: "blue", file: "transport.go"},
		{age: day, number: 220, title: "fix(green): count requests once", author: developer, service: "green", file: "metrics.go"},
		{age: 20 * hour, number: 221, title: "fix(yellow): escape the host name", author: developer, service: "yellow", file: "page.go"},
	}, built()...)
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(b.age, a.age) })
	return all
}

// built are the commits that images were built from: releases, and the newest build of each service.
func built() []entry {
	all := []entry{
		release(5*day+hour, 209, "red", "3.1.0"), release(3*day+18*hour, 210, "red", "3.1.1"), release(2*hour+building, 222, "red", "3.2.0"),
		release(6*day+hour, 205, "blue", "3.3.2"), release(2*hour+quarter+building, 223, "blue", "3.3.3"),
		release(7*day+hour, 202, "green", "2.7.4"), release(2*hour+2*quarter+building, 224, "green", "2.8.0"),
		release(8*day+hour, 195, "yellow", "1.9.0"), release(2*hour+3*quarter+building, 225, "yellow", "2.0.0"),
		{age: hour + building, number: 226, title: "fix(red): answer HEAD", author: releaser, service: "red", file: "routes.go", image: "sha-4f2c1aa"},
		{age: hour + quarter + building, number: 227, title: "fix(blue): time out after 10 s", author: releaser, service: "blue", file: "transport.go", image: "sha-9ab0113"},
		{age: hour + 2*quarter + building, number: 228, title: "perf(green): count without a lock", author: developer, service: "green", file: "metrics.go", image: "sha-1120fde"},
		{age: hour + 3*quarter + building, number: 229, title: "docs(yellow): show an answer", author: developer, service: "yellow", file: "README.md", image: "sha-77aa310"},
	}
	for i := range all {
		all[i].untagged = all[i].service == "yellow" && all[i].image == "1.9.0"
	}
	for i, s := range services() {
		later := time.Duration(i) * quarter
		all = append(all,
			promotion(s.name, world.Production, s.live, time.Duration(5+i)*day+later-8*time.Minute),
			promotion(s.name, world.Staging, s.next, 2*hour+later-4*time.Minute),
			promotion(s.name, world.Development, s.build, hour+later-4*time.Minute),
		)
	}
	return all
}

// release is the merge of a release pull request.
func release(age time.Duration, number int, service, version string) entry {
	return entry{
		age: age, number: number, title: releaseTitleOf(service, version), author: releasePlease,
		service: service, file: changelog, image: version,
	}
}

// promotion is what Kargo pushes when it promotes.
func promotion(service, environment, tag string, age time.Duration) entry {
	return entry{
		age: age, title: promotionMessage(service, environment, tag), author: kargoAuthor,
		files: overlayOf(service, environment, tag),
	}
}

// promotionMessage is the message that the guide's git-commit step has.
func promotionMessage(service, environment, tag string) string {
	short := map[string]string{world.Development: "dev", world.Staging: "stg", world.Production: "prd"}[environment]
	return fmt.Sprintf("[%s] %s: %s", short, service, tag)
}

// beginning is the repository's first commit.
func beginning() map[string]string {
	files := map[string]string{"README.md": "# microsvcs\n\nFour services in four colours.\n"}
	for _, s := range services() {
		maps.Copy(files, codeOf(s.name))
		tags := map[string]string{}
		for _, environment := range environments() {
			tags[environment] = s.live
		}
		maps.Copy(files, manifestsOf(s.name, tags))
	}
	return files
}

// id is what the fake GitHub makes the commit's hash from.
func (e entry) id() string {
	if hash, isBuild := strings.CutPrefix(e.image, "sha-"); isBuild {
		return hash
	}
	if e.number != 0 {
		return fmt.Sprintf("#%d", e.number)
	}
	return e.title
}

// isRelease reports whether the entry is a release.
func (e entry) isRelease() bool { return e.image != "" && !strings.HasPrefix(e.image, "sha-") }

// touches reports whether the entry changes the code of a service.
func (e entry) touches(service string) bool { return e.service == service || e.service == "*" }

// message is what the commit says.
func (e entry) message() string {
	if e.number == 0 {
		return e.title
	}
	return fmt.Sprintf("%s (#%d)", e.title, e.number)
}

// written are the files that the entry writes.
func (e entry) written() map[string]string {
	files := map[string]string{}
	maps.Copy(files, e.files)
	if e.file == "" {
		return files
	}
	folders := []string{""}
	switch e.service {
	case "":
	case "*":
		folders = nil
		for _, s := range services() {
			folders = append(folders, codeFolder(s.name))
		}
	default:
		folders = []string{codeFolder(e.service)}
	}
	for _, folder := range folders {
		files[folder+e.file] = e.message() + "\n"
	}
	return files
}

// builtFrom returns the commit that an image was built from when the demo began.
func builtFrom(service, tag string) string {
	all := entries()
	i := slices.IndexFunc(all, func(e entry) bool { return e.service == service && e.image == tag })
	return githubfake.CommitSHA(all[i].id())
}

// between returns the changes of a service after one release and up to another, oldest first; those since
// the last one with "" for the second.
func between(service, from, to string) []entry {
	var found []entry
	inside := false
	for _, e := range entries() {
		switch {
		case e.service == service && e.image == from:
			inside = true
		case e.service == service && to != "" && e.image == to:
			return found
		case inside && e.touches(service) && !e.isRelease():
			found = append(found, e)
		}
	}
	return found
}
