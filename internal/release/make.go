package release

import (
	"context"
	"fmt"
	"time"

	"github.com/Masterminds/semver/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

const (
	// callTimeout bounds one call of the forge, or of the API server.
	callTimeout = 10 * time.Second
	// maxSource is how much of a repository's or a tag's name is kept, in characters, as the schema has it.
	maxSource = 256
)

// What announces a Release, in metrics.
const (
	byTag     = "tag"
	byFreight = "freight"
)

// maker makes Releases.
type maker struct {
	Options

	// client reads from the cache and writes to the API server.
	client client.Client
}

// wanted is a Release that there should be.
type wanted struct {
	project, namespace, service string
	version                     *semver.Version
	// source is the tag; nil if none is known.
	source *v1alpha1.ReleaseSource
	// prerelease says that it is one, whatever its version says.
	prerelease bool
}

func (w wanted) key() client.ObjectKey {
	return client.ObjectKey{Namespace: w.namespace, Name: Name(w.service, w.version.String())}
}

func (w wanted) isPrerelease() bool { return w.prerelease || w.version.Prerelease() != "" }

// isIgnored reports whether no Release is to be made.
func (m *maker) isIgnored(w wanted) bool {
	return w.isPrerelease() && m.Prereleases == IgnorePrereleases
}

// exists reports whether the cache has the Release.
func (m *maker) exists(ctx context.Context, w wanted) (bool, error) {
	err := m.client.Get(ctx, w.key(), &v1alpha1.Release{})
	if err != nil && !apierrors.IsNotFound(err) {
		return false, fmt.Errorf("get release %s: %w", w.key(), err)
	}
	return err == nil, nil
}

// make makes a Release, unless it is there already. By says what announced it.
func (m *maker) make(ctx context.Context, w wanted, by string) (made bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r := &v1alpha1.Release{Spec: v1alpha1.ReleaseSpec{
		Service: w.service, Version: w.version.String(), Source: w.source,
		Silent: w.isPrerelease() && m.Prereleases == SilencePrereleases,
	}}
	if s := w.source; s != nil && (len(s.Repo) > maxSource || len(s.Tag) > maxSource) {
		r.Spec.Source = nil
	}
	r.Namespace, r.Name = w.key().Namespace, w.key().Name
	switch err := m.client.Create(ctx, r); {
	case apierrors.IsAlreadyExists(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("make release %s: %w", w.key(), err)
	}
	m.Metrics.made.WithLabelValues(by).Inc()
	m.Log.InfoContext(ctx, "release made", "release", w.key(), "by", by)
	return true, nil
}

// isHistory reports whether something was released before anybody was to be told, or so long ago that its Release
// would be deleted again; known is false as long as the former is not known.
func (m *maker) isHistory(ctx context.Context, namespace string, at time.Time) (history, known bool) {
	if m.Retention > 0 && m.Now().Sub(at) > m.Retention {
		return true, true
	}
	since, known := m.Since(ctx, namespace)
	// Kubernetes and GitHub tell times in whole seconds.
	return known && at.Before(since.Truncate(time.Second)), known
}

// releasedAt is when a tag became a release: when that was published, else when it was tagged.
func releasedAt(t *freightdiff.Tagged) time.Time {
	if t.Published && !t.PublishedAt.IsZero() {
		return t.PublishedAt
	}
	return t.At
}
