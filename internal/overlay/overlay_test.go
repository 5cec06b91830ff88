package overlay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

const red = "quay.io/acme/red"

// told writes changes as a person would see them.
func told(c *overlay.Changes) string {
	var out strings.Builder
	for _, change := range c.Changed {
		fmt.Fprintf(&out, "%s %s/%s: +%d -%d\n%s\n", change.Kind, change.Namespace, change.Name, change.Added, change.Removed, change.Diff)
	}
	fmt.Fprintf(&out, "%d unchanged, %d lines\n", c.Unchanged, c.Lines)
	return out.String()
}

func diff(t testing.TB, r *tree, dir string, images ...overlay.Image) *overlay.Changes {
	t.Helper()
	c, err := overlay.Diff(t.Context(), r, dir, images)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatAPromotionChanges(t *testing.T) {
	r := repository(t)
	c := diff(t, r, "k8s/overlays/production/red", overlay.Image{Name: red, NewTag: "3.2.0"})
	golden.Compare(t, "production.diff", told(c))
	for _, name := range r.read {
		if strings.Contains(name, "staging") {
			t.Errorf("%s is read, which production does not need", name)
		}
	}
}

func TestFromADigestToATagAndANewName(t *testing.T) {
	c := diff(t, repository(t), "./k8s/overlays/staging/red/", overlay.Image{Name: red, NewName: "ghcr.io/acme/red", NewTag: "3.2.0"})
	golden.Compare(t, "staging.diff", told(c))
}

func TestNothingChanges(t *testing.T) {
	c := diff(t, repository(t), "k8s/overlays/production/red", overlay.Image{Name: red, NewTag: "3.1.0"})
	if len(c.Changed) != 0 || c.Unchanged != 6 || c.Lines != 0 || c.Left != "" {
		t.Errorf("got %+v", c)
	}
}

func TestAnotherVersionOfTheAPIIsAChange(t *testing.T) {
	// A label of the image's tag that is taken for the version: far-fetched, but all that images can do.
	r := with(t, map[string]string{
		"kustomization.yaml": `
resources: [all.yaml]
images: [{name: a, newTag: v1}]
replacements:
  - source: {kind: Pod, fieldPath: "spec.containers.[name=a].image", options: {delimiter: ":", index: 1}}
    targets: [{select: {kind: Thing}, fieldPaths: [apiVersion], options: {delimiter: /, index: 1}}]
`,
		"all.yaml": `
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}
---
{apiVersion: acme.dev/v0, kind: Thing, metadata: {name: a}}
`,
	})
	c := diff(t, r, "o", overlay.Image{Name: "a", NewTag: "v2"})
	golden.Compare(t, "version.diff", told(c))
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := overlay.Diff(ctx, repository(t), "k8s/overlays/production/red", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
