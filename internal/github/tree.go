package github

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// maxTree bounds the files of a tree: GitHub lists 100,000 entries at the most,
// https://docs.github.com/en/rest/git/trees#get-a-tree
const maxTree = 100_000

// regularFile is what the mode of a regular file begins with, executable or not.
const regularFile = "100"

// TruncatedTreeError says that a repository has more files than GitHub lists at once.
type TruncatedTreeError struct {
	Repo, Commit string
}

// Error implements error.
func (e *TruncatedTreeError) Error() string {
	return fmt.Sprintf("%s has more files at %s than GitHub lists at once", e.Repo, e.Commit)
}

// Tree is the files of a repository at a commit: regular files, without symbolic links and submodules. It
// is safe for concurrent use.
type Tree struct {
	source *Source
	repo   repository
	commit string
	files  []treeFile // sorted by path
}

type treeFile struct {
	path, blob string
	size       int64
}

// treeBody is what of a tree matters.
type treeBody struct {
	Truncated bool `json:"truncated"`
	Tree      []struct {
		Path string `json:"path"`
		Mode string `json:"mode"`
		Type string `json:"type"`
		SHA  string `json:"sha"`
		Size int64  `json:"size"`
	} `json:"tree"`
}

// Tree returns the files of a repository at a branch, a tag or a commit. It reads none of them. The error
// is a *TruncatedTreeError if there are too many, and otherwise one of freightdiff.Forge.
func (s *Source) Tree(ctx context.Context, repo, ref string) (*Tree, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	commit, err := s.Resolve(ctx, repo, ref)
	if err != nil {
		return nil, err
	}
	ask := conditional(s, read{repo: r, path: "git/trees/" + commit, query: url.Values{"recursive": {"1"}}},
		func(body *treeBody, _ arrived) (recall.Answer[[]treeFile], error) {
			if body.Truncated {
				return recall.Answer[[]treeFile]{Err: &TruncatedTreeError{Repo: r.String(), Commit: commit}, Fresh: recall.Forever}, nil
			}
			return filesOf(body)
		})
	files, err := find(ctx, s, r, "tree "+commit, ask)
	if err != nil {
		return nil, err
	}
	return &Tree{source: s, repo: r, commit: commit, files: files}, nil
}

// filesOf returns the regular files of a tree.
func filesOf(body *treeBody) (recall.Answer[[]treeFile], error) {
	answer := recall.Answer[[]treeFile]{Fresh: recall.Forever}
	if len(body.Tree) > maxTree {
		return answer, errMalformed
	}
	for _, entry := range body.Tree {
		if entry.Type != "blob" || !strings.HasPrefix(entry.Mode, regularFile) {
			continue
		}
		if !isPath(entry.Path) || !isHash(entry.SHA) || entry.Size < 0 {
			return answer, errMalformed
		}
		answer.Value = append(answer.Value, treeFile{path: entry.Path, blob: entry.SHA, size: entry.Size})
		answer.Size += 100 + len(entry.Path)
	}
	slices.SortFunc(answer.Value, func(a, b treeFile) int { return strings.Compare(a.path, b.path) })
	// GitHub writes what is no UTF-8 in a name with the same sign, whatever it is.
	answer.Value = slices.CompactFunc(answer.Value, func(a, b treeFile) bool { return a.path == b.path })
	return answer, nil
}

// Commit returns the commit's hash.
func (t *Tree) Commit() string { return t.commit }

// Files returns the size in bytes of every file, by its path.
func (t *Tree) Files() map[string]int64 {
	all := make(map[string]int64, len(t.files))
	for _, file := range t.files {
		all[file.path] = file.size
	}
	return all
}

// Size returns a file's size. ok is false if there is no such file.
func (t *Tree) Size(path string) (bytes int64, ok bool) {
	file, ok := t.file(path)
	return file.size, ok
}

// List returns the paths of all files below a folder, sorted; "" is the whole repository.
func (t *Tree) List(dir string) []string {
	prefix := ""
	if dir = strings.Trim(dir, "/"); dir != "" {
		prefix = dir + "/"
	}
	first, _ := t.search(prefix)
	var paths []string
	for _, file := range t.files[first:] {
		if !strings.HasPrefix(file.path, prefix) {
			break
		}
		paths = append(paths, file.path)
	}
	return paths
}

// Read returns what is in a file. The error wraps fs.ErrNotExist if there is no such file.
func (t *Tree) Read(ctx context.Context, path string) ([]byte, error) {
	file, ok := t.file(path)
	if !ok {
		return nil, fmt.Errorf("%q in %s at %s: %w: %w", oneLine(path, 200), t.repo, t.commit, fs.ErrNotExist, freightdiff.ErrNotFound)
	}
	content, err := t.source.blob(ctx, t.repo, file)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", oneLine(path, 200), err)
	}
	return slices.Clone(content), nil
}

func (t *Tree) search(path string) (i int, isFound bool) {
	return slices.BinarySearchFunc(t.files, path, func(file treeFile, path string) int { return strings.Compare(file.path, path) })
}

func (t *Tree) file(path string) (treeFile, bool) {
	i, ok := t.search(path)
	if !ok {
		return treeFile{}, false
	}
	return t.files[i], true
}
