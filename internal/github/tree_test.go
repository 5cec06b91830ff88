package github_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestTreeShowsTheFilesOfABranch(t *testing.T) {
	f := startForge(t, monorepo())
	tree, err := f.source.Tree(soon(t), repository, "main")
	if err != nil {
		t.Fatal(err)
	}
	if tree.Commit() != f.sha(t, "c5") {
		t.Errorf("at %s", tree.Commit())
	}
	red := []string{"projects/red/a.go", "projects/red/b.go", "projects/red/c.go", "projects/red/main.go"}
	if diff := cmp.Diff(red, tree.List("projects/red")); diff != "" {
		t.Error(diff)
	}
	if tree.List("projects/re") != nil || len(tree.List("")) != 8 || len(tree.List("projects/")) != 7 || len(tree.Files()) != 8 {
		t.Errorf("%v, %v, %v", tree.List("projects/re"), tree.List(""), tree.List("projects/"))
	}
	if size, ok := tree.Size("README.md"); size != 13 || !ok || tree.Files()["README.md"] != 13 {
		t.Errorf("README.md has %d bytes, %v", size, ok)
	}
	if _, ok := tree.Size("projects"); ok {
		t.Error("a folder is a file")
	}
	for range 2 {
		content, err := tree.Read(soon(t), "README.md")
		if err != nil || string(content) != "# acme\n\nmore\n" {
			t.Errorf("%q, %v", content, err)
		}
		if len(content) > 0 {
			content[0] = '!' // is the caller's
		}
	}
	if _, err := tree.Read(soon(t), "projects/red"); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	calls := len(f.Calls())
	again, err := f.source.Tree(soon(t), repository, f.sha(t, "c5"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Read(soon(t), "README.md"); err != nil || len(f.Calls()) != calls {
		t.Errorf("%d more calls, %v", len(f.Calls())-calls, err)
	}
	// A file that did not change is not read again in another commit.
	older, err := f.source.Tree(soon(t), repository, "red/3.4.1")
	if err != nil {
		t.Fatal(err)
	}
	calls = len(f.Calls())
	if _, err := older.Read(soon(t), "README.md"); err != nil || len(f.Calls()) != calls || len(older.List("")) != 6 {
		t.Errorf("%d more calls, %v, %v", len(f.Calls())-calls, err, older.List(""))
	}
	if _, err := f.source.Tree(soon(t), repository, "gone"); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestTreeOfAnEmptyRepositoryIsNotFound(t *testing.T) {
	f := startForge(t, githubfake.Repository{})
	if _, err := f.source.Tree(soon(t), repository, "main"); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

// treeOf reads a tree that GitHub answers like that.
func treeOf(t testing.TB, answers map[string]string) (*github.Tree, *hub, error) {
	t.Helper()
	source, h, _ := newSource(t, func(path string, _ *http.Request) *http.Response {
		if answer, ok := answers[path]; ok {
			return reply(200, answer)
		}
		return reply(404, `{}`)
	})
	tree, err := source.Tree(soon(t), repository, hash(1))
	return tree, h, err
}

func treePath() string { return "git/trees/" + hash(1) + "?recursive=1" }

func TestTreeLeavesOutWhatIsNoFile(t *testing.T) {
	tree, _, err := treeOf(t, map[string]string{treePath(): fmt.Sprintf(`{"tree":[
		{"path":"b/run.sh","mode":"100755","type":"blob","sha":%[1]q,"size":5},
		{"path":"a","mode":"100644","type":"blob","sha":%[1]q,"size":7},
		{"path":"b","mode":"040000","type":"tree","sha":%[1]q},
		{"path":"link","mode":"120000","type":"blob","sha":%[1]q,"size":3},
		{"path":"module","mode":"160000","type":"commit","sha":%[1]q}]}`, hash(2))})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tree.List(""), " "); got != "a b/run.sh" {
		t.Errorf("lists %s", got)
	}
	if _, ok := tree.Size("link"); ok {
		t.Error("a link is a file")
	}
}

func TestATruncatedTreeIsNone(t *testing.T) {
	_, _, err := treeOf(t, map[string]string{treePath(): `{"truncated":true,"tree":[]}`})
	var truncated *github.TruncatedTreeError
	if !errors.As(err, &truncated) || truncated.Repo != repository || truncated.Commit != hash(1) {
		t.Fatalf("error %v", err)
	}
	if want := "acme/microsvcs has more files at " + hash(1) + " than GitHub lists at once"; err.Error() != want {
		t.Errorf("says %s", err)
	}
}

func TestTreeBelievesNoPathThatIsNone(t *testing.T) {
	for _, entry := range []string{
		`"path":"../x","sha":"` + hash(2) + `"`, `"path":"/etc/passwd","sha":"` + hash(2) + `"`, `"path":"a/../../b","sha":"` + hash(2) + `"`,
		`"path":"","sha":"` + hash(2) + `"`, `"path":"a\u0000","sha":"` + hash(2) + `"`, `"path":"a","sha":"../../x"`, `"path":"a","size":-1,"sha":"` + hash(2) + `"`,
		`"path":"` + strings.Repeat("x", 5000) + `","sha":"` + hash(2) + `"`,
	} {
		tree, _, err := treeOf(t, map[string]string{treePath(): `{"tree":[{"mode":"100644","type":"blob",` + entry + `}]}`})
		if err == nil {
			t.Errorf("%.60s: believed %v", entry, tree.List(""))
		}
	}
}

// The hash of a file says what is in it: anything else is not believed.
func TestReadBelievesWhatTheHashSays(t *testing.T) {
	const hello = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0" // of "hello", by git hash-object
	for name, test := range map[string]struct {
		size   int
		answer string
		want   string
	}{
		"base64":              {5, `{"encoding":"base64","content":"aGVs\nbG8=\n"}`, "hello"},
		"as it is":            {5, `{"encoding":"utf-8","content":"hello"}`, "hello"},
		"another file":        {5, `{"encoding":"utf-8","content":"Hello"}`, ""},
		"no base64":           {5, `{"encoding":"base64","content":"!"}`, ""},
		"an unknown encoding": {5, `{"encoding":"none","content":""}`, ""},
		"nothing":             {5, ``, ""},
	} {
		tree, _, err := treeOf(t, map[string]string{
			treePath():           fmt.Sprintf(`{"tree":[{"path":"a","mode":"100644","type":"blob","sha":%q,"size":%d}]}`, hello, test.size),
			"git/blobs/" + hello: test.answer,
		})
		if err != nil {
			t.Fatal(err)
		}
		content, err := tree.Read(soon(t), "a")
		if string(content) != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

func TestALargeFileIsNotAskedFor(t *testing.T) {
	tree, h, err := treeOf(t, map[string]string{
		treePath(): fmt.Sprintf(`{"tree":[{"path":"a","mode":"100644","type":"blob","sha":%q,"size":1048577}]}`, hash(2)),
	})
	if err != nil {
		t.Fatal(err)
	}
	calls := h.calls()
	_, err = tree.Read(soon(t), "a")
	var large *github.TooLargeError
	if !errors.As(err, &large) || large.Bytes != 1<<20+1 || large.Path != "a" || h.calls() != calls {
		t.Errorf("%d calls, %v", h.calls()-calls, err)
	}
}

// Whatever GitHub answers, a tree has paths that are below the repository, each once and in order.
func FuzzTree(f *testing.F) {
	f.Add(`{"tree":[{"path":"a/b","mode":"100644","type":"blob","sha":"` + hash(2) + `","size":1},{"path":"a","mode":"100755","type":"blob","sha":"` + hash(2) + `"}]}`)
	f.Add(`{"tree":[{"path":"..","mode":"100644","type":"blob","sha":"` + hash(2) + `"}]}`)
	f.Add(`{"tree":[{"path":"a","mode":"100644","type":"blob","sha":"` + hash(2) + `"},{"path":"a","mode":"100755","type":"blob","sha":"` + hash(3) + `"}]}`)
	f.Add(`{"tree":[null,{}],"truncated":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		tree, _, err := treeOf(t, map[string]string{treePath(): body})
		if err != nil {
			return
		}
		before := ""
		for _, path := range tree.List("") {
			if !fs.ValidPath(path) || path <= before {
				t.Fatalf("%q after %q", path, before)
			}
			before = path
			if size, ok := tree.Size(path); !ok || size < 0 {
				t.Fatalf("%q has %d bytes, %v", path, size, ok)
			}
		}
	})
}
