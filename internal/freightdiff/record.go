package freightdiff

import (
	"cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bounds of the Shipment's schema: entries, and characters.
const (
	maxRecorded = 20
	maxArtifact = 512
	maxVersion  = 256
)

// Record returns the changes as a Shipment's item keeps them, as many as it holds.
func (c Changes) Record() []v1alpha1.ArtifactChange {
	var out []v1alpha1.ArtifactChange
	for _, change := range c.Artifacts[:min(len(c.Artifacts), maxRecorded)] {
		from, to := version(change.From), version(change.To)
		if from != "" && from == to {
			// A tag that was moved: only the hashes tell one from the other.
			from, to = from+" ("+hash(change.From)+")", to+" ("+hash(change.To)+")"
		}
		out = append(out, v1alpha1.ArtifactChange{
			Artifact: chatops.Fit(cmp.Or(change.Artifact, change.Kind), maxArtifact),
			From:     chatops.Fit(from, maxVersion), To: chatops.Fit(to, maxVersion),
		})
	}
	return out
}

func version(v *answers.ArtifactVersion) string {
	if v == nil {
		return ""
	}
	return v.Version
}

func hash(v *answers.ArtifactVersion) string { return shorten(cmp.Or(v.Digest, v.Revision)) }
