package pullrequest

import (
	"context"
	"slices"
	"strings"
)

// Watched returns the repositories whose pull requests are followed.
func (f *Follower) Watched(ctx context.Context) ([]string, error) {
	repos := slices.Clone(f.Repos)
	services, err := f.services(ctx)
	if err != nil {
		return nil, err
	}
	for repo := range services {
		if !slices.ContainsFunc(repos, func(r string) bool { return strings.EqualFold(r, repo) }) {
			repos = append(repos, repo)
		}
	}
	slices.Sort(repos)
	for _, repo := range repos {
		f.watch(repo)
	}
	return repos, nil
}

// isWatched reports whether the pull requests of a repository are followed.
func (f *Follower) isWatched(repo string) bool {
	f.spellings.Lock()
	defer f.spellings.Unlock()
	_, ok := f.spellings.of[strings.ToLower(repo)]
	return ok
}

// unwatch forgets a repository.
func (f *Follower) unwatch(repo string) {
	f.spellings.Lock()
	delete(f.spellings.of, strings.ToLower(repo))
	f.spellings.Unlock()
	for number := range f.tracked.in(repo) {
		f.tracked.forget(Key{repo, number})
	}
}

// watch notes that a repository is watched, and reports whether that is new.
func (f *Follower) watch(repo string) bool {
	f.spellings.Lock()
	defer f.spellings.Unlock()
	folded := strings.ToLower(repo)
	_, known := f.spellings.of[folded]
	if !known {
		f.spellings.of[folded] = repo
	}
	return !known
}

// spelt returns the name of a repository as it is spelt in the configuration, where it is in there.
func (f *Follower) spelt(repo string) string {
	f.spellings.Lock()
	defer f.spellings.Unlock()
	if known, ok := f.spellings.of[strings.ToLower(repo)]; ok {
		return known
	}
	return repo
}

// services returns which services' code is in which repository.
func (f *Follower) services(ctx context.Context) (map[string][]Service, error) {
	inventory, err := f.Catalogue.Inventory(ctx)
	if err != nil {
		return nil, err
	}
	in := map[string][]Service{}
	for _, project := range inventory {
		seen := map[string]bool{}
		for _, stage := range project.Stages {
			repo, paths := f.Home(project.Project, stage.Service)
			if repo == "" || seen[stage.Service] {
				continue
			}
			seen[stage.Service] = true
			in[repo] = append(in[repo], Service{Project: project.Project, Name: stage.Service, Paths: paths})
		}
	}
	return in, nil
}

// servicesIn returns the services whose code is in a repository.
func (f *Follower) servicesIn(ctx context.Context, repo string) ([]Service, error) {
	all, err := f.services(ctx)
	if err != nil {
		return nil, err
	}
	for name, services := range all {
		if strings.EqualFold(name, repo) {
			return services, nil
		}
	}
	return nil, nil
}

// list looks at all pull requests of a repository. Each is followed next, which makes no call if there is
// nothing new.
func (f *Follower) list(ctx context.Context, repo string) error {
	repos, err := f.Watched(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(repos, repo) {
		// No service is there any more.
		f.unwatch(repo)
		return nil
	}
	pulls, err := f.Forge.PullRequests(ctx, repo, f.Now().Add(-f.Follow))
	if err != nil {
		return err
	}
	known := f.tracked.in(repo)
	for _, pull := range pulls {
		if !f.matters(pull) {
			continue
		}
		delete(known, pull.Number)
		key := Key{repo, pull.Number}
		f.tracked.update(key, func(e *entry) {
			if !pull.UpdatedAt.Before(e.pull.UpdatedAt) {
				e.pull = pull.slim()
			}
		})
		// Whether or not it has changed: time has passed, and what there is in Kargo may have been missed.
		f.enqueue(key)
	}
	for number := range known {
		f.tracked.forget(Key{repo, number})
	}
	return nil
}

// matters reports whether there is something to say about a pull request: it may ship, or it did so lately.
func (f *Follower) matters(pull Pull) bool {
	return pull.State == Open || pull.Merged && f.Now().Sub(pull.MergedAt) < f.Follow
}
