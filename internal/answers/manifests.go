package answers

// Manifests is what an overlay renders to after a promotion, compared with now.
type Manifests struct {
	// Repository is where the overlay is, Path its folder there, and Commit the one that was rendered, the
	// newest of Branch.
	Repository string `json:"repository"`
	Commit     string `json:"commit"`
	Branch     string `json:"branch,omitempty"`
	Path       string `json:"path"`
	// Changed are the resources that differ, by kind, namespace and name.
	Changed []ManifestChange `json:"changed"`
	// Unchanged is how many resources do not differ.
	Unchanged int `json:"unchanged"`
	// Lines is how many lines all diffs have, those included that were left out.
	Lines int `json:"lines"`
	// Note says in one sentence what was left out, or why nothing was rendered; empty if all is there.
	Note string `json:"note,omitempty"`
	// Transient says that what Note says may be over if it is asked for again.
	Transient bool `json:"transient,omitempty"`
}

// ManifestChange is a rendered resource that differs. The values of Secrets are not in it.
type ManifestChange struct {
	Kind string `json:"kind"`
	// Namespace is empty if the resource names none.
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Diff are the hunks of a unified diff of its YAML, without the names of the two sides. It may have been
	// cut.
	Diff string `json:"diff"`
	// Added and Removed are how many lines came and went, those included that were cut.
	Added   int `json:"added"`
	Removed int `json:"removed"`
}
