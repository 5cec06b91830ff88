package freightdiff

import (
	"cmp"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Source says where the code of services is. Its texts may have the placeholder {service}.
type Source struct {
	// Repo is the repository, as in "acme/microsvcs". Empty means what an image says of itself, and Default
	// where that says nothing.
	Repo, Default string
	// Paths are the folders and files that a service is made of. None means the whole repository.
	Paths []string
	// Tags are how releases are tagged, with the placeholder {version}: "{service}/{version}".
	Tags []string
	// Commits are how images are tagged that no release is for, with the placeholder {commit}:
	// "sha-{commit}".
	Commits []string
}

// of returns the source of one service.
func (s Source) of(service string) Source {
	fill := func(all []string) []string {
		out := make([]string, len(all))
		for i, text := range all {
			out[i] = strings.ReplaceAll(text, "{service}", service)
		}
		return out
	}
	return Source{
		Default: s.Default, Repo: strings.ReplaceAll(s.Repo, "{service}", service), Paths: fill(s.Paths), Tags: fill(s.Tags), Commits: fill(s.Commits),
	}
}

// Home returns where the code of a service is, as far as that is known without looking at an image, and the
// folders and files that it is made of.
func (s Source) Home(service string) (repo string, paths []string) {
	own := s.of(service)
	return cmp.Or(own.Repo, own.Default), own.Paths
}

// tags returns the tags that a version may have.
func (s Source) tags(version string) []string {
	out := make([]string, len(s.Tags))
	for i, tag := range s.Tags {
		out[i] = strings.ReplaceAll(tag, "{version}", version)
	}
	return out
}

// version returns the version that a tag is for, if it is one of the service's.
func (s Source) version(tag string) (string, bool) {
	for _, pattern := range s.Tags {
		if version, ok := between(pattern, "{version}", tag); ok {
			return version, true
		}
	}
	return "", false
}

// ReleaseOf returns the version that a tag releases of a service; false if it releases none of it. Of several
// patterns that fit, the one that leaves the least open counts: of "v3.2.0", the version is "3.2.0" by
// "v{version}", also beside "{version}". What stands in its place has to be a semantic version.
func (s Source) ReleaseOf(service, tag string) (version string, ok bool) {
	longest := 0
	for _, pattern := range s.of(service).Tags {
		found, fits := between(pattern, "{version}", tag)
		if fits && isRelease(found) && (!ok || len(pattern) > longest) {
			version, longest, ok = found, len(pattern), true
		}
	}
	return version, ok
}

// ReleaseTags returns the tags that may release a version of a service.
func (s Source) ReleaseTags(service, version string) []string { return s.of(service).tags(version) }

// isRelease reports whether a version is a semantic one, with or without a "v".
func isRelease(version string) bool {
	_, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	return err == nil
}

// hexHash is a hash of Git's, or the beginning of one that is long enough to be found.
var hexHash = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// commit returns the hash that is part of an image's tag, if it is.
func (s Source) commit(tag string) (string, bool) {
	for _, pattern := range s.Commits {
		if hash, ok := between(pattern, "{commit}", tag); ok && hexHash.MatchString(hash) {
			return hash, true
		}
	}
	return "", false
}

// between returns what of a text stands where the placeholder stands in the pattern.
func between(pattern, placeholder, text string) (string, bool) {
	before, after, ok := strings.Cut(pattern, placeholder)
	if !ok {
		return "", false
	}
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return "", false
	}
	found, ok := strings.CutSuffix(rest, after)
	return found, ok && found != ""
}

var (
	// scpURL is the short form of an SSH URL: git@github.com:acme/repo.git.
	scpURL = regexp.MustCompile(`^[\w.-]+@([\w.-]+):([^/].*)$`)
	// repoName is "owner/name".
	repoName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9_.-]{1,100}$`)
)

// RepoOf returns the repository, as in "acme/microsvcs", that a URL leads to; empty if it is none of the
// forge whose web pages are at that address.
func RepoOf(address, web string) string {
	host, path := "", ""
	if m := scpURL.FindStringSubmatch(address); m != nil {
		host, path = m[1], m[2]
	} else if u, err := url.Parse(address); err == nil {
		host, path = u.Hostname(), u.Path
	}
	home, err := url.Parse(web)
	if err != nil || host == "" || !strings.EqualFold(host, home.Hostname()) {
		return ""
	}
	name := strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if !repoName.MatchString(name) || strings.HasSuffix(name, "/.") || strings.HasSuffix(name, "/..") {
		return ""
	}
	return name
}

// PullRequestAt returns the repository and the number of the pull request that a URL leads to.
func PullRequestAt(address, web string) (repo string, number int, ok bool) {
	before, digits, found := strings.Cut(address, "/pull/")
	if !found {
		return "", 0, false
	}
	number, err := strconv.Atoi(digits)
	repo = RepoOf(before, web)
	return repo, number, err == nil && number > 0 && repo != ""
}
