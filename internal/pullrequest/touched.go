package pullrequest

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// touched returns which of the services of its repository a pull request touches. The files of its head are remembered; the services
// may be others by now.
func (f *Follower) touched(ctx context.Context, key Key, e entry, all []Service) ([]Service, error) {
	if e.head != e.pull.HeadSHA || e.head == "" {
		var err error
		if e.files, e.complete, err = f.Forge.FilesOf(ctx, key.Repo, key.Number, e.pull.HeadSHA); err != nil {
			return nil, err
		}
		e.head = e.pull.HeadSHA
	}
	services := slices.DeleteFunc(slices.Clone(all), func(s Service) bool {
		// Of a pull request of more files than can be listed, nobody knows what it does not touch.
		return e.complete && !s.has(e.files)
	})
	if len(services) == 0 && f.Release.MatchString(e.pull.Title) {
		services = released(e.pull.Title, all)
	}
	f.tracked.update(key, func(known *entry) {
		known.files, known.complete, known.head, known.services = e.files, e.complete, e.head, services
	})
	return services, nil
}

// released returns the services that a release is of, which may touch none of their files: those that the
// title names, or all.
func released(title string, all []Service) []Service {
	words := strings.FieldsFunc(title, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":,/()", r) })
	named := slices.DeleteFunc(slices.Clone(all), func(s Service) bool { return !slices.Contains(words, s.Name) })
	if len(named) == 0 {
		return all
	}
	return named
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
