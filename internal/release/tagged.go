package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// annotationLookedAt on a Release says when a webhook last told of its tag: what was released is read again then.
const annotationLookedAt = "kargobot.dev/looked-at"

// What became of a tag, in metrics.
const (
	tagReleased   = "released"
	tagKnown      = "known"
	tagNoRelease  = "no_release"
	tagPrerelease = "prerelease"
	tagHistory    = "history"
	tagGone       = "gone"
	tagLater      = "later"
	tagDropped    = "dropped"
)

// errLater says that it can't be told yet what a tag is.
var errLater = errors.New("it is not known yet since when anybody is told")

// maxTag is how long the name of a tag may be, in bytes. GitHub's own bound for names of references is 255.
const maxTag = 255

// Tagged makes the Releases of a tag of a repository, written "owner/name": one for each service whose code is
// there and whose tags look so. What is known of a Release that exists already is read again. It may be called on
// any replica, and any number of times. A tag that releases nothing is no error; one that can't be looked at now
// is looked at later. An error says that it is lost: then the Freight announces the release, when there is any.
func (t *Tags) Tagged(ctx context.Context, repo, tag string) error {
	err := t.look(ctx, hint{repo, tag})
	if err == nil {
		return nil
	}
	if isTransient(err) {
		t.count(tagLater)
		return t.later(hint{repo, tag}, err)
	}
	return err
}

func (t *Tags) count(result string) { t.Metrics.tags.WithLabelValues(result).Inc() }

// look makes the Releases of a tag.
func (t *Tags) look(ctx context.Context, h hint) error {
	if h.tag == "" || len(h.tag) > maxTag {
		t.count(tagNoRelease)
		return nil
	}
	all, err := t.released(ctx, h)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.count(tagNoRelease)
		t.Log.DebugContext(ctx, "a tag releases no service", "repo", h.repo, "tag", h.tag)
	}
	var failed error
	for _, w := range all {
		result, err := t.release(ctx, w)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		t.count(result)
		t.Log.DebugContext(ctx, "looked at a tag", "repo", h.repo, "tag", h.tag, "service", w.service, "result", result)
	}
	return failed
}

// released returns the versions that a tag releases.
func (t *Tags) released(ctx context.Context, h hint) ([]wanted, error) {
	projects, err := t.Catalogue.Inventory(ctx)
	if err != nil {
		return nil, fmt.Errorf("list services: %w", err)
	}
	var all []wanted
	for _, p := range projects {
		seen := map[string]bool{}
		for _, stage := range p.Stages {
			if seen[stage.Service] {
				continue
			}
			seen[stage.Service] = true
			source := t.source(p.Project, stage.Service)
			if home, _ := source.Home(stage.Service); !strings.EqualFold(home, h.repo) {
				continue
			}
			found, ok := source.ReleaseOf(stage.Service, h.tag)
			if !ok {
				continue
			}
			if version, ok := kargo.ReleaseVersion(found); ok {
				all = append(all, wanted{
					project: p.Project, namespace: p.Namespace, service: stage.Service, version: version,
					source: &v1alpha1.ReleaseSource{Repo: h.repo, Tag: h.tag},
				})
			}
		}
	}
	return all, nil
}

// release makes a Release, or has one that exists looked at again, and tells which.
func (t *Tags) release(ctx context.Context, w wanted) (result string, err error) {
	exists, err := t.exists(ctx, w)
	switch {
	case err != nil:
		return "", err
	case exists:
		return tagKnown, t.touch(ctx, w)
	case t.isIgnored(w):
		return tagPrerelease, nil
	}
	at := t.Now()
	if t.Forge != nil {
		found, err := tagged(ctx, t.Forge, w.source.Repo, w.source.Tag)
		if err != nil {
			return "", err
		}
		w.prerelease = found.Prerelease
		if released := releasedAt(found); !released.IsZero() {
			at = released
		}
	}
	history, known := t.isHistory(ctx, w.namespace, at)
	switch {
	case !known:
		return "", errLater
	case history:
		return tagHistory, nil
	case t.isIgnored(w):
		return tagPrerelease, nil
	}
	made, err := t.make(ctx, w, byTag)
	switch {
	case err != nil:
		return "", err
	case !made:
		return tagKnown, t.touch(ctx, w)
	default:
		return tagReleased, nil
	}
}

// touch has what is known of a Release read again.
func (t *Tags) touch(ctx context.Context, w wanted) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{annotationLookedAt: t.Now().UTC().Format(time.RFC3339Nano)},
	}})
	if err != nil {
		return fmt.Errorf("encode a patch: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r := &v1alpha1.Release{}
	r.Namespace, r.Name = w.key().Namespace, w.key().Name
	err = t.client.Patch(ctx, r, client.RawPatch(types.MergePatchType, body))
	if err := client.IgnoreNotFound(err); err != nil {
		return fmt.Errorf("have release %s looked at again: %w", w.key(), err)
	}
	return nil
}
