package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// manyPulls is how many pull requests there are in TestCommentsOnPullRequestsSurviveAStorm, of which every
// other one is merged. The bot reads and writes as slowly as GitHub wants it: more take longer, and show no more.
const manyPulls = 4

func pullNumber(i int) int { return 300 + i }

// TestCommentsOnPullRequestsSurviveAStorm: GitHub fails in every way that it has, the bot is killed again and
// again, and half of what happens is told to nobody. In the end each pull request has one comment, and that is
// right.
func TestCommentsOnPullRequestsSurviveAStorm(t *testing.T) {
	t.Parallel()
	options := harness.WithCode()
	addCode, configure := options.GitHub, options.Config
	options.Config = func(config map[string]any) {
		configure(config)
		config["leaderElection"] = map[string]any{"leaseDuration": "3s"}
	}
	options.GitHub = func(c *githubfake.Config) {
		addCode(c)
		repo := &c.World.Repositories[0]
		for i := range manyPulls {
			id := fmt.Sprint("storm", i)
			repo.Commits = append(repo.Commits, githubfake.Commit{
				ID: id, Parents: []string{"c6"}, Author: "octocat", Message: "feat(red): " + id, Files: map[string]string{"projects/red/" + id + ".go": "package red\n"},
			})
			repo.Branches[id] = id
			repo.PullRequests = append(repo.PullRequests, githubfake.PullRequest{
				Number: pullNumber(i), Title: "feat(red): " + id, Author: "octocat", Head: id, HeadSHA: id, BaseSHA: "c6",
			})
		}
	}
	w := cluster.NewWorld(t, options)
	w.Service(t, "red")
	fails, cut, lost, limited := githubfake.Fail(502), githubfake.Cut(), githubfake.LoseAnswer(), githubfake.Limited(429, time.Second)
	for operation, faults := range map[string][]githubfake.Fault{
		// What could double or lose a comment fails in every way.
		"issues/create-comment": {fails, cut, lost, limited},
		"issues/update-comment": {fails, cut, lost, limited},
		"issues/list-comments":  {fails, cut, lost, limited},
		// What is only read fails in one or two: after each failure it takes longer until it is tried again.
		"pulls/list":                            {limited},
		"pulls/list-files":                      {lost, fails},
		"repos/compare-commits-with-basehead":   {fails, cut},
		"repos/get-commit":                      {cut, limited},
		"apps/create-installation-access-token": {lost},
	} {
		for _, fault := range faults {
			w.GitHub.Inject(operation, 1, fault)
		}
	}
	commented := func(n int) {
		t.Helper()
		w.GitHub.AwaitComments(t, harness.OpenPull, fmt.Sprintf("%d pull requests to have a comment", n), patience, func([]githubfake.Comment) bool {
			found := 0
			for i := range manyPulls {
				found += min(1, len(w.GitHub.BotComments(pullNumber(i))))
			}
			return found >= n
		})
	}
	bot := w.Start(t)
	commented(1)
	bot.Kill(t)
	bot = w.Start(t)
	commented(3)
	bot.Kill(t)

	last := ""
	for i := 0; i < manyPulls; i += 2 {
		sha, _, err := w.GitHub.MergePullRequest(t.Context(), harness.Repo, pullNumber(i), "octocat", githubfake.Squash)
		if err != nil {
			t.Fatal(err)
		}
		last = sha
	}
	if _, err := w.GitHub.CreateTag(t.Context(), harness.Repo, "octocat", githubfake.Tag{Name: "red/3.3.0", Commit: last}); err != nil {
		t.Fatal(err)
	}
	release := w.NewFreight(t, "red", "red", "3.3.0")
	w.Promote(t, "red-staging", release)
	bot = w.Start(t)
	commented(manyPulls)
	bot.Kill(t)
	w.Promote(t, "red-production", release)
	w.Start(t)

	w.GitHub.AwaitComments(t, harness.OpenPull, "all comments to be right", patience, func([]githubfake.Comment) bool {
		for i := range manyPulls {
			if stormPullProblem(w, i) != "" {
				return false
			}
		}
		return true
	})
	for i := range manyPulls {
		if problem := stormPullProblem(w, i); problem != "" {
			t.Errorf("#%d: %s", pullNumber(i), problem)
		}
	}
}

// stormPullProblem says what is not as it should be about a pull request: one comment, which is right.
func stormPullProblem(w *harness.World, i int) string {
	own := w.GitHub.BotComments(pullNumber(i))
	want := "This change is in production"
	if i%2 != 0 {
		want = "| **red** | 1 commit | **3.3.0** | **3.3.0** |"
	}
	switch {
	case len(own) != 1:
		return fmt.Sprintf("%d comments", len(own))
	case !strings.Contains(own[0].Body, want):
		return "it says " + own[0].Body
	default:
		return ""
	}
}
