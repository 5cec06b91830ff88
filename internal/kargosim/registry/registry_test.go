package registry_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

const repo = "quay.io/davidaparicio/red"

func pushed(t *testing.T) *registry.Registry {
	t.Helper()
	r := &registry.Registry{}
	for i, tag := range []string{"3.9.0", "3.10.0", "v3.2.0", "4.0.0-rc.1", "latest", "3.1", "sha-aaa", "sha-bbb"} {
		r.Push(repo, registry.Image{Tag: tag, Digest: "sha256:" + tag, CreatedAt: time.Unix(int64(i), 0)})
	}
	return r
}

func TestSelect(t *testing.T) {
	r := pushed(t)
	for name, test := range map[string]struct {
		subscription kargo.ImageSubscription
		want         []string
	}{
		"semantic versions":     {kargo.ImageSubscription{Constraint: ">=0.0.0"}, []string{"3.10.0", "3.9.0", "v3.2.0"}},
		"without a constraint":  {kargo.ImageSubscription{}, []string{"4.0.0-rc.1", "3.10.0", "3.9.0", "v3.2.0"}},
		"with a constraint":     {kargo.ImageSubscription{ImageSelectionStrategy: "SemVer", Constraint: "~3.9"}, []string{"3.9.0"}},
		"with pre-releases":     {kargo.ImageSubscription{Constraint: ">=4.0.0-0"}, []string{"4.0.0-rc.1"}},
		"newest build":          {kargo.ImageSubscription{ImageSelectionStrategy: "NewestBuild", AllowTagsRegexes: []string{"^sha-.*"}}, []string{"sha-bbb", "sha-aaa"}},
		"ignoring tags":         {kargo.ImageSubscription{ImageSelectionStrategy: "NewestBuild", IgnoreTagsRegexes: []string{"^sha", "^[34]", "^v"}}, []string{"latest"}},
		"at most one":           {kargo.ImageSubscription{DiscoveryLimit: 1}, []string{"4.0.0-rc.1"}},
		"lexically":             {kargo.ImageSubscription{ImageSelectionStrategy: "Lexical", AllowTagsRegexes: []string{"^sha", "^lat"}}, []string{"sha-bbb", "sha-aaa", "latest"}},
		"one tag":               {kargo.ImageSubscription{ImageSelectionStrategy: "Digest", Constraint: "latest"}, []string{"latest"}},
		"nothing that is there": {kargo.ImageSubscription{Constraint: ">5"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.subscription.RepoURL = repo
			images, err := r.Select(&test.subscription)
			if err != nil {
				t.Fatal(err)
			}
			var tags []string
			for _, image := range images {
				tags = append(tags, image.Tag)
			}
			if !slices.Equal(tags, test.want) {
				t.Errorf("selected %v, want %v", tags, test.want)
			}
		})
	}
}

func TestSelectRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		subscription kargo.ImageSubscription
		want         string
	}{
		"allowTags":    {kargo.ImageSubscription{AllowTags: "^sha-.*"}, "AllowTags is deprecated and unsupported as of v1.11.0; use AllowTagsRegexes instead"},
		"bad regex":    {kargo.ImageSubscription{AllowTagsRegexes: []string{"("}}, "error compiling allow tags regex"},
		"bad version":  {kargo.ImageSubscription{Constraint: "newest"}, `error parsing semver constraint "newest"`},
		"bad strategy": {kargo.ImageSubscription{ImageSelectionStrategy: "Random"}, "error getting selector factory"},
	} {
		t.Run(name, func(t *testing.T) {
			test.subscription.RepoURL = repo
			_, err := pushed(t).Select(&test.subscription)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestATagMoves(t *testing.T) {
	r := pushed(t)
	r.Push(repo, registry.Image{Tag: "latest", Digest: "sha256:new"})
	images, err := r.Select(&kargo.ImageSubscription{RepoURL: repo, ImageSelectionStrategy: "Digest", Constraint: "latest"})
	if err != nil || len(images) != 1 || images[0].Digest != "sha256:new" {
		t.Errorf("got %+v, %v", images, err)
	}
}
