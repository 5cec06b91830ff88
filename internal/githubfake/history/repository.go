package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Repository is a Git repository.
type Repository struct {
	// Branches and Tags are by name, without refs/heads/ and refs/tags/.
	Branches map[string]*Commit
	Tags     map[string]Tag

	commits []*Commit // parents before children
	bySHA   map[string]*Commit
	trees   map[string]*Tree
	blobs   map[string]string // contents, as far as they are known
}

// Commit is a commit. It never changes.
type Commit struct {
	SHA       string
	Parents   []*Commit
	Author    Person
	Committer Person
	Message   string
	Tree      *Tree

	index int // in Repository.commits
}

// Person is who wrote a commit, or committed it, and when.
type Person struct {
	Name, Email string
	At          time.Time
}

// Tag is a tag. An annotated one is an object of its own, with a hash and a message.
type Tag struct {
	Commit  *Commit
	SHA     string // of the annotated tag; "": it is a lightweight one
	Message string
	Tagger  Person
}

// New returns an empty repository.
func New() *Repository {
	empty := &Tree{SHA: treeSHA(nil)}
	return &Repository{
		Branches: map[string]*Commit{}, Tags: map[string]Tag{},
		bySHA: map[string]*Commit{}, trees: map[string]*Tree{empty.SHA: empty}, blobs: map[string]string{},
	}
}

// Clone returns a repository that can be changed without changing this one.
func (r *Repository) Clone() *Repository {
	return &Repository{
		Branches: maps.Clone(r.Branches), Tags: maps.Clone(r.Tags), commits: slices.Clone(r.commits),
		bySHA: maps.Clone(r.bySHA), trees: maps.Clone(r.trees), blobs: maps.Clone(r.blobs),
	}
}

// Len returns how many commits there are.
func (r *Repository) Len() int { return len(r.commits) }

// Store keeps the content of a file and returns its hash.
func (r *Repository) Store(content string) string {
	sha := BlobSHA(content)
	r.blobs[sha] = content
	return sha
}

// Blob returns the content of a file by its hash, and false if it is not known.
func (r *Repository) Blob(sha string) (string, bool) {
	content, ok := r.blobs[sha]
	return content, ok
}

// Tree returns a folder by its hash, or nil.
func (r *Repository) Tree(sha string) *Tree { return r.trees[sha] }

// Commit returns a commit by its hash, or nil.
func (r *Repository) Commit(sha string) *Commit { return r.bySHA[sha] }

// Draft is a commit to be made.
type Draft struct {
	SHA       string // "": Git's
	Parents   []*Commit
	Author    Person
	Committer Person // default: the author
	Message   string
	// Tree is what Edits start from. Default: that of the first parent.
	Tree  *Tree
	Edits []Edit
}

// Add makes a commit. Its parents must be commits of the repository.
func (r *Repository) Add(d Draft) (*Commit, error) {
	for _, edit := range d.Edits {
		if !edit.Remove && !IsSHA(edit.SHA) || !isPath(edit.Path) {
			return nil, fmt.Errorf("edit of %q: not a path, or not a hash", edit.Path)
		}
	}
	tree := d.Tree
	switch {
	case tree != nil:
	case len(d.Parents) > 0:
		tree = d.Parents[0].Tree
	default:
		tree = r.trees[treeSHA(nil)]
	}
	made := &Commit{
		SHA: d.SHA, Parents: slices.Clone(d.Parents), Author: d.Author, Committer: d.Committer, Message: d.Message,
		Tree: r.edit(tree, d.Edits), index: len(r.commits),
	}
	if made.Committer == (Person{}) {
		made.Committer = made.Author
	}
	if made.SHA == "" {
		made.SHA = commitSHA(made)
	}
	if r.bySHA[made.SHA] != nil {
		return nil, fmt.Errorf("there is a commit %s already", made.SHA)
	}
	for _, parent := range made.Parents {
		if r.bySHA[parent.SHA] != parent {
			return nil, fmt.Errorf("parent %s is of another repository", parent.SHA)
		}
	}
	r.commits = append(r.commits, made)
	r.bySHA[made.SHA] = made
	return made, nil
}

func (r *Repository) edit(tree *Tree, edits []Edit) *Tree {
	if len(edits) == 0 {
		return tree
	}
	return tree.apply(edits, func(made *Tree) { r.trees[made.SHA] = made })
}

func isPath(path string) bool {
	return path != "" && !slices.Contains(strings.Split(path, "/"), "")
}
