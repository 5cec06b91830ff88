package freightdiff

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// broughtIn returns for the commits of a comparison, oldest first, the pull request whose merge brought
// them in, where one did. The line of first parents that ends in the newest commit is what is deployed
// from: each merge in it brings in what no earlier commit of the line has. Of merges within what is
// brought in, the outermost counts.
func broughtIn(commits []RawCommit) map[string]*answers.PullRequest {
	bySHA := make(map[string]*RawCommit, len(commits))
	for i := range commits {
		bySHA[commits[i].SHA] = &commits[i]
	}
	by, seen := map[string]*answers.PullRequest{}, map[string]bool{}
	for _, c := range slices.Backward(line(commits, bySHA)) {
		seen[c.SHA] = true
		if len(c.Parents) < 2 {
			continue
		}
		pull := mergedPull(*c)
		for reached := slices.Clone(c.Parents[1:]); len(reached) > 0; {
			next, ok := bySHA[reached[len(reached)-1]]
			reached = reached[:len(reached)-1]
			if !ok || seen[next.SHA] {
				continue
			}
			seen[next.SHA] = true
			if pull != nil {
				by[next.SHA] = pull
			}
			reached = append(reached, next.Parents...)
		}
		if pull != nil {
			by[c.SHA] = pull
		}
	}
	return by
}

// line follows first parents from the newest commit, newest first.
func line(commits []RawCommit, bySHA map[string]*RawCommit) []*RawCommit {
	var out []*RawCommit
	if len(commits) == 0 {
		return nil
	}
	seen := map[string]bool{}
	for sha := commits[len(commits)-1].SHA; ; {
		c, ok := bySHA[sha]
		if !ok || seen[sha] {
			return out
		}
		seen[sha] = true
		out = append(out, c)
		if len(c.Parents) == 0 {
			return out
		}
		sha = c.Parents[0]
	}
}
