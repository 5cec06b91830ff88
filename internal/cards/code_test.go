package cards_test

import (
	"fmt"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// incoming are the commits of a version.
func incoming() answers.Commits {
	const web = "https://github.com/acme/microsvcs"
	pull := func(n int) *answers.PullRequest {
		return &answers.PullRequest{Number: n, URL: fmt.Sprintf("%s/pull/%d", web, n)}
	}
	return answers.Commits{Total: 4, Elsewhere: 7, PullRequests: 3, Breaking: 1, List: []answers.Commit{
		{SHA: "8d2f6b2aaaa", Title: "release red 3.2.0", Type: "chore", Author: "hubot", PullRequest: pull(221), URL: web + "/commit/8d2f6b2"},
		{SHA: "77aa3100000", Title: "retry on 429", Type: "fix", Scope: "red", Author: "octocat", PullRequest: pull(218), URL: web + "/commit/77aa310"},
		{SHA: "5566aab0000", Title: "drop /v1", Type: "feat", Scope: "red", Breaking: true, Author: "hubot", PullRequest: pull(214), URL: web + "/commit/5566aab"},
		{SHA: "1122abc0000", Title: "Tidy up", Author: "Mona Lisa"},
	}}
}

// behind is a diff of red with that behind its image.
func behind(code ...answers.CodeChange) answers.Diff {
	from, to := freight("3.1.0"), freight("3.2.0")
	return answers.Diff{
		Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", From: &from, To: &to,
		Changes: []answers.ArtifactChange{{
			Kind: "image", Artifact: "quay.io/acme/red", From: &answers.ArtifactVersion{Version: "3.1.0"}, To: &answers.ArtifactVersion{Version: "3.2.0"},
		}},
		Code: code,
	}
}

func TestDiffOfCode(t *testing.T) {
	red := answers.CodeChange{
		Artifacts: []string{"quay.io/acme/red"}, Repository: "acme/microsvcs", Paths: []string{"projects/red"}, Relation: "ahead",
		Added: incoming(), URL: "https://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0",
		Releases: []answers.ReleaseNotes{{
			Version: "3.2.0", Tag: "red/3.2.0", URL: "https://github.com/acme/microsvcs/releases/tag/red%2F3.2.0",
			Notes: "## [3.2.0](https://github.com/acme/microsvcs/compare/red/3.1.0...red/3.2.0) (2026-05-04)\n\n### ⚠ BREAKING CHANGES\n\n* **red:** drop /v1\n\n### Bug Fixes\n\n* retry on 429 ([77aa310](https://github.com/acme/microsvcs/commit/77aa310))\n",
		}},
	}
	back := red
	back.Relation, back.Added, back.Removed, back.Releases = "behind", answers.Commits{}, incoming(), nil
	diverged := red
	diverged.Relation, diverged.Releases = "diverged", nil
	diverged.Removed = answers.Commits{Total: 1, List: []answers.Commit{{SHA: "b2", Title: "hotfix", Type: "fix", Author: "octocat"}}}
	huge := red
	huge.Added.List, huge.Added.Unseen, huge.Added.Breaking = nil, 49_000, 8
	for i := range 1000 {
		huge.Added.List = append(huge.Added.List, answers.Commit{SHA: "aa", Title: fmt.Sprint("change ", 1000-i), Breaking: i%125 == 0})
	}
	huge.Added.Total = 1000
	huge.Releases = nil
	unknown := answers.CodeChange{Artifacts: []string{"quay.io/acme/red-worker"}, Unknown: "Where the code of red-worker is kept is not known."}
	late := answers.CodeChange{Artifacts: red.Artifacts, Repository: red.Repository, URL: red.URL, Unknown: "GitHub has not told in time."}
	same := answers.CodeChange{Artifacts: red.Artifacts, Repository: red.Repository, Relation: "identical"}
	for name, d := range map[string]answers.Diff{
		"forward": behind(red), "back": behind(back), "diverged": behind(diverged), "huge": behind(huge),
		"two": behind(red, unknown), "late": behind(late), "same": behind(same),
	} {
		golden.Compare(t, "code-"+name+".txt", full(cards.Diff(d, chat(""), links)))
	}
	pair := behind(red)
	pair.Environment, pair.Stage = "", ""
	golden.Compare(t, "code-pair.txt", full(cards.Diff(pair, chat(""), links)))
}

func TestWhatShips(t *testing.T) {
	const web = "https://github.com/acme/microsvcs"
	ships := v1alpha1.Contents{
		Service: "red", Added: &v1alpha1.CommitCounts{Commits: 7, PullRequests: 3, Breaking: 1}, URL: web + "/compare/a...b",
		Highlights: []v1alpha1.CommitLine{
			{Title: "feat(red)!: drop /v1", PullRequest: 214, PullRequestURL: web + "/pull/214", Author: "hubot", Breaking: true, URL: web + "/commit/5566aab"},
			{Title: "fix(red): retry on 429", PullRequest: 218, Author: "octocat", Commits: 3},
			{Title: "Tidy up"},
		},
	}
	back := v1alpha1.Contents{Service: "red", Removed: ships.Added, URL: ships.URL}
	unknown := v1alpha1.Contents{Service: "red", Unknown: "GitHub's rate limit is reached for another 12 minutes.", URL: ships.URL}
	for name, c := range map[string]v1alpha1.Contents{"forward": ships, "back": back, "unknown": unknown, "nothing": {Service: "red"}} {
		s := standing(v1alpha1.PhasePromoting, "Succeeded", "Running")
		s.Status.Contents = []v1alpha1.Contents{c}
		golden.Compare(t, "ships-"+name+".txt", full(cards.Shipment(s, links)))
		if name == "forward" {
			golden.Compare(t, "ships-result.txt", full(cards.Result(s, links)))
			golden.Compare(t, "ships-plan.txt", full(cards.Plan(s, nil, false, links)))
			s.Spec.Items = append(s.Spec.Items, s.Spec.Items[0])
			s.Spec.Items[1].Service = "blue"
			s.Status.Contents = append(s.Status.Contents, v1alpha1.Contents{Service: "blue", Added: &v1alpha1.CommitCounts{Commits: 1000, More: true}})
			golden.Compare(t, "ships-several.txt", full(cards.Shipment(s, links)))
		}
	}
}
