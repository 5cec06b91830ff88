package config

import (
	"time"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Releases are versions on their way to production.
type Releases struct {
	// Prereleases is what becomes of versions such as `3.2.0-rc.1`: they are announced like others, followed in
	// silence, or ignored.
	Prereleases string `yaml:"prereleases" default:"announce" enum:"announce,silent,ignore"`
	// AwaitImage is how long after its tag the image of a release may take to appear. After that, the release says
	// that it is missing.
	AwaitImage time.Duration `yaml:"awaitImage" default:"30m"`
	// Retention is how long Releases, the records of Promotions and the Notices of credentials are kept: at
	// least 72h.
	Retention time.Duration `yaml:"retention" default:"2160h"`
}

func (r *Releases) validate(doc *strictyaml.Document) {
	if r.AwaitImage < time.Minute {
		doc.Report("releases.awaitImage", "is shorter than a minute", "write a duration such as 30m")
	}
	if r.Retention < shortestRetention {
		doc.Report("releases.retention", "is shorter than 72h, within which GitHub may deliver a tag again",
			"write 72h or more, or remove it for the default, 2160h")
	}
}
