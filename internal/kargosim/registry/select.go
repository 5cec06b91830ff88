package registry

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// The strategies by which a subscription selects images. Empty means SemVer.
const (
	strategySemVer      = "SemVer"
	strategyNewestBuild = "NewestBuild"
	strategyLexical     = "Lexical"
	strategyDigest      = "Digest"
)

// defaultDiscoveryLimit is how many images Kargo discovers where the subscription does not say.
const defaultDiscoveryLimit = 20

// Select returns the images that the subscription discovers, the one to make Freight of first. What it
// refuses, it refuses in Kargo's words.
func (r *Registry) Select(subscription *kargo.ImageSubscription) ([]Image, error) {
	obtaining := func(err error) error {
		return fmt.Errorf("error obtaining selector for image %q: %w", subscription.RepoURL, err)
	}
	candidates := r.images(subscription.RepoURL)
	if subscription.ImageSelectionStrategy == strategyDigest {
		return slices.DeleteFunc(candidates, func(i Image) bool { return i.Tag != subscription.Constraint }), nil
	}
	allowed, err := tagFilter(subscription)
	if err != nil {
		return nil, obtaining(fmt.Errorf("error building tag based selector: %w", err))
	}
	candidates = slices.DeleteFunc(candidates, func(i Image) bool { return !allowed(i.Tag) })
	switch subscription.ImageSelectionStrategy {
	case strategySemVer, "":
		if candidates, err = bySemVer(subscription.Constraint, candidates); err != nil {
			return nil, obtaining(err)
		}
	case strategyNewestBuild:
		slices.SortFunc(candidates, func(a, b Image) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.Tag, a.Tag))
		})
	case strategyLexical:
		slices.Reverse(candidates)
	default:
		return nil, obtaining(errors.New("error getting selector factory"))
	}
	limit := int(subscription.DiscoveryLimit)
	if limit <= 0 {
		limit = defaultDiscoveryLimit
	}
	return candidates[:min(limit, len(candidates))], nil
}

// tagFilter returns which tags a subscription takes at all.
func tagFilter(subscription *kargo.ImageSubscription) (func(tag string) bool, error) {
	allow, err := compile(subscription.AllowTagsRegexes)
	if err != nil {
		return nil, fmt.Errorf("error compiling allow tags regex: %w", err)
	}
	if subscription.AllowTags != "" {
		return nil, errors.New("AllowTags is deprecated and unsupported as of v1.11.0; use AllowTagsRegexes instead")
	}
	ignore, err := compile(subscription.IgnoreTagsRegexes)
	if err != nil {
		return nil, fmt.Errorf("error compiling ignore tags regex: %w", err)
	}
	return func(tag string) bool {
		matches := func(r *regexp.Regexp) bool { return r.MatchString(tag) }
		return !slices.ContainsFunc(ignore, matches) && (len(allow) == 0 || slices.ContainsFunc(allow, matches))
	}, nil
}

func compile(patterns []string) ([]*regexp.Regexp, error) {
	compiled := make([]*regexp.Regexp, len(patterns))
	for i, pattern := range patterns {
		var err error
		if compiled[i], err = regexp.Compile(pattern); err != nil {
			return nil, fmt.Errorf("error compiling regular expression %q: %w", pattern, err)
		}
	}
	return compiled, nil
}

// bySemVer returns the images whose tags are whole semantic versions that satisfy the constraint, the
// greatest first.
func bySemVer(constraint string, images []Image) ([]Image, error) {
	var required *semver.Constraints
	if constraint != "" {
		var err error
		if required, err = semver.NewConstraint(constraint); err != nil {
			return nil, fmt.Errorf("error parsing semver constraint %q: %w", constraint, err)
		}
	}
	versions := make(map[string]*semver.Version, len(images))
	for _, image := range images {
		version, err := semver.StrictNewVersion(strings.TrimPrefix(image.Tag, "v"))
		if err == nil && (required == nil || required.Check(version)) {
			versions[image.Tag] = version
		}
	}
	images = slices.DeleteFunc(images, func(i Image) bool { return versions[i.Tag] == nil })
	slices.SortFunc(images, func(a, b Image) int {
		return cmp.Or(versions[b.Tag].Compare(versions[a.Tag]), strings.Compare(b.Tag, a.Tag))
	})
	return images, nil
}
