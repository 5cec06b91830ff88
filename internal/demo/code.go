package demo

import (
	"path"
	"regexp"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/app"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// web is where the pages of the fake GitHub would be.
const web = "https://github.com"

// code says where the code of the services is, as the configuration that goes with the guide's pipeline
// file says it by default.
func code() app.CodeOptions {
	return app.CodeOptions{
		Web: web,
		Source: func(string, string) freightdiff.Source {
			return freightdiff.Source{
				Default: repository, Paths: []string{"projects/{service}"},
				Tags: []string{"{service}/{version}"}, Commits: []string{"sha-{commit}"},
			}
		},
		Overlay: func(_, service, environment string) (contents.Overlay, bool) {
			return contents.Overlay{Repo: repository, Branch: branch, Path: overlayPath(service, environment), Image: placeImage}, true
		},
	}
}

// followed is for how long after its merge a change is followed. It is less than the default, so that a demo
// does not begin with a comment on everything that is in its history.
const followed = 12 * time.Hour

// pullRequests says what is written on pull requests.
func pullRequests() *app.PullRequestOptions {
	return &app.PullRequestOptions{
		Release: regexp.MustCompile(`^chore(\([^)]*\))?: release `), Follow: followed, Repos: []string{repository},
	}
}

// What promotions change: the overlay of a service for an environment, on that branch, in which the image of
// each service is called so.
const (
	branch     = "main"
	placeImage = "quay.io/davidaparicio/app"
)

func overlayPath(service, environment string) string {
	return path.Join("k8s/overlays", environment, service)
}
