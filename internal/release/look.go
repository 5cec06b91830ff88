package release

import (
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Bounds of the Release's schema, in characters.
const (
	maxMessage = 2000
	maxVersion = 256
	maxPerson  = 256
	maxStages  = 50
)

// look is one look at a Release: all that its status is told from.
type look struct {
	r       *v1alpha1.Release
	version *semver.Version
	line    kargo.Line
	// freight is that of the version, newest first: mostly one, more if a tag was moved or several Warehouses
	// discover it.
	freight []*kargoapi.Freight
	// others are the other Releases of the service. They are the cache's own, not to be changed.
	others []v1alpha1.Release
	// discovering are the Warehouses that may discover the image.
	discovering []string
	// requester says who asked for a Promotion.
	requester func(p *kargoapi.Promotion) string
	now       time.Time
}

// versionOf returns the Freight of a service's version, newest first.
func versionOf(line kargo.Line, version *semver.Version) []*kargoapi.Freight {
	var found []*kargoapi.Freight
	for _, f := range line.Freight {
		if isVersion(kargo.Reference(f), line.Service, version) {
			found = append(found, f)
		}
	}
	return found
}

// isVersion reports whether Freight is of a service's version. What is after a "+" can't be part of an image's
// tag, so it only counts where both have it.
func isVersion(ref kargoapi.FreightReference, service string, version *semver.Version) bool {
	other, ok := kargo.ReleaseVersion(kargo.Version(ref, service))
	return ok && other.Equal(version) &&
		(other.Metadata() == version.Metadata() || other.Metadata() == "" || version.Metadata() == "")
}

// isOurs reports whether Freight is of the Release.
func (l *look) isOurs(ref kargoapi.FreightReference) bool {
	return isVersion(ref, l.line.Service, l.version)
}

// isOurName reports whether the name is one of the Release's Freight, also of what is gone.
func (l *look) isOurName(name string) bool {
	return name != "" && (name == l.r.Status.Freight ||
		slices.ContainsFunc(l.freight, func(f *kargoapi.Freight) bool { return f.Name == name }))
}

// discovered notes the Freight.
func (l *look) discovered() {
	if len(l.freight) == 0 {
		return
	}
	newest := l.freight[0]
	s, described := &l.r.Status, kargo.Describe(newest, l.line.Service)
	s.Freight, s.Alias = newest.Name, chatops.Fit(described.Alias, 253)
	s.DiscoveredAt = stamp(newest.EffectiveDiscoveredAt())
	s.Findings = nil
}

// superseded notes the newest version of the service that is newer. A prerelease is newer than prereleases alone,
// and what has no image in time is newer than nothing.
func (l *look) superseded() {
	var newest *semver.Version
	consider := func(version string) {
		v, ok := kargo.ReleaseVersion(version)
		if !ok || !v.GreaterThan(l.version) || v.Prerelease() != "" && l.version.Prerelease() == "" {
			return
		}
		if newest == nil || v.GreaterThan(newest) {
			newest = v
		}
	}
	for i := range l.others {
		if l.others[i].Status.Phase != v1alpha1.ReleaseOverdue {
			consider(l.others[i].Spec.Version)
		}
	}
	for _, f := range l.line.Freight {
		consider(kargo.Version(kargo.Reference(f), l.line.Service))
	}
	l.r.Status.SupersededBy = ""
	if newest != nil {
		l.r.Status.SupersededBy = newest.String()
	}
}

// stages notes how the Release stands in each Stage that it can reach.
func (l *look) stages() {
	var out []v1alpha1.ReleaseStage
	for _, at := range l.line.Stages {
		if s, ok := l.stage(at); ok && len(out) < maxStages {
			out = append(out, s)
		}
	}
	l.r.Status.Stages = out
}

// before returns how the Release stood in a Stage when that was last looked at; nil if it was not.
func (l *look) before(stage string) *v1alpha1.ReleaseStage {
	for i := range l.r.Status.Stages {
		if l.r.Status.Stages[i].Stage == stage {
			return &l.r.Status.Stages[i]
		}
	}
	return nil
}

func stamp(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	// As the API server keeps it: a time that is written is to be equal to the same time that was read.
	at := metav1.NewTime(t.Truncate(time.Second))
	return &at
}

func bounded(s string) string { return chatops.Fit(s, maxMessage) }
