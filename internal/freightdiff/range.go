package freightdiff

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// notInTime is the answer to whoever can't wait.
func (c *Code) notInTime(src Source, change answers.ArtifactChange) answers.CodeChange {
	repo := c.repository(src, change)
	out := answers.CodeChange{Artifacts: []string{change.Artifact}, Repository: repo, Unknown: late, Transient: true}
	if repo == "" {
		return out
	}
	from, to := guess(src, change.From), guess(src, change.To)
	if from != "" && to != "" {
		out.URL = c.compareURL(repo, from, to)
	}
	return out
}

// guess names a version on the forge's pages without asking.
func guess(src Source, v *answers.ArtifactVersion) string {
	if hash := strings.ToLower(v.Revision); hexHash.MatchString(hash) {
		return hash
	}
	if hash, ok := src.commit(v.Version); ok {
		return hash
	}
	if tags := src.tags(v.Version); len(tags) > 0 {
		return tags[0]
	}
	return ""
}

// compareURL is where people see what is between two commits or tags.
func (c *Code) compareURL(repo, from, to string) string {
	return c.Web + "/" + repo + "/compare/" + url.PathEscape(from) + "..." + url.PathEscape(to)
}

// compare tells what is between the two versions of an artifact.
func (c *Code) compare(ctx context.Context, src Source, change answers.ArtifactChange) answers.CodeChange {
	out := answers.CodeChange{Artifacts: []string{change.Artifact}, Repository: c.repository(src, change)}
	if out.Repository == "" {
		out.Unknown = fmt.Sprintf("Where the code of %s is kept is not known. %s", lastWord(change.Artifact), addSource)
		return out
	}
	var from, to place
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { from = c.locate(groupCtx, src, out.Repository, change, change.From); return nil })
	group.Go(func() error { to = c.locate(groupCtx, src, out.Repository, change, change.To); return nil })
	_ = group.Wait()
	out.From, out.To = from.commit, to.commit
	if from.ref != "" && to.ref != "" {
		out.URL = c.compareURL(out.Repository, from.ref, to.ref)
	}
	for _, p := range []place{to, from} {
		if p.commit != "" {
			continue
		}
		out.Unknown, out.Transient = p.unknown, p.transient
		if out.Unknown == "" {
			out.Unknown = fmt.Sprintf("Commit %s is not in %s, or I may not see it there.", shorten(p.ref), out.Repository)
			out.URL = ""
		}
		return out
	}
	if change.Kind != kindGit {
		// What is deployed from a commit is all of it; an image is made of a part.
		out.Paths = src.Paths
	}
	c.between(ctx, &out)
	if change.Kind == kindImage && out.Known() && out.Relation != string(Identical) {
		c.releases(ctx, &out, src, change.From.Version, change.To.Version)
	}
	return out
}

// between fills in what is between two commits that are known.
func (c *Code) between(ctx context.Context, out *answers.CodeChange) {
	if out.From == out.To {
		out.Relation, out.URL = string(Identical), ""
		return
	}
	comparison, err := c.Forge.Compare(ctx, out.Repository, out.From, out.To)
	if err != nil {
		c.notCompared(err, out)
		return
	}
	out.Relation = string(comparison.Relation)
	if comparison.AheadBy > 0 {
		if out.Added, err = c.commits(ctx, out, comparison); err != nil {
			out.Unknown, out.Transient = whyUnknown(err), true
			return
		}
	}
	if comparison.BehindBy == 0 {
		return
	}
	back, err := c.Forge.Compare(ctx, out.Repository, out.To, out.From)
	if err != nil {
		c.notCompared(err, out)
		return
	}
	if out.Removed, err = c.commits(ctx, out, back); err != nil {
		out.Added, out.Unknown, out.Transient = answers.Commits{}, whyUnknown(err), true
		return
	}
	if comparison.Relation == Behind {
		// The page shows nothing for a range that goes back: it is to be read the other way round.
		out.URL = c.compareURL(out.Repository, out.To, out.From)
	}
}

func (c *Code) notCompared(err error, out *answers.CodeChange) {
	if !errors.Is(err, ErrNotFound) {
		out.Unknown, out.Transient = whyUnknown(err), true
		return
	}
	out.URL = ""
	out.Unknown = fmt.Sprintf("%s and %s can't be compared: one of the two is not in %s, or they have no history in common.",
		shorten(out.From), shorten(out.To), out.Repository)
}

// maxAsked is of how many commits, whose messages don't say so, it is asked which pull request brought
// them in: each costs a call.
const maxAsked = 10

// commits picks those of a comparison that concern the service. Which do can't be known without asking: those
// of all services would be a wrong answer, and not half of one.
func (c *Code) commits(ctx context.Context, out *answers.CodeChange, comparison *Comparison) (answers.Commits, error) {
	counted := answers.Commits{Unseen: comparison.AheadBy - len(comparison.Commits)}
	var touching map[string]bool
	if len(out.Paths) > 0 {
		var err error
		if touching, err = c.Forge.Touching(ctx, out.Repository, comparison, out.Paths); err != nil {
			return answers.Commits{}, err
		}
	}
	by, told := broughtIn(comparison.Commits), map[int]bool{}
	for _, raw := range slices.Backward(comparison.Commits) {
		switch {
		case touching != nil && !touching[raw.SHA]:
			if len(raw.Parents) < 2 {
				counted.Elsewhere++
			}
			continue
		case touching == nil && len(raw.Parents) > 1:
			// A merge by itself changes nothing.
			continue
		}
		commit := readCommit(raw)
		if pull := by[raw.SHA]; pull != nil {
			commit.PullRequest = pull
			if !told[pull.Number] {
				// A pull request that says that it breaks something does so once.
				told[pull.Number] = true
				commit.Breaking = commit.Breaking || readCommit(RawCommit{Message: pull.Title}).Breaking
			}
		}
		counted.List = append(counted.List, commit)
	}
	c.pullRequests(ctx, out.Repository, counted.List)
	pulls := map[int]bool{}
	for i := range counted.List {
		commit := &counted.List[i]
		if commit.Breaking {
			counted.Breaking++
		}
		if pull := commit.PullRequest; pull != nil {
			pulls[pull.Number] = true
			pull.URL = fmt.Sprintf("%s/%s/pull/%d", c.Web, out.Repository, pull.Number)
		}
	}
	counted.Total, counted.PullRequests = len(counted.List), len(pulls)
	return counted, nil
}

// pullRequests asks which pull requests brought in the newest of the commits whose messages don't say.
func (c *Code) pullRequests(ctx context.Context, repo string, commits []answers.Commit) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(placesAtOnce)
	asked := 0
	for i := range commits {
		if commits[i].PullRequest != nil || asked == maxAsked {
			continue
		}
		asked++
		group.Go(func() error {
			pull, err := c.Forge.PullRequestOf(ctx, repo, commits[i].SHA)
			if err == nil && pull != nil {
				commits[i].PullRequest = &answers.PullRequest{Number: pull.Number, Title: pull.Title}
			}
			return err
		})
	}
	// A commit whose pull request can't be found out is shown without it.
	_ = group.Wait()
}

// joined puts together what is the same range of the same repository.
func joined(all []answers.CodeChange) []answers.CodeChange {
	var out []answers.CodeChange
	for _, change := range all {
		i := slices.IndexFunc(out, func(o answers.CodeChange) bool {
			return o.Repository == change.Repository && o.From == change.From && o.To == change.To &&
				o.Unknown == change.Unknown && slices.Equal(o.Paths, change.Paths)
		})
		if i < 0 {
			out = append(out, change)
			continue
		}
		out[i].Artifacts = append(out[i].Artifacts, change.Artifacts...)
	}
	return out
}
