package githubfake

// Release returns the published release of a tag, as people see it.
func (g *GitHub) Release(repo, tag string) (Release, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, err := g.world.repo(repo)
	if err != nil {
		return Release{}, false
	}
	r := found.release(tag)
	if r == nil {
		return Release{}, false
	}
	return Release{
		ID: r.id, Tag: r.tag, Name: r.name, Target: r.target, Notes: r.notes, Author: r.author.login,
		Draft: r.draft, Prerelease: r.prerelease, Published: r.published,
	}, true
}

// CheckRun is a check run on a commit.
type CheckRun struct {
	ID         int64
	SHA, Name  string
	ExternalID string
	App        string // slug
	Status     string
	Conclusion string // "": not over
	Title      string
	Summary    string
	DetailsURL string
}

// CheckRuns returns the check runs in a repository, oldest first.
func (g *GitHub) CheckRuns(repo string) []CheckRun {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, err := g.world.repo(repo)
	if err != nil {
		return nil
	}
	var all []CheckRun
	for _, c := range found.checks {
		seen := CheckRun{
			ID: c.id, SHA: c.sha, Name: c.name, ExternalID: c.externalID, App: c.app.slug,
			Status: c.status, Conclusion: c.conclusion, DetailsURL: c.detailsURL,
		}
		if c.output.Title != nil {
			seen.Title = *c.output.Title
		}
		if c.output.Summary != nil {
			seen.Summary = *c.output.Summary
		}
		all = append(all, seen)
	}
	return all
}
