package history_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// add makes a commit that puts contents in places; "" removes what is there.
func add(t *testing.T, r *history.Repository, files map[string]string, parents ...*history.Commit) *history.Commit {
	t.Helper()
	draft := history.Draft{Parents: parents, Message: "change"}
	for path, content := range files {
		draft.Edits = append(draft.Edits, history.Edit{Path: path, Remove: content == "", SHA: r.Store(content)})
	}
	made, err := r.Add(draft)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func paths(tree *history.Tree) string {
	var all []string
	tree.Walk(func(path string, _ history.Entry) bool {
		all = append(all, path)
		return true
	})
	return strings.Join(all, " ")
}

func TestTrees(t *testing.T) {
	r := history.New()
	first := add(t, r, map[string]string{"a/b/c": "1", "a.txt": "2", "z": "3"})
	if got := paths(first.Tree); got != "a.txt a a/b a/b/c z" { // Git sorts "a" as "a/"
		t.Errorf("first: %s", got)
	}
	for want, files := range map[string]map[string]string{
		"a.txt z":             {"a/b/c": ""},                // no empty folders
		"a a.txt z":           {"a/b/c": "", "a": "a file"}, // a file in place of a folder
		"a.txt a a/b a/b/c z": {"a/b/x": ""},                // nothing is there to remove
	} {
		if got := paths(add(t, r, files, first).Tree); got != want {
			t.Errorf("%v: %s, want %s", files, got, want)
		}
	}
	// What `git hash-object` and `git hash-object -t tree /dev/null` print.
	if sha := history.BlobSHA("hello\n"); sha != "ce013625030ba8dba906f756967f9e9ca394464a" {
		t.Errorf("hash of a file: %s", sha)
	}
	if r.Tree("4b825dc642cb6eb9a060e54bf8d69288fbee4904") == nil {
		t.Error("no empty tree")
	}
}

func TestResolve(t *testing.T) {
	r := history.New()
	draft := func(sha string) *history.Commit {
		c, err := r.Add(history.Draft{SHA: sha})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one := draft("abcdef1" + strings.Repeat("0", 33))
	two := draft("abcdef2" + strings.Repeat("0", 33))
	three := draft("abcdef2" + strings.Repeat("1", 33))
	r.Branches["main"], r.Branches["v1"] = two, three
	r.Tags["v1"] = history.Tag{Commit: one}
	for ref, want := range map[string]*history.Commit{
		"abcdef1": one, "abcdef": nil, "abcdef2": nil, "abcdef20": two, two.SHA: two, "main": two, "refs/heads/main": two,
		"heads/v1": three, "tags/v1": one, "v1": three, "refs/tags/v1": one, "tags/main": nil, "": nil, "ABCDEF1": nil,
	} {
		if got := r.Resolve(ref); got != want {
			t.Errorf("%q: %v, want %v", ref, got, want)
		}
	}
}

func TestMerge(t *testing.T) {
	r := history.New()
	base := add(t, r, map[string]string{"same": "1", "ours": "1", "theirs": "1", "both": "1", "gone": "1"})
	ours := add(t, r, map[string]string{"ours": "2", "both": "2", "gone": ""}, base)
	theirs := add(t, r, map[string]string{"theirs": "2", "both": "2", "gone": "", "new": "1"}, base)
	edits, err := history.Merge(base.Tree, ours.Tree, theirs.Tree)
	if err != nil || len(edits) != 2 || edits[0].Path != "new" || edits[1].Path != "theirs" {
		t.Errorf("%v, %v", edits, err)
	}
	clash := add(t, r, map[string]string{"ours": "3", "theirs": "2"}, base)
	var conflict *history.Conflict
	edits, err = history.Merge(base.Tree, ours.Tree, clash.Tree)
	if !errors.As(err, &conflict) || conflict.Path != "ours" || len(edits) != 1 {
		t.Errorf("%v, %v", edits, err)
	}
}

func TestUnrelatedHistories(t *testing.T) {
	r := history.New()
	one, other := add(t, r, map[string]string{"a": "1"}), add(t, r, map[string]string{"b": "1"})
	if compared := r.Compare(one, other); compared.MergeBase != nil || len(compared.Ahead) != 1 || compared.Behind != 1 {
		t.Errorf("%+v", compared)
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x\ny\n", 3000)
	for _, test := range []struct {
		from, to       string
		added, deleted int
	}{
		{"", "", 0, 0},
		{"", "a\nb\n", 2, 0},
		{"a\nb\n", "", 0, 2},
		{"a\nb\nc\n", "a\nB\nc\n", 1, 1},
		{"a\nb\nc\nd\n", "b\nX\nd\ne\n", 2, 2},
		{long, "z\n" + long, 1, 0},
		{"1\n" + long + "2\n", "3\n" + strings.Repeat("y\nx\n", 3000) + "4\n", 6002, 6002}, // too long to compare
	} {
		if added, deleted := history.Lines(test.from, test.to); added != test.added || deleted != test.deleted {
			t.Errorf("%.20q to %.20q: +%d -%d", test.from, test.to, added, deleted)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	r, other := history.New(), history.New()
	one := add(t, r, map[string]string{"a": "1"})
	sha := r.Store("x")
	for name, draft := range map[string]history.Draft{
		"a commit twice":                 {SHA: one.SHA},
		"a parent of another one":        {Parents: []*history.Commit{add(t, other, map[string]string{"b": "1"})}},
		"a path from the root":           {Edits: []history.Edit{{Path: "/a", SHA: sha}}},
		"a path without an end":          {Edits: []history.Edit{{Path: "a/", SHA: sha}}},
		"a file without its hash":        {Edits: []history.Edit{{Path: "a"}}},
		"a file whose hash is no hash":   {Edits: []history.Edit{{Path: "a", SHA: "abc"}}},
		"nothing in the place of a path": {Edits: []history.Edit{{SHA: sha}}},
	} {
		if c, err := r.Add(draft); err == nil {
			t.Errorf("%s: %v", name, c)
		}
	}
}
