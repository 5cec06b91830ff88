package demo

import (
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
	// mute are the tags of the images that do not say what they were built from.
	mute []string
}

// services returns what there is. Those of blue say nothing of themselves, but its releases are tagged in
// Git and its builds are named by their commits. Of yellow 1.9.0 nobody knows.
func services() []service {
	return []service{
		{"red", "3.1.0", "3.2.0", "sha-4f2c1aa", nil},
		{"blue", "3.3.2", "3.3.3", "sha-9ab0113", []string{"*"}},
		{"green", "2.7.4", "2.8.0", "sha-1120fde", nil},
		{"yellow", "1.9.0", "2.0.0", "sha-77aa310", []string{"1.9.0"}},
	}
}

// isMute reports whether the image with a tag does not say what it was built from.
func (s service) isMute(tag string) bool {
	return slices.Contains(s.mute, "*") || slices.Contains(s.mute, tag)
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

// image returns an image of the service as a build of that commit pushes it.
func (s service) image(tag, commit string, at time.Time) world.Image {
	if s.isMute(tag) {
		commit = ""
	}
	return world.Image{Tag: tag, Commit: commit, At: at}
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
		image := func(tag string, at time.Time) world.Image { return s.image(tag, builtFrom(s.name, tag), at) }
		spec.Services = append(spec.Services, world.Service{
			Name:     s.name,
			Builds:   []world.Image{image(s.build, ago(0, 1))},
			Releases: []world.Image{image(s.live, ago(5+i, 0)), image(s.next, ago(0, 2))},
		})
	}
	return spec
}
