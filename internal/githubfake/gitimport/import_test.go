package gitimport_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/gitimport"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// commits is how long the random history is, and trunks how many branches it has at its
// end.
const (
	commits = 3000
	trunks  = 12
)

// What the fake's history says of a random repository is what Git says of it. Git is the
// judge: it made the repository and shares no code with the fake.
func TestAgreesWithGit(t *testing.T) {
	dir := randomRepository(t, rand.New(rand.NewPCG(4, 2026)))
	started := time.Now()
	repo, err := gitimport.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d commits in %v", repo.Len(), time.Since(started))
	if want := git(t, dir, "rev-list", "--count", "--branches", "--tags"); want != fmt.Sprint(repo.Len()) {
		t.Errorf("%d commits, git: %s", repo.Len(), want)
	}
	all := strings.Fields(git(t, dir, "rev-list", "--all"))
	random := rand.New(rand.NewPCG(1, 1))
	pick := func() *history.Commit { return repo.Commit(all[random.IntN(len(all))]) }

	for range 60 {
		base, head := pick(), pick()
		compared := repo.Compare(base, head)
		counts := fmt.Sprintf("%d\t%d", compared.Behind, len(compared.Ahead))
		if want := git(t, dir, "rev-list", "--left-right", "--count", base.SHA+"..."+head.SHA); counts != want {
			t.Errorf("%s...%s: %s, git: %s", base.SHA, head.SHA, counts, want)
		}
		same(t, "commits of "+base.SHA+".."+head.SHA, hashes(compared.Ahead), git(t, dir, "log", "--format=%H", base.SHA+".."+head.SHA))
		bases := strings.Fields(git(t, dir, "merge-base", "--all", base.SHA, head.SHA))
		if !slices.Contains(bases, compared.MergeBase.SHA) {
			t.Errorf("merge base of %s and %s: %s, git: %v", base.SHA, head.SHA, compared.MergeBase.SHA, bases)
		}
		same(t, "files of "+base.SHA+" "+head.SHA, changes(history.Diff(base.Tree, head.Tree)), git(t, dir, "diff", "--name-status", "-M100%", base.SHA, head.SHA))
	}
	for i := range 60 {
		head, path := pick(), []string{"projects/red", "projects/blue/main.go", "docs", "README.md", "gone"}[i%5]
		since := head.Committer.At.Add(-time.Duration(random.IntN(500)) * time.Minute)
		same(t, "log of "+path+" from "+head.SHA, hashes(history.Log(head, history.Filter{Path: path})), git(t, dir, "log", "--format=%H", head.SHA, "--", path))
		same(t, "log since", hashes(history.Log(head, history.Filter{Since: since})),
			git(t, dir, "log", "--format=%H", fmt.Sprintf("--since=%d", since.Unix()), head.SHA))
		if want := git(t, dir, "rev-parse", head.SHA+"^{tree}"); head.Tree.SHA != want {
			t.Errorf("tree of %s: %s, git: %s", head.SHA, head.Tree.SHA, want)
		}
	}
}

func TestReadsRefsAndFiles(t *testing.T) {
	dir := randomRepository(t, rand.New(rand.NewPCG(7, 7)))
	repo, err := gitimport.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(repo.Branches) != trunks {
		t.Errorf("branches: %v", repo.Branches)
	}
	light, annotated := repo.Tags["red/1.0.0"], repo.Tags["red/2.0.0"]
	if light.Commit.SHA != git(t, dir, "rev-parse", "red/1.0.0") || light.SHA != "" {
		t.Errorf("lightweight tag: %+v", light)
	}
	if annotated.Commit.SHA != git(t, dir, "rev-parse", "red/2.0.0^{}") || annotated.SHA != git(t, dir, "rev-parse", "red/2.0.0") || annotated.Message != "red 2.0.0" {
		t.Errorf("annotated tag: %+v", annotated)
	}
	main := repo.Branches["trunk0"]
	for path := range strings.SplitSeq(git(t, dir, "ls-tree", "-r", "--name-only", "trunk0"), "\n") {
		e, _ := main.Tree.At(path)
		content, ok := repo.Blob(e.SHA)
		if want := git(t, dir, "show", "trunk0:"+path); !ok || strings.TrimSpace(content) != want {
			t.Errorf("%s: %q, git: %q", path, content, want)
		}
	}
	// A commit that the fake makes has the hash that Git would give it.
	latest := git(t, dir, "log", "-1", "--format=%H", "trunk1")
	was := repo.Commit(latest)
	again, err := history.New().Add(history.Draft{Tree: was.Tree, Author: was.Author, Committer: was.Committer, Message: was.Message})
	if err != nil || again.SHA == latest {
		t.Errorf("without its parents: %v, %v", again, err)
	}
}

func TestRefusesWhatIsNoRepository(t *testing.T) {
	if _, err := gitimport.Read(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gitimport.Read(ctx, t.TempDir()); err == nil {
		t.Error("it ran although nobody waited")
	}
}

func BenchmarkCompare(b *testing.B) {
	repo, err := gitimport.Read(b.Context(), randomRepository(b, rand.New(rand.NewPCG(1, 2))))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		repo.Compare(repo.Branches["trunk1"], repo.Branches["trunk0"])
	}
}

// randomRepository makes a history with merges, also of more than two parents, and with
// merges that take one side as it is.
func randomRepository(t testing.TB, random *rand.Rand) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "--quiet", "--initial-branch=trunk0")
	paths := []string{"README.md", "docs/a.md", "docs/b.md", "projects/red/main.go", "projects/red/x/y.go", "projects/blue/main.go", "go.mod", "ünïcode file.txt"}
	var stream bytes.Buffer
	tips := make([]int, trunks) // marks of commits; 0: none yet
	for mark := 1; mark <= commits; mark++ {
		trunk := random.IntN(trunks)
		// Every few commits share a second, as pushed ones do.
		fmt.Fprintf(&stream, "commit refs/heads/trunk%d\nmark :%d\nauthor Mona <mona@acme.dev> %d +0200\ncommitter Hubot <hubot@acme.dev> %d +0000\n",
			trunk, mark, 1_700_000_000+mark*20, 1_700_000_000+mark/3*60)
		message := fmt.Sprintf("feat: number %d\n\nwith a body: ünï\n", mark)
		fmt.Fprintf(&stream, "data %d\n%s", len(message), message)
		from := tips[trunk]
		if from == 0 {
			from = min(1, mark-1)
		}
		if from > 0 {
			fmt.Fprintf(&stream, "from :%d\n", from)
		}
		took := -1
		for range random.IntN(3) * random.IntN(2) {
			if other := tips[random.IntN(trunks)]; other != 0 && other != from && other != took {
				fmt.Fprintf(&stream, "merge :%d\n", other)
				took = other
			}
		}
		for range random.IntN(3) {
			path := paths[random.IntN(len(paths))]
			switch {
			case random.IntN(8) == 0:
				fmt.Fprintf(&stream, "D %s\n", path)
			default:
				content := fmt.Sprintf("version %d\n", random.IntN(4))
				fmt.Fprintf(&stream, "M %d inline %s\ndata %d\n%s\n", []int{100644, 100755}[random.IntN(2)], path, len(content), content)
			}
		}
		fmt.Fprintln(&stream)
		tips[trunk] = mark
	}
	fmt.Fprintf(&stream, "reset refs/tags/red/1.0.0\nfrom :%d\n\n", commits/3)
	fmt.Fprintf(&stream, "tag red/2.0.0\nfrom :%d\ntagger Mona <mona@acme.dev> 1700000000 +0000\ndata 9\nred 2.0.0\n", commits/2)
	command := exec.CommandContext(t.Context(), "git", "-C", dir, "fast-import", "--quiet")
	command.Stdin = &stream
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return dir
}

func git(t testing.TB, dir string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "core.quotePath=false"}, arguments...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", arguments, err, output)
	}
	return strings.TrimSpace(string(output))
}

func hashes(log []*history.Commit) string {
	var all []string
	for _, c := range log {
		all = append(all, c.SHA)
	}
	return strings.Join(all, "\n")
}

func changes(diff []history.Change) string {
	letters := map[history.Status]string{history.Added: "A", history.Modified: "M", history.Removed: "D", history.Renamed: "R100"}
	var all []string
	for _, c := range diff {
		line := letters[c.Status] + "\t" + c.Path
		if c.Previous != "" {
			line = letters[c.Status] + "\t" + c.Previous + "\t" + c.Path
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%.400s\ngit:\n%.400s", what, got, want)
	}
}
