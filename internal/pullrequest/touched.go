package pullrequest

import (
	"context"
	"strings"
)

// touched returns the services that a pull request touches, and remembers them.
func (f *Follower) touched(ctx context.Context, key Key, e entry) ([]Service, error) {
	if e.head == e.pull.HeadSHA && e.head != "" {
		return e.services, nil
	}
	all, err := f.servicesIn(ctx, key.Repo)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	files, complete, err := f.Forge.FilesOf(ctx, key.Repo, key.Number, e.pull.HeadSHA)
	if err != nil {
		return nil, err
	}
	var services []Service
	for _, s := range all {
		// Of a pull request of more files than can be listed, nobody knows what it does not touch.
		if !complete || s.has(files) {
			services = append(services, s)
		}
	}
	f.tracked.update(key, func(known *entry) { known.services, known.head = services, e.pull.HeadSHA })
	return services, nil
}

// has reports whether any of the files is part of the service.
func (s Service) has(files []string) bool {
	if len(s.Paths) == 0 {
		return len(files) > 0
	}
	for _, file := range files {
		for _, path := range s.Paths {
			if file == path || strings.HasPrefix(file, path+"/") {
				return true
			}
		}
	}
	return false
}
