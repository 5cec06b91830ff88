package freightdiff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Kinds of artifacts.
const (
	kindImage = "image"
	kindChart = "chart"
	kindGit   = "git"
	kindOther = "artifact"
)

// Annotations of an image as the OCI image specification names them: the commit that it was built from,
// and where its code is.
const (
	annotationRevision = "org.opencontainers.image.revision"
	annotationSource   = "org.opencontainers.image.source"
)

// shortHash is how much of a hash people are shown, in characters.
const shortHash = 7

// artifacts returns what a set of Freight is made of. Of an artifact that is in several, the first counts.
func artifacts(set []kargoapi.FreightReference) []artifact {
	var all []artifact
	add := func(a artifact) {
		if !slices.ContainsFunc(all, a.matches) {
			all = append(all, a)
		}
	}
	for _, f := range set {
		for _, image := range f.Images {
			add(artifact{kindImage, image.RepoURL, answers.ArtifactVersion{
				Version: cmp.Or(image.Tag, shorten(image.Digest)), Digest: image.Digest,
				Revision: image.Annotations[annotationRevision], Source: image.Annotations[annotationSource],
			}})
		}
		for _, chart := range f.Charts {
			name := chart.RepoURL
			if chart.Name != "" {
				name = strings.TrimSuffix(name, "/") + "/" + chart.Name
			}
			add(artifact{kindChart, name, answers.ArtifactVersion{Version: chart.Version}})
		}
		for _, commit := range f.Commits {
			add(artifact{kindGit, commit.RepoURL, answers.ArtifactVersion{
				Version: cmp.Or(commit.Tag, shorten(commit.ID)), Revision: commit.ID, Branch: commit.Branch,
			}})
		}
		for _, other := range f.Artifacts {
			add(artifact{cmp.Or(other.ArtifactType, kindOther), other.SubscriptionName, answers.ArtifactVersion{Version: other.Version}})
		}
	}
	return all
}
