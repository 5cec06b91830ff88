package harness

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// runID tells this run's objects from those of others in the same cluster.
func runID() string { return strings.ToLower(rand.Text()[:5]) }

// unfit is what can't be part of an object's name.
var unfit = regexp.MustCompile(`[^a-z0-9]+`)

// nameFor derives the name of an object from the test that it is for.
func (c *Cluster) nameFor(t testing.TB, suffix string) string {
	t.Helper()
	const most = 32 // leaves room for what is appended to it
	name := unfit.ReplaceAllString(strings.ToLower(strings.TrimPrefix(t.Name(), "Test")), "-")
	if len(name) > most {
		name = name[:most]
	}
	name = fmt.Sprintf("%s-%s%d", strings.Trim(name, "-"), c.run, c.names.Add(1))
	if suffix != "" {
		name += "-" + suffix
	}
	return name
}
