package run

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// Passer does one pass. It returns when the pass is over and nothing of it is left running, soon after ctx is done at
// the latest. The error is for the log alone, and has no values.
type Passer interface {
	Pass(ctx context.Context, request credentials.Request) (credentials.Report, error)
}

// Plan is what a declaration means to whoever keeps it.
type Plan struct {
	// Interval between two passes over everything.
	Interval time.Duration
	// Timeout of one source in one pass.
	Timeout time.Duration
	// Secrets that are declared.
	Secrets []Declared
}

// Declared is one Secret and the names of the sources that its values come from, as in credentials.Source.
type Declared struct {
	credentials.SecretName

	Sources []string
}

// How long a pass may take beside waiting for sources: starting, and for each Secret reading, trying and writing it.
// It is to end a pass that has gone wrong; one that is merely slow is done long before.
const (
	roomOfPass   = 2 * time.Minute
	roomOfSecret = time.Second
	longestPass  = 30 * time.Minute
)

// deadline returns how long a pass may take in which each source may take its timeout, one after the other.
func (p Plan) deadline() time.Duration {
	sources := map[string]bool{}
	for _, secret := range p.Secrets {
		for _, source := range secret.Sources {
			sources[source] = true
		}
	}
	most := roomOfPass + time.Duration(len(sources))*p.Timeout + time.Duration(len(p.Secrets))*roomOfSecret
	return min(most, longestPass)
}

// names returns the Secrets that are declared.
func (p Plan) names() []credentials.SecretName {
	names := make([]credentials.SecretName, 0, len(p.Secrets))
	for _, secret := range p.Secrets {
		names = append(names, secret.SecretName)
	}
	return names
}
