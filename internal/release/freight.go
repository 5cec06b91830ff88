package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// recent is how old Freight may be of which it is soon looked again whether anybody is to be told.
	recent = 10 * time.Minute
	// soon and late are after how long that is, of recent Freight and of all other.
	soon = 2 * time.Second
	late = time.Minute
)

// discoverer makes Releases of Freight whose version nobody has announced.
type discoverer struct{ maker }

// Reconcile makes the Releases of one Freight.
func (d *discoverer) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	var f kargoapi.Freight
	if err := d.client.Get(ctx, req.NamespacedName, &f); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if f.DeletionTimestamp != nil || !hasRelease(&f) {
		return reconcile.Result{}, nil
	}
	services, err := d.Catalogue.ServicesOf(ctx, f.Namespace, f.Origin.Name)
	if err != nil {
		return reconcile.Result{}, err
	}
	var wait time.Duration
	for _, service := range services {
		again, err := d.discover(ctx, &f, service)
		if err != nil {
			return reconcile.Result{}, err
		}
		wait = backoff.Sooner(wait, again)
	}
	return reconcile.Result{RequeueAfter: wait}, nil
}

// hasRelease reports whether Freight has anything in it of a version that could be one of a release. It saves
// looking for the services of builds.
func hasRelease(f *kargoapi.Freight) bool {
	versions := []string{kargo.Version(kargo.Reference(f), "")}
	for _, image := range f.Images {
		versions = append(versions, image.Tag)
	}
	return slices.ContainsFunc(versions, func(version string) bool { _, ok := kargo.ReleaseVersion(version); return ok })
}

// discover makes the Release of a service's version, if it is new, and returns after how long to look again.
func (d *discoverer) discover(ctx context.Context, f *kargoapi.Freight, service string) (time.Duration, error) {
	version, ok := kargo.ReleaseVersion(kargo.Version(kargo.Reference(f), service))
	if !ok {
		return 0, nil
	}
	w := wanted{namespace: f.Namespace, service: service, version: version}
	if exists, err := d.exists(ctx, w); err != nil || exists || d.isIgnored(w) {
		return 0, err
	}
	line, ok, err := d.Catalogue.Line(ctx, f.Namespace, service)
	if err != nil || !ok {
		return 0, err
	}
	w.project = line.Project
	// Freight of several images is made anew whenever one of them changes: what counts is when the version came.
	at := f.EffectiveDiscoveredAt()
	for _, other := range versionOf(line, version) {
		if earlier := other.EffectiveDiscoveredAt(); earlier.Before(at) {
			at = earlier
		}
	}
	history, known := d.isHistory(ctx, f.Namespace, at)
	switch {
	case !known && d.Now().Sub(at) < recent:
		return soon, nil
	case !known:
		return late, nil
	case history:
		return 0, nil
	}
	w.source, w.prerelease = d.tagOf(ctx, w)
	if d.isIgnored(w) {
		return 0, nil
	}
	_, err = d.make(ctx, w, byFreight)
	return 0, err
}

// tagOf returns the tag that released a version, nil if there is none, or none can be told now, and whether it
// was called a prerelease.
func (d *discoverer) tagOf(ctx context.Context, w wanted) (source *v1alpha1.ReleaseSource, prerelease bool) {
	tag, found, err := findTag(ctx, d.Forge, d.source(w.project, w.service), w.service, w.version.String())
	switch {
	case err != nil:
		d.Log.InfoContext(ctx, "the tag of a release is not known", "service", w.service, "version", w.version.String(), "error", err)
		return nil, false
	case found == nil:
		return nil, false
	}
	return tag, found.Prerelease
}

// findTag looks for the tag that released a version: nil if there is none.
func findTag(ctx context.Context, forge Forge, source freightdiff.Source, service, version string) (*v1alpha1.ReleaseSource, *freightdiff.Tagged, error) {
	home, _ := source.Home(service)
	if forge == nil || home == "" {
		return nil, nil, nil
	}
	for _, tag := range source.ReleaseTags(service, version) {
		found, err := tagged(ctx, forge, home, tag)
		switch {
		case errors.Is(err, freightdiff.ErrNotFound):
			continue
		case err != nil:
			return nil, nil, err
		}
		return &v1alpha1.ReleaseSource{Repo: home, Tag: tag}, found, nil
	}
	return nil, nil, nil
}

// tagged asks the forge for a tag.
func tagged(ctx context.Context, forge Forge, repo, tag string) (*freightdiff.Tagged, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	found, err := forge.Tagged(ctx, repo, tag)
	if err != nil {
		return nil, fmt.Errorf("look at tag %s of %s: %w", tag, repo, err)
	}
	return found, nil
}
