package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Code says where the code of services is.
type Code struct {
	// Repo is the repository, as in `acme/microsvcs`. Default: the one that the image names in its
	// annotation `org.opencontainers.image.source`, else that of the pipeline's `gitRepo`.
	Repo string `yaml:"repo"`
	// Paths are the folders and files that the service is made of, as in `projects/{service}/**`: other
	// commits are left out of its diffs. Default: the whole repository; with a pipeline file that names a
	// `gitRepo`, `projects/{service}/**` there.
	Paths []string `yaml:"paths"`
	// Tags are how releases are tagged, for images without the annotation
	// `org.opencontainers.image.revision` and for release notes. Default: `{service}/{version}`.
	Tags []string `yaml:"tags"`
	// Commits are how images are tagged that are of no release, if the commit is part of that. Default:
	// `sha-{commit}`.
	Commits []string `yaml:"commits"`
}

// Defaults of Code.
var (
	defaultTags    = []string{"{service}/{version}"}
	defaultCommits = []string{"sha-{commit}"}
	// guidePaths is where the deployment guide's repository has the code of a service.
	guidePaths = []string{"projects/{service}"}
)

// anyService is the key of the sources that holds for all services without a key of their own.
const anyService = "*"

// CodeOf returns where the code of a service is. Of a pipeline file of the deployment guide, services are
// taken to be where the guide has them.
func (c *Config) CodeOf(project, service string) Code {
	code := Code{Tags: defaultTags, Commits: defaultCommits}
	for _, key := range []string{project + "/" + service, service, anyService} {
		if found, ok := c.GitHub.Sources[key]; ok {
			code = found
			break
		}
	}
	if code.Repo == "" && code.Paths == nil && c.gitURL(project) != "" {
		code.Paths = guidePaths
	}
	return code
}

// gitURL returns the URL of the repository that a project's pipeline file names.
func (c *Config) gitURL(project string) string {
	for _, p := range c.Pipelines {
		if p.Project == project {
			return p.GitURL
		}
	}
	return ""
}

// PullRequests says what the bot writes on pull requests.
type PullRequests struct {
	// Comment is whether it tells on pull requests what merging them ships, and after that where the
	// change is.
	Comment bool `yaml:"comment" default:"true"`
	// Public is whether it does so on every public repository. On others than those with the overlays, everybody
	// would learn there what runs where.
	Public bool `yaml:"public"`
	// Release is a regular expression (Go's syntax) for the titles of those that make a release, which
	// are commented on whatever they touch.
	Release string `yaml:"release" default:"^chore(\\([^)]*\\))?: release "`
	// Days are for how long after it was merged a change is followed to production, in days.
	Days int `yaml:"days" default:"30"`
}

var (
	// repoTemplate is owner/name, in which the name of the service may be filled in.
	repoTemplate = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9_.-]*(\{service\})?[A-Za-z0-9_.-]*$`)
	// plainPath is a folder or a file, with slashes between its parts only.
	plainPath = regexp.MustCompile(`^[^/*?\[\]\\\x00-\x1f]+(/[^/*?\[\]\\\x00-\x1f]+)*$`)
	// plainTag is what a tag may have around its placeholders.
	plainTag = regexp.MustCompile(`^[^\s~^:?*\[\\\x00-\x1f]+$`)
)

// webOf returns where GitHub's pages are, whose API is at that address: for GitHub Enterprise Server, on
// the same host; on GitHub itself, and on GitHub Enterprise Cloud, on the host without "api.".
func webOf(api string) string {
	u, err := url.Parse(api)
	if err != nil {
		return ""
	}
	host := u.Host
	if strings.HasSuffix(host, ".github.com") || strings.HasSuffix(host, ".ghe.com") {
		host = strings.TrimPrefix(host, "api.")
	}
	return u.Scheme + "://" + host
}

func (g *GitHub) validateCode(c *Config) {
	switch {
	case !c.doc.Has("github.web"):
		g.Web = webOf(g.URL)
	case checkURL(c.doc, "github.web", g.Web, "https://github.com") != nil:
		g.Web = strings.TrimRight(g.Web, "/")
	}
	for key, code := range g.Sources {
		at := strictyaml.Path("github.sources").Key(key)
		if !c.knows(key) {
			c.doc.Report(at, "is no service", `write the name of a service, project/service, or "*" for all others`)
		}
		code.validate(c, at)
		g.Sources[key] = code
	}
	if _, err := regexp.Compile(g.PullRequests.Release); err != nil {
		c.doc.Report("github.pullRequests.release", "is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			`write it as Go's regexp package takes it, such as "^chore: release "`)
	}
	const year = 365
	if c.doc.Has("github.pullRequests.days") && (g.PullRequests.Days < 1 || g.PullRequests.Days > year) {
		c.doc.Report("github.pullRequests.days", "is out of range", "write a number from 1 to 365")
	}
}

func (s *Code) validate(c *Config, at strictyaml.Path) {
	if c.doc.Has(at.Key("repo")) && !repoTemplate.MatchString(s.Repo) {
		c.doc.Report(at.Key("repo"), "is not a repository", "write owner/name, as in the address of its page; {service} stands for the service")
	}
	for i, path := range s.Paths {
		// What Git knows of a path is a folder with all that is in it, or a file.
		path = strings.TrimSuffix(path, "/**")
		if !plainPath.MatchString(path) || slices.Contains(strings.Split(path, "/"), "..") {
			c.doc.Report(at.Key("paths").Index(i), "is neither a folder nor a file of the repository", "write one such as projects/{service}/** or go.mod")
		}
		c.checkPlaceholders(at.Key("paths").Index(i), path, []string{"service"})
		s.Paths[i] = path
	}
	c.checkTags(at.Key("tags"), s.Tags, []string{"service", "version"})
	c.checkTags(at.Key("commits"), s.Commits, []string{"service", "commit"})
	if !c.doc.Has(at.Key("tags")) {
		s.Tags = defaultTags
	}
	if !c.doc.Has(at.Key("commits")) {
		s.Commits = defaultCommits
	}
}

// checkTags checks patterns of tags, of whose placeholders the last is needed.
func (c *Config) checkTags(at strictyaml.Path, patterns, placeholders []string) {
	needed := "{" + placeholders[len(placeholders)-1] + "}"
	for i, pattern := range patterns {
		switch {
		case !plainTag.MatchString(pattern):
			c.doc.Report(at.Index(i), "is not what a tag can look like", "write one such as {service}/"+needed)
		case strings.Count(pattern, needed) != 1:
			c.doc.Report(at.Index(i), "must contain "+needed+" once", "write one such as {service}/"+needed)
		}
		c.checkPlaceholders(at.Index(i), pattern, placeholders)
	}
}

// checkPlaceholders reports placeholders that there are not. There may be none.
func (c *Config) checkPlaceholders(at strictyaml.Path, text string, known []string) {
	if !strings.ContainsAny(text, "{}") {
		return
	}
	if err := checkTemplate(text, known); err != nil {
		c.doc.Report(at, err.Message, err.Fix)
	}
}

// knows reports whether a key may be that of a service. Where services are found in the cluster, any may.
func (c *Config) knows(key string) bool {
	if key == anyService {
		return true
	}
	project, service, qualified := strings.Cut(key, "/")
	if !qualified {
		project, service = "", key
	}
	for _, p := range c.Pipelines {
		if (project == "" || p.Project == project) && (len(p.Services) == 0 || slices.Contains(p.Services, service)) {
			return true
		}
	}
	return len(c.Pipelines) == 0
}
