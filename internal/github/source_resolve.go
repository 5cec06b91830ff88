package github

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// mediaSHA makes GitHub answer with the hash of a commit alone.
const mediaSHA = "application/vnd.github.sha"

// Resolve implements freightdiff.Forge. A full hash is itself: whether there is such a commit is not asked.
func (s *Source) Resolve(ctx context.Context, repo, ref string) (string, error) {
	r, err := s.repository(repo)
	if err != nil {
		return "", err
	}
	if isHash(ref) {
		return ref, nil
	}
	if !isRef(ref) {
		return "", fmt.Errorf("%q is no branch, tag or commit: %w", oneLine(ref, 100), freightdiff.ErrNotFound)
	}
	ask := conditional(s, read{repo: r, path: "commits/" + escapePath(ref), accept: mediaSHA},
		func(body *bytes.Buffer, _ arrived) (recall.Answer[string], error) {
			hash := strings.TrimSpace(body.String())
			if !isHash(hash) {
				return recall.Answer[string]{}, errMalformed
			}
			found := recall.Answer[string]{Value: hash, Size: len(hash)}
			if isSteady(ref) {
				found.Fresh = steady
			}
			return found, nil
		})
	q := recall.Question{Topic: r.topic(), Text: "commit " + ref}
	if isSteady(ref) {
		q.Topic += "#tags"
	}
	return settle(ctx, s, q, ask)
}

// isSteady reports whether a reference is a tag, or the beginning of a hash.
func isSteady(ref string) bool {
	return strings.HasPrefix(ref, "tags/") || len(ref) >= 7 && strings.Trim(ref, "0123456789abcdef") == ""
}

// escapePath escapes a path for a URL and leaves its slashes.
func escapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}
