package overlay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

// broken is a Tree whose files can't be read now.
type broken struct{ *tree }

var errBroken = errors.New("rate limit")

func (broken) Read(context.Context, string) ([]byte, error) { return nil, errBroken }

func TestATreeThatCantBeRead(t *testing.T) {
	_, err := overlay.Diff(t.Context(), broken{repository(t)}, "k8s/overlays/production/red", nil)
	if refusal := (*overlay.Refusal)(nil); !errors.Is(err, errBroken) || errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	want := told(diff(t, repository(t), "k8s/overlays/production/red", overlay.Image{Name: red, NewTag: "3.2.0"}))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c, err := overlay.Diff(t.Context(), repository(t), "k8s/overlays/production/red", []overlay.Image{{Name: red, NewTag: "3.2.0"}})
			if err != nil || told(c) != want {
				t.Errorf("got %+v, %v", c, err)
			}
		})
	}
	all.Wait()
}

// TestAnObjectOfEnormousLines has one that a promotion changes from end to end.
func TestAnObjectOfEnormousLines(t *testing.T) {
	r := with(t, map[string]string{
		"kustomization.yaml": "resources: [a.yaml]\nimages: [{name: a, newTag: v1}]\n" +
			"replacements: [{source: {kind: Pod, fieldPath: spec.containers.0.image}, targets: [{select: {kind: Thing}, fieldPaths: ['lines.*']}]}]",
		"a.yaml": pod + "---\n{apiVersion: v1, kind: Thing, metadata: {name: c}, long: " + strings.Repeat("k", 600) + ", lines: [" + strings.Repeat("x,", 30_000) + "]}",
	})
	c := diff(t, r, "o", overlay.Image{Name: "a", NewTag: "v2"})
	if c.Lines < 60_000 || !strings.HasSuffix(c.Left, "more lines in 1 resource") || len(told(c)) > 1<<20 {
		t.Errorf("%d lines, %q, %d bytes", c.Lines, c.Left, len(told(c)))
	}
	for line := range strings.Lines(told(c)) {
		if len(line) > 510 {
			t.Fatalf("a line of %d bytes", len(line))
		}
	}
}
