package kargo_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestVersion(t *testing.T) {
	image := func(repo, tag, digest string) kargoapi.Image {
		return kargoapi.Image{RepoURL: repo, Tag: tag, Digest: digest}
	}
	const digest = "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"
	for _, test := range []struct {
		name    string
		freight kargoapi.FreightReference
		want    string
	}{
		{"the service's image", kargoapi.FreightReference{Images: []kargoapi.Image{image("quay.io/acme/proxy", "1.0.0", ""), image("quay.io/acme/red", "3.2.0", digest)}}, "3.2.0"},
		{"an image without a host", kargoapi.FreightReference{Images: []kargoapi.Image{image("proxy", "1.0.0", ""), image("red", "3.2.0", "")}}, "3.2.0"},
		{"not an image that only ends so", kargoapi.FreightReference{Images: []kargoapi.Image{image("acme/proxy", "1.0.0", ""), image("acme/infrared", "3.2.0", "")}}, "1.0.0"},
		{"the first image", kargoapi.FreightReference{Images: []kargoapi.Image{image("acme/proxy", "1.0.0", "")}, Charts: []kargoapi.Chart{{Version: "9"}}}, "1.0.0"},
		{"an image without a tag", kargoapi.FreightReference{Images: []kargoapi.Image{image("acme/red", "", digest)}}, "4bcff63"},
		{"the first chart", kargoapi.FreightReference{Charts: []kargoapi.Chart{{Version: "0.9.1"}}, Commits: []kargoapi.GitCommit{{Tag: "v1"}}}, "0.9.1"},
		{"a commit's tag", kargoapi.FreightReference{Commits: []kargoapi.GitCommit{{ID: "8d2f6b2a00", Tag: "v1"}}}, "v1"},
		{"a commit", kargoapi.FreightReference{Commits: []kargoapi.GitCommit{{ID: "8d2f6b2a00"}}}, "8d2f6b2"},
		{"another artifact", kargoapi.FreightReference{Artifacts: []kargoapi.ArtifactReference{{Version: "7"}}}, "7"},
		{"nothing", kargoapi.FreightReference{Name: starfish}, "e72fb09"},
		{"nothing at all", kargoapi.FreightReference{}, ""},
	} {
		if got := kargo.Version(test.freight, "red"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
