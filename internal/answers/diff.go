package answers

// Diff is what a Freight would change in a Stage, or what differs between two Stages or two Freight.
type Diff struct {
	Project string `json:"project"`
	Service string `json:"service"`
	// Environment and Stage are where; empty if two Freight are compared with each other.
	Environment string `json:"environment,omitempty"`
	Stage       string `json:"stage,omitempty"`
	// From is what the Stage runs; nil if it runs nothing of the sort.
	From *Freight `json:"from,omitempty"`
	// To is what it is compared with: Freight that might go there, or what the other Stage runs; nil if
	// that runs nothing.
	To *Freight `json:"to,omitempty"`
	// OtherEnvironment and OtherStage are set if two environments are compared.
	OtherEnvironment string `json:"otherEnvironment,omitempty"`
	OtherStage       string `json:"otherStage,omitempty"`
	// There says that the Stage runs that Freight already.
	There bool `json:"there,omitempty"`
	// Lacks says in one sentence why the Freight can't go there yet; empty if it can.
	Lacks string `json:"lacks,omitempty"`
	// Changes are the artifacts that differ.
	Changes []ArtifactChange `json:"changes"`
	// Same is how many artifacts do not differ.
	Same int `json:"same"`
	// Images is how many images there are then; 0 if that does not matter.
	Images int `json:"-"`
	// Code is what changes in the source code of those that differ.
	Code []CodeChange `json:"code,omitempty"`
	// Manifests is what becomes of the rendered manifests; nil if none are known.
	Manifests *Manifests `json:"manifests,omitempty"`
}

// ArtifactChange is an artifact that differs.
type ArtifactChange struct {
	// Kind is "image", "chart", "git" or, for others, Kargo's word.
	Kind string `json:"kind"`
	// Artifact is the repository, with the name of the chart if there is one.
	Artifact string `json:"artifact"`
	// From is nil for what was not there before, To for what is there no more. One of both is set.
	From *ArtifactVersion `json:"from,omitempty"`
	To   *ArtifactVersion `json:"to,omitempty"`
}

// ArtifactVersion is one version of an artifact.
type ArtifactVersion struct {
	// Version is what people call it by: a tag, a version, or the beginning of a hash.
	Version string `json:"version"`
	// Digest is an image's.
	Digest string `json:"digest,omitempty"`
	// Revision is the commit that an image was built from, or that was taken, if it is known.
	Revision string `json:"revision,omitempty"`
	// Source is where an image's code is, if the image says so.
	Source string `json:"source,omitempty"`
	// Branch is the one that the commit was taken from.
	Branch string `json:"branch,omitempty"`
}
