package app

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// code says where the code of services is, as a configuration with GitHub has it.
func code(c *config.Config) CodeOptions {
	web := c.GitHub.Web
	return CodeOptions{
		Web: web,
		Source: func(project, service string) freightdiff.Source {
			found := c.CodeOf(project, service)
			src := freightdiff.Source{Repo: found.Repo, Paths: found.Paths, Tags: found.Tags, Commits: found.Commits}
			if p := pipelineOf(c, project); p != nil {
				src.Default = freightdiff.RepoOf(p.GitURL, web)
			}
			return src
		},
		Overlay: func(project, service, environment string) (contents.Overlay, bool) {
			p := pipelineOf(c, project)
			if p == nil || p.Overlays == nil {
				return contents.Overlay{}, false
			}
			fill := strings.NewReplacer("{service}", service, "{environment}", environment).Replace
			o := p.Overlays
			where := contents.Overlay{Repo: fill(overlayRepo(o, web)), Branch: o.Branch, Path: fill(o.Path), Image: fill(o.Image)}
			return where, where.Repo != ""
		},
	}
}

// overlayRepo is the repository that overlays are in; empty if it is not on GitHub.
func overlayRepo(o *config.Overlays, web string) string {
	return cmp.Or(o.Repo, freightdiff.RepoOf(o.GitURL, web))
}

func pipelineOf(c *config.Config, project string) *config.Pipeline {
	i := slices.IndexFunc(c.Pipelines, func(p config.Pipeline) bool { return p.Project == project })
	if i < 0 {
		return nil
	}
	return &c.Pipelines[i]
}

// pullRequests says what is written on pull requests; nil for nothing.
func pullRequests(c *config.Config) *PullRequestOptions {
	p := c.GitHub.PullRequests
	if !p.Comment {
		return nil
	}
	out := &PullRequestOptions{
		Public: p.Public,
		// The configuration has been checked.
		Release: regexp.MustCompile(p.Release), Follow: time.Duration(p.Days) * 24 * time.Hour,
	}
	for _, pipeline := range c.Pipelines {
		// Where one service's overlays are in a repository of its own, Kargo's pull requests are known by their
		// addresses alone.
		if o := pipeline.Overlays; o != nil && !strings.Contains(o.Repo, "{") {
			if repo := overlayRepo(o, c.GitHub.Web); repo != "" {
				out.Repos = append(out.Repos, repo)
			}
		}
	}
	return out
}
