package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// maxTagChain bounds how many annotated tags may name one another: Git allows any number, and nobody has two.
const maxTagChain = 4

// gitObject is what a reference, or an annotated tag, names:
// https://docs.github.com/en/rest/git/refs#get-a-reference
type gitObject struct {
	SHA  string `json:"sha"`
	Type string `json:"type"`
}

// annotation is what of an annotated tag matters: https://docs.github.com/en/rest/git/tags#get-a-tag
type annotation struct {
	Object gitObject `json:"object"`
	Tagger struct {
		Name string  `json:"name"`
		Date instant `json:"date"`
	} `json:"tagger"`
}

// publishedRelease is a release with whoever published it.
type publishedRelease struct {
	releaseBody
	Author user `json:"author"`
}

// Tagged returns what a tag names and the release of it. The errors are those of freightdiff.Forge. What can
// change of it is asked for again after Invalidate.
func (s *Source) Tagged(ctx context.Context, repo, tag string) (*freightdiff.Tagged, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	if !isRef(tag) {
		return nil, fmt.Errorf("%q is no tag: %w", oneLine(tag, 100), freightdiff.ErrNotFound)
	}
	object, err := s.tagRef(ctx, r, tag)
	if err != nil {
		return nil, err
	}
	found := &freightdiff.Tagged{}
	tagger := ""
	for depth := 0; object.Type == "tag" && depth < maxTagChain; depth++ {
		note, err := s.annotation(ctx, r, object.SHA)
		if err != nil {
			return nil, err
		}
		if depth == 0 {
			found.At, tagger = note.Tagger.Date.Time, note.Tagger.Name
		}
		object = note.Object
	}
	if object.Type != "commit" {
		return nil, fmt.Errorf("%q of %s names no commit: %w", oneLine(tag, 100), r, freightdiff.ErrNotFound)
	}
	commit, err := s.commit(ctx, r, object.SHA)
	if err != nil {
		return nil, err
	}
	found.Commit, found.URL = commit.SHA, tagURL(commit, tag)
	found.Author = cmp.Or(commit.Login, brief(tagger), commit.Author)
	if found.At.IsZero() {
		found.At = commit.At
	}
	return found, s.addRelease(ctx, r, tag, found)
}

// addRelease adds what the release of a tag says, if there is one.
func (s *Source) addRelease(ctx context.Context, repo repository, tag string, to *freightdiff.Tagged) error {
	ask := conditional(s, read{repo: repo, path: "releases/tags/" + escapePath(tag)},
		func(body *publishedRelease, _ arrived) (recall.Answer[*publishedRelease], error) {
			if body.TagName != tag {
				return recall.Answer[*publishedRelease]{}, errMalformed
			}
			body.Name, body.HTMLURL = brief(body.Name), link(body.HTMLURL)
			body.Body = beginning(withoutDeployed(body.Body), maxNotes)
			size := 300 + len(body.Name) + len(body.HTMLURL) + len(body.Body)
			return recall.Answer[*publishedRelease]{Value: body, Size: size}, nil
		})
	release, err := find(ctx, s, repo, "release "+tag, ask)
	switch {
	case isMissing(err):
		return nil // a tag alone
	case err != nil:
		return err
	}
	to.Name, to.Notes, to.URL = release.Name, release.Body, cmp.Or(release.HTMLURL, to.URL)
	to.Author = cmp.Or(brief(release.Author.Login), to.Author)
	to.Prerelease, to.Draft = release.Prerelease, release.Draft
	to.Published, to.PublishedAt = !release.Draft, release.PublishedAt.Time
	return nil
}

// isMissing reports whether there is no such thing in a repository that can be read.
func isMissing(err error) bool {
	_, isElsewhere := errors.AsType[*freightdiff.Unavailable](err)
	return isAbsent(err) && !isElsewhere
}

// tagRef returns what a tag names.
func (s *Source) tagRef(ctx context.Context, repo repository, tag string) (gitObject, error) {
	ask := conditional(s, read{repo: repo, path: "git/ref/tags/" + escapePath(tag)},
		func(body *struct {
			Ref    string    `json:"ref"`
			Object gitObject `json:"object"`
		}, _ arrived) (recall.Answer[gitObject], error) {
			if body.Ref != tagsPrefix+tag || !isHash(body.Object.SHA) {
				return recall.Answer[gitObject]{}, errMalformed
			}
			return recall.Answer[gitObject]{Value: body.Object, Size: 100}, nil
		})
	return find(ctx, s, repo, "ref of "+tag, ask)
}

// annotation returns an annotated tag, which never changes.
func (s *Source) annotation(ctx context.Context, repo repository, sha string) (annotation, error) {
	ask := conditional(s, read{repo: repo, path: "git/tags/" + sha},
		func(body *annotation, _ arrived) (recall.Answer[annotation], error) {
			if !isHash(body.Object.SHA) {
				return recall.Answer[annotation]{}, errMalformed
			}
			body.Tagger.Name = brief(body.Tagger.Name)
			return recall.Answer[annotation]{Value: *body, Size: 200 + len(body.Tagger.Name), Fresh: recall.Forever}, nil
		})
	return find(ctx, s, repo, "annotation "+sha, ask)
}

// commit returns one commit, which never changes.
func (s *Source) commit(ctx context.Context, repo repository, sha string) (freightdiff.RawCommit, error) {
	// Of its files, of which there may be thousands, one comes along.
	ask := conditional(s, read{repo: repo, path: "commits/" + sha, query: url.Values{"per_page": {"1"}}},
		func(body *commitBody, _ arrived) (recall.Answer[freightdiff.RawCommit], error) {
			commit, ok := body.commit()
			if !ok || commit.SHA != sha {
				return recall.Answer[freightdiff.RawCommit]{}, errMalformed
			}
			size := 300 + len(commit.Message) + len(commit.Author) + len(commit.Login) + len(commit.URL)
			return recall.Answer[freightdiff.RawCommit]{Value: commit, Size: size, Fresh: recall.Forever}, nil
		})
	return find(ctx, s, repo, "one commit "+sha, ask)
}

// tagURL returns where people see a tag, beside its commit: GitHub has such a page without a release too.
func tagURL(commit freightdiff.RawCommit, tag string) string {
	repo, ok := strings.CutSuffix(commit.URL, "/commit/"+commit.SHA)
	if !ok {
		return commit.URL
	}
	return repo + "/releases/tag/" + escapePath(tag)
}
