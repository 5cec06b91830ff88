package rules

import (
	"crypto/sha1" //nolint:gosec // names of Freight, as Kargo makes them
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	longestName       = 253 // of any object
	longestLabelValue = 63
	shortFreight      = 7 // characters of a Freight's name in a Promotion's
	shortHash         = 8 // characters of the hash that ends a shortened label value
)

// PromotionName returns a new name for a Promotion, "<stage>.<ulid>.<first 7 of freight>" in lower case.
// Names of one Stage sort in the order in which they were made. It is empty if stage or freight is.
func PromotionName(stage, freight string) string {
	if stage == "" || freight == "" {
		return ""
	}
	stage = stage[:min(len(stage), longestName-1-ulid.EncodedSize-1-shortFreight)]
	freight = freight[:min(len(freight), shortFreight)]
	return strings.ToLower(stage + "." + ulid.Make().String() + "." + freight)
}

// LabelValue returns value as it is put in a label: cut and ended with a hash if it is too long.
func LabelValue(value string) string {
	if len(value) <= longestLabelValue {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	kept := strings.TrimRight(value[:longestLabelValue-shortHash-1], "-")
	return kept + "-" + hex.EncodeToString(sum[:])[:shortHash]
}

// FreightName returns the name that Freight with this origin and these artifacts has: 40 hexadecimal
// digits. URLs of Git and chart repositories are taken as they are, not normalised as Kargo does.
func FreightName(freight *kargo.Freight) string {
	var parts []string
	for _, c := range freight.Commits {
		part := c.RepoURL + ":"
		if c.Tag != "" {
			part += c.Tag + ":"
		}
		parts = append(parts, part+c.ID)
	}
	for _, i := range freight.Images {
		parts = append(parts, i.RepoURL+":"+i.Tag+"@"+i.Digest)
	}
	for _, c := range freight.Charts {
		parts = append(parts, path.Join(c.RepoURL, c.Name)+":"+c.Version)
	}
	for _, a := range freight.Artifacts {
		parts = append(parts, a.ArtifactType+":"+a.SubscriptionName+":"+a.Version)
	}
	slices.Sort(parts)
	return hexSHA1(freight.Origin.String() + ":" + strings.Join(parts, "|"))
}

// CollectionID returns the ID of a collection of Freight.
func CollectionID(collection *kargo.FreightCollection) string {
	var names []string
	for _, ref := range collection.Freight {
		names = append(names, ref.Name)
	}
	slices.Sort(names)
	return hexSHA1(strings.Join(names, ","))
}

// Reference returns what is kept of freight where it is used.
func Reference(freight *kargo.Freight) kargo.FreightReference {
	return kargo.FreightReference{
		Name: freight.Name, Origin: freight.Origin, Commits: freight.Commits,
		Images: freight.Images, Charts: freight.Charts, Artifacts: freight.Artifacts,
	}
}

func hexSHA1(text string) string {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
