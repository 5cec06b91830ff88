package github_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/gitimport"
)

const (
	// changesMade is how many pull requests the history of TestDiffOfARealHistory has: half of them were squashed,
	// half merged with some commits each. That is some 2000 commits, twice what is looked at of a range.
	changesMade = 800
	// rangesTold is how many ranges of it are told, of which the first is longer than what is looked at.
	rangesTold = 6
)

// realMonorepo makes a Git repository of some two thousand commits with the services red and blue, as pull
// requests made them. It returns its folder and the commits of the default branch, oldest first.
func realMonorepo(t *testing.T) (dir string, trunk []string) {
	t.Helper()
	dir = t.TempDir()
	runGit(t, dir, nil, "init", "--quiet", "--initial-branch=main")
	random := rand.New(rand.NewPCG(4, 2))
	var stream bytes.Buffer
	mark, tip := 0, 0
	commit := func(branch, message string, parents ...int) int {
		mark++
		fmt.Fprintf(&stream, "commit refs/heads/%s\nmark :%d\ncommitter Mona <mona@acme.dev> %d +0000\ndata %d\n%s\n", branch, mark, 1_700_000_000+mark*60, len(message), message)
		for i, parent := range parents {
			if parent > 0 {
				fmt.Fprintf(&stream, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
			}
		}
		return mark
	}
	write := func() {
		path := []string{"projects/red/main.go", "projects/red/deep/a.go", "projects/blue/main.go", "go.mod"}[random.IntN(4)]
		content := fmt.Sprintf("version %d\n", mark)
		fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", path, len(content), content)
	}
	for number := 1; number <= changesMade; number++ {
		if number%2 == 0 {
			breaks := ""
			if number%50 == 0 {
				breaks = "!"
			}
			tip = commit("main", fmt.Sprintf("feat(red)%s: change %d (#%d)\n", breaks, number, number), tip)
			write()
			continue
		}
		own := tip
		for i := range 1 + random.IntN(3) {
			own = commit("work", fmt.Sprintf("part %d of %d\n", i, number), own)
			write()
			if tip == 0 {
				// The very first commit of all has no parent, and is the trunk's.
				tip = own
			}
		}
		trunkTip := commit("main", fmt.Sprintf("fix: meanwhile %d\n", number), tip)
		write()
		tip = commit("main", fmt.Sprintf("Merge pull request #%d from acme/work\n\nChange %d\n", number, number), trunkTip, own)
		fmt.Fprintf(&stream, "M 100644 inline merged/%d\ndata 2\nx\n\n", number)
	}
	runGit(t, dir, &stream, "fast-import", "--quiet")
	trunk = strings.Fields(runGit(t, dir, nil, "rev-list", "--first-parent", "--reverse", "main"))
	return dir, trunk
}

func runGit(t *testing.T, dir string, input *bytes.Buffer, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, arguments...)...)
	if input != nil {
		command.Stdin = input
	}
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", arguments, err, output)
	}
	return string(output)
}

// TestDiffOfARealHistory reads a history of two thousand commits through the API, and has Git itself say what
// is in between.
func TestDiffOfARealHistory(t *testing.T) {
	dir, trunk := realMonorepo(t)
	history, err := gitimport.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	f := startForge(t, githubfake.Repository{History: history})
	code := freightdiff.NewCode(freightdiff.CodeOptions{Forge: f.source, Web: "https://github.com", Source: func(string, string) freightdiff.Source {
		return freightdiff.Source{Repo: repository, Paths: []string{"projects/{service}"}}
	}})
	t.Cleanup(code.Close)
	random := rand.New(rand.NewPCG(1, 7))
	for n := range rangesTold {
		// As if people asked now and then: reads are held below GitHub's limits.
		f.now.advance(time.Minute)
		i, j := random.IntN(len(trunk)-1), random.IntN(len(trunk)-1)
		if n == 0 {
			i, j = len(trunk)-2, 1
		}
		from, to := trunk[i], trunk[j]
		got := code.Changes(soon(t), "microsvcs", "red", []answers.ArtifactChange{{
			Kind: "image", Artifact: "quay.io/acme/red", From: &answers.ArtifactVersion{Version: "1", Revision: from}, To: &answers.ArtifactVersion{Version: "2", Revision: to},
		}})
		if len(got) != 1 || !got[0].Known() {
			t.Fatalf("%+v", got)
		}
		added, removed := got[0].Added, got[0].Removed
		if i > j {
			from, to, added, removed = to, from, removed, added
		}
		if n == 0 && added.Unseen == 0 {
			t.Error("the longest range is not too long to be looked at")
		}
		if removed.Total != 0 {
			t.Errorf("%d commits are on the other side", removed.Total)
		}
		// Of a long range the newest are looked at: the newest so many of all that are in between.
		seen := strings.Fields(runGit(t, dir, nil, "rev-list", "--max-count", fmt.Sprint(freightdiff.MaxCommits), from+".."+to))
		touching := strings.Fields(runGit(t, dir, nil, "rev-list", from+".."+to, "--", "projects/red"))
		want := slices.DeleteFunc(touching, func(sha string) bool { return !slices.Contains(seen, sha) })
		var shas []string
		pulls := map[int]bool{}
		for _, c := range added.List {
			shas = append(shas, c.SHA)
			if c.PullRequest != nil {
				pulls[c.PullRequest.Number] = true
			}
		}
		slices.Sort(shas)
		slices.Sort(want)
		if !slices.Equal(shas, want) {
			t.Errorf("%s..%s: %d commits, Git has %d", from[:7], to[:7], len(shas), len(want))
		}
		if added.PullRequests != len(pulls) || len(pulls) == 0 && len(want) > 3 {
			t.Errorf("%d pull requests of %d commits", added.PullRequests, len(want))
		}
	}
	if calls := f.Counts()["repos/compare-commits-with-basehead"]; calls > rangesTold*2*12 {
		t.Errorf("%d calls to compare", calls)
	}
}
