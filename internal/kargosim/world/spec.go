// Package world makes the worlds that simulations begin with: the guide's project of services, each with
// two Warehouses and three Stages, and what has happened in it so far. It works on a cluster in memory
// and on a real API server, for a handful of services and for a thousand.
//
// It writes statuses that in life only Kargo writes: never point it at a cluster that a real Kargo
// watches.
package world

import (
	"crypto/sha1" //nolint:gosec // names of commits, as Git makes them
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

// The environments of every service, in the order in which Freight goes through them. Development takes
// builds of every commit; staging takes releases, and production what staging has verified.
const (
	Development = "development"
	Staging     = "staging"
	Production  = "production"
)

// Annotations of images that lead to a commit, as the OCI image specification names them.
const (
	AnnotationRevision = "org.opencontainers.image.revision"
	AnnotationSource   = "org.opencontainers.image.source"
)

// Image is one image that was built of a service.
type Image struct {
	// Tag is "sha-…" for a build of a commit, and a version for a release.
	Tag string
	// Commit is the SHA that it was built from; empty for an image that does not say.
	Commit string
	// At is when.
	At time.Time
}

// Service is one service and what was built of it.
type Service struct {
	// Name is the name of the service.
	Name string
	// Builds are those of commits, oldest first. Development runs the last.
	Builds []Image
	// Releases are those of versions, oldest first. Staging runs the last and has verified all;
	// production runs the one before, or the only one.
	Releases []Image
}

// Spec describes a world.
type Spec struct {
	// Project is the Kargo project and its namespace.
	Project string
	// Services are what the project is made of.
	Services []Service
	// Images is the registry and organisation that all images are in.
	Images string
	// Source is the repository that the images say they were built from, as a URL.
	Source string
	// GitRepo and GitBranch are where Kargo would commit; BasePath is the folder of the overlays in it.
	GitRepo, GitBranch, BasePath string
	// Promoter is who has promoted to production so far, as a Kubernetes user.
	Promoter string
	// Adjust changes a Stage before it is made, if not nil.
	Adjust func(service, environment string, stage *kargo.Stage)
}

// Guide returns the guide's world as of now: services red, blue, green and yellow in project microsvcs,
// each with version 3.1.0 in production since days and 3.2.0 in staging since an hour, or versions near
// those. Commits are made up and can be replaced.
func Guide(now time.Time) Spec {
	spec := Spec{
		Project:   "microsvcs",
		Images:    "quay.io/davidaparicio",
		Source:    "https://github.com/davidaparicio/microsvcs",
		GitRepo:   "https://github.com/davidaparicio/microsvcs.git",
		GitBranch: "main",
		BasePath:  "k8s/overlays",
		Promoter:  "octocat@acme.dev",
	}
	for i, name := range []string{"red", "blue", "green", "yellow"} {
		spec.Services = append(spec.Services, Example(name, i, now))
	}
	return spec
}

// Numbered returns the guide's world with n services named "service-0001" and so on instead of its four,
// and with two releases of each.
func Numbered(n int, now time.Time) Spec {
	spec := Guide(now)
	spec.Services = nil
	for i := range n {
		service := Example(fmt.Sprintf("service-%04d", i+1), i, now)
		service.Releases = service.Releases[1:]
		spec.Services = append(spec.Services, service)
	}
	return spec
}

// Example returns a service with one build and three releases; the number varies versions and times a
// little.
func Example(name string, number int, now time.Time) Service {
	hour := func(n int) time.Time {
		return now.Add(-time.Duration(n)*time.Hour - time.Duration(number%60)*time.Minute)
	}
	build := func(tag string, at time.Time) Image {
		sum := sha1.Sum([]byte(name + " " + tag)) //nolint:gosec // see the import
		return Image{Tag: tag, Commit: hex.EncodeToString(sum[:]), At: at}
	}
	patch := number % 3
	head := build("head", hour(1))
	head.Tag = "sha-" + head.Commit[:7]
	return Service{
		Name:   name,
		Builds: []Image{head},
		Releases: []Image{
			build("3.0.0", hour(24*19)),
			build(fmt.Sprintf("3.1.%d", patch), hour(24*5)),
			build(fmt.Sprintf("3.2.%d", patch), hour(1)),
		},
	}
}

// PushTo puts all images of the world in a registry, so that its Warehouses find what there is Freight of.
func (s Spec) PushTo(r *registry.Registry) {
	for _, service := range s.Services {
		for _, builds := range [][]Image{service.Builds, service.Releases} {
			for _, image := range builds {
				r.Push(s.Repository(service.Name), s.Pushed(service.Name, image))
			}
		}
	}
}

// Repository returns the image repository of a service.
func (s Spec) Repository(service string) string { return s.Images + "/" + service }

// Pushed returns an image of a service as the registry has it.
func (s Spec) Pushed(service string, image Image) registry.Image {
	sum := sha256.Sum256([]byte(s.Repository(service) + ":" + image.Tag + " " + image.Commit))
	pushed := registry.Image{Tag: image.Tag, Digest: "sha256:" + hex.EncodeToString(sum[:]), CreatedAt: image.At}
	if image.Commit != "" {
		pushed.Annotations = map[string]string{AnnotationRevision: image.Commit, AnnotationSource: s.Source}
	}
	return pushed
}

// StageName returns the name of a service's Stage in an environment.
func StageName(service, environment string) string { return service + "-" + environment }

// DevWarehouse returns the name of the Warehouse of a service's builds.
func DevWarehouse(service string) string { return service + "-dev" }

// ReleasesWarehouse returns the name of the Warehouse of a service's releases.
func ReleasesWarehouse(service string) string { return service + "-releases" }
