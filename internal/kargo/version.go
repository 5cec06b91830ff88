package kargo

import (
	"strings"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// shortHash is how many characters of a hash people are shown, as Git and Kargo's UI do.
const shortHash = 7

// digestPrefix says of an image's digest how it was made.
const digestPrefix = "sha256:"

// Reference returns the part of a Freight that Stages keep a copy of.
func Reference(f *kargoapi.Freight) kargoapi.FreightReference {
	return kargoapi.FreightReference{
		Name: f.Name, Origin: f.Origin, Commits: f.Commits, Images: f.Images, Charts: f.Charts, Artifacts: f.Artifacts,
	}
}

// Version returns what people call a Freight by: the tag of the service's image, else of the first
// image, else the version of the first chart, the tag or the short ID of the first commit, the
// version of the first other artifact, else the short name of the Freight.
func Version(f kargoapi.FreightReference, service string) string {
	for _, image := range f.Images {
		if last := image.RepoURL[strings.LastIndex(image.RepoURL, "/")+1:]; last == service {
			return imageVersion(image)
		}
	}
	switch {
	case len(f.Images) > 0:
		return imageVersion(f.Images[0])
	case len(f.Charts) > 0:
		return f.Charts[0].Version
	case len(f.Commits) > 0 && f.Commits[0].Tag != "":
		return f.Commits[0].Tag
	case len(f.Commits) > 0:
		return ShortName(f.Commits[0].ID)
	case len(f.Artifacts) > 0:
		return f.Artifacts[0].Version
	default:
		return ShortName(f.Name)
	}
}

// ShortName returns the first characters of the name of a Freight, or of another hash.
func ShortName(hash string) string {
	if len(hash) > shortHash {
		return hash[:shortHash]
	}
	return hash
}

func imageVersion(image kargoapi.Image) string {
	if image.Tag != "" {
		return image.Tag
	}
	return ShortName(strings.TrimPrefix(image.Digest, digestPrefix))
}

// hasVersion reports whether any artifact of the Freight has that version, with or without a "v", or
// a hash that begins so.
func hasVersion(f *kargoapi.Freight, version string) bool {
	same := func(v string) bool {
		return v != "" && strings.TrimPrefix(v, "v") == strings.TrimPrefix(version, "v")
	}
	// What Version shows of a hash names it too.
	begins := func(hash string) bool {
		short := strings.TrimPrefix(version, digestPrefix)
		return len(short) >= shortHash && strings.HasPrefix(strings.TrimPrefix(hash, digestPrefix), short)
	}
	for _, image := range f.Images {
		if same(image.Tag) || begins(image.Digest) {
			return true
		}
	}
	for _, chart := range f.Charts {
		if same(chart.Version) {
			return true
		}
	}
	for _, commit := range f.Commits {
		if same(commit.Tag) || begins(commit.ID) {
			return true
		}
	}
	for _, artifact := range f.Artifacts {
		if same(artifact.Version) {
			return true
		}
	}
	return false
}
