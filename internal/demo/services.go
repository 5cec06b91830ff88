package demo

import (
	"crypto/sha1" //nolint:gosec // names of commits, as Git makes them
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// The project and the repository of the deployment guide.
const (
	project    = "microsvcs"
	namespace  = project
	repoOwner  = "davidaparicio"
	repository = repoOwner + "/microsvcs"
)

func environments() []string { return []string{world.Development, world.Staging, world.Production} }

// service is one of the guide's services, with what runs where when the demo begins.
type service struct {
	name string
	// live is the version in production; next is the one in staging, which waits for production.
	live, next string
	// build is the newest build, which runs in development.
	build string
	// changes are the pull requests between live and next, the oldest first.
	changes []change
}

// change is a merged pull request.
type change struct {
	number int
	title  string
	author string
}

func services() []service {
	return []service{
		{"red", "3.1.0", "3.2.0", "sha-4f2c1aa", []change{
			{211, "feat(red)!: drop /v1", developer},
			{214, "fix(red): retry on 429", releaser},
			{216, "perf(red): cache the palette", developer},
			{217, "docs(red): say what /v2 answers", releaser},
		}},
		{"blue", "3.3.2", "3.3.3", "sha-9ab0113", []change{
			{219, "fix(blue): close idle connections", developer},
		}},
		{"green", "2.7.4", "2.8.0", "sha-1120fde", []change{
			{212, "feat(green): announce the region", releaser},
			{220, "fix(green): count requests once", developer},
		}},
		{"yellow", "1.9.0", "2.0.0", "sha-77aa310", []change{
			{213, "feat(yellow)!: answer JSON only", developer},
			{215, "test(yellow): cover the error page", releaser},
			{221, "fix(yellow): escape the host name", developer},
		}},
	}
}

// serviceCalled returns the service of that name, or an error for whoever sits at the page.
func serviceCalled(name string) (service, error) {
	all := services()
	i := slices.IndexFunc(all, func(s service) bool { return s.name == name })
	if i < 0 {
		return service{}, page.Refuse("There is no service %q.", name)
	}
	return all[i], nil
}

// commitOf returns the commit that a version was built from: for next, that of the last change.
func commitOf(s service, version string) string {
	if version == s.next {
		return mergeCommit(s.changes[len(s.changes)-1])
	}
	return commit(s.name + " " + version)
}

func mergeCommit(c change) string { return commit(fmt.Sprintf("#%d %s", c.number, c.title)) }

// commit makes up the name of a commit: always the same for the same thing.
func commit(what string) string {
	sum := sha1.Sum([]byte(repository + " " + what)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// worldOf describes the services to the simulated Kargo: images lead to commits, and commits to the
// pull requests on the fake GitHub.
func worldOf(now time.Time) world.Spec {
	spec := world.Guide(now)
	spec.Promoter = releaser + "@example.com"
	spec.Services = nil
	for i, s := range services() {
		ago := func(days, hours int) time.Time {
			return now.Add(-time.Duration(24*days+hours)*time.Hour - time.Duration(17*i)*time.Minute)
		}
		image := func(tag string, at time.Time) world.Image {
			return world.Image{Tag: tag, Commit: commitOf(s, tag), At: at}
		}
		spec.Services = append(spec.Services, world.Service{
			Name:     s.name,
			Builds:   []world.Image{image(s.build, ago(0, 1))},
			Releases: []world.Image{image(s.live, ago(5+i, 0)), image(s.next, ago(0, 2))},
		})
	}
	return spec
}
