package manifests

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// maxDiscoveryLimit is the maximum in Kargo's Warehouse.
const maxDiscoveryLimit = 100

func (p *Pipeline) validate(doc *strictyaml.Document) {
	CheckName(doc, "project", p.Project, nil)
	if doc.Has("namespace") {
		CheckName(doc, "namespace", p.Namespace, nil)
	}
	if doc.Has("gitBranch") && strings.TrimSpace(p.GitBranch) == "" {
		doc.Report("gitBranch", "is empty", "write the branch's name, or remove the line")
	}
	p.checkGitRepo(doc)
	p.Promotion.validate(doc, "promotion")
	p.checkServices(doc)
	seen := map[string]bool{}
	for i := range p.Environments {
		path := strictyaml.Path("environments").Index(i)
		CheckName(doc, path.Key("name"), p.Environments[i].Name, seen)
		p.checkEnvironment(doc, path, i)
	}
	p.ArgoCD.validate(doc, "argocd")
	p.checkStageNames(doc)
	p.checkWarehouses(doc)
}

// CheckName reports a name that is not a DNS label, because names become part of the names of
// Kubernetes objects, and one that is in seen, to which it is added. An empty one is not reported.
// seen may be nil.
func CheckName(doc *strictyaml.Document, path strictyaml.Path, name string, seen map[string]bool) {
	if name == "" {
		return
	}
	if seen[name] {
		doc.Report(path, fmt.Sprintf("%.63q is there twice", name), "remove one of the two")
		return
	}
	if seen != nil {
		seen[name] = true
	}
	if isName(name) {
		return
	}
	fix := fmt.Sprintf("use at most %d lower-case letters, digits and hyphens, with no hyphen at either end",
		validation.DNS1123LabelMaxLength)
	if plain := plainName.Replace(strings.ToLower(name)); isName(plain) {
		fix = "write " + plain
	}
	doc.Report(path, fmt.Sprintf("%.63q is not a name that Kubernetes takes", name), fix)
}

// CheckNames reports what CheckName does, and empty names.
func CheckNames(doc *strictyaml.Document, path strictyaml.Path, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		if name == "" {
			doc.Report(path.Index(i), "is empty", "write a name, or remove it")
		}
		CheckName(doc, path.Index(i), name, seen)
	}
}

func isName(s string) bool { return len(validation.IsDNS1123Label(s)) == 0 }

// plainName replaces what people commonly write in names that Kubernetes doesn't take.
var plainName = strings.NewReplacer("_", "-", " ", "-", ".", "-")

// checkStageNames reports two pairs of service and environment whose Stages have the same name: if
// a-b-c is service a in environment b-c, it can't also be service a-b in environment c.
func (p *Pipeline) checkStageNames(doc *strictyaml.Document) {
	services := map[string]bool{}
	for _, s := range p.ServiceNames() {
		services[s] = true
	}
	environments := map[string]bool{}
	for _, e := range p.Environments {
		environments[e.Name] = true
	}
	for i, e := range p.Environments {
		for cut := range e.Name {
			middle, tail := e.Name[:cut], strings.TrimPrefix(e.Name[cut:], "-")
			if e.Name[cut] != '-' || !environments[tail] {
				continue
			}
			for _, s := range p.ServiceNames() {
				if other := s + "-" + middle; services[other] {
					doc.Report(strictyaml.Path("environments").Index(i).Key("name"),
						fmt.Sprintf("Stage %s would be both %s in %s and %s in %s", StageName(s, e.Name), s, e.Name, other, tail),
						"rename the environment or one of the services")
					return
				}
			}
		}
	}
}

// scpURL is the short form of an SSH URL, git@github.com:acme/repo.git.
var scpURL = regexp.MustCompile(`^[\w.-]+@[\w.-]+:[^/].*$`)

func (p *Pipeline) checkGitRepo(doc *strictyaml.Document) {
	if !doc.Has("gitRepo") || scpURL.MatchString(p.GitRepo) {
		return
	}
	const fix = "write a URL such as https://github.com/acme/microsvcs.git"
	u, err := url.Parse(p.GitRepo)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh":
		doc.Report("gitRepo", "is not the URL of a Git repository", fix)
	case u.User != nil && u.Scheme != "ssh", hasPassword(u):
		doc.Report("gitRepo", "contains credentials", "remove them from the URL, and change them: they were in a file")
	}
}

func hasPassword(u *url.URL) bool {
	_, ok := u.User.Password()
	return ok
}

// versionRange is the shape of a constraint on semantic versions; Kargo knows the rest.
var versionRange = regexp.MustCompile(`^[-0-9A-Za-z.+*<>=!~^|, ]*[0-9xX*][-0-9A-Za-z.+*<>=!~^|, ]*$`)

func (w *Warehouse) validate(doc *strictyaml.Document, path strictyaml.Path) {
	if w == nil {
		return
	}
	CheckName(doc, path.Key("name"), w.Name, nil)
	checkTags(doc, path, ImageTags{w.ImageTagPattern, w.SemverConstraint, w.ImageSelectionStrategy})
	if at := path.Key("discoveryLimit"); doc.Has(at) && (w.DiscoveryLimit < 1 || w.DiscoveryLimit > maxDiscoveryLimit) {
		doc.Report(at, fmt.Sprintf("%d is out of range", w.DiscoveryLimit), fmt.Sprintf("write a number from 1 to %d", maxDiscoveryLimit))
	}
	for i, pattern := range w.IgnoreTagPatterns {
		checkPattern(doc, path.Key("ignoreTagPatterns").Index(i), pattern)
	}
	if at := path.Key("platform"); doc.Has(at) && !platform.MatchString(w.Platform) {
		doc.Report(at, "is not a platform", "write one such as linux/arm64, or remove the line")
	}
	checkDuration(doc, path.Key("interval"), w.Interval)
}

// platform is an operating system and an architecture, as Kargo takes it.
var platform = regexp.MustCompile(`^\w+/\w+$`)

// imageTag is a tag of an image.
var imageTag = regexp.MustCompile(`^\w[\w.-]{0,127}$`)

// checkTags reports what a strategy can't work with, and what it does not look at.
func checkTags(doc *strictyaml.Document, path strictyaml.Path, t ImageTags) {
	pattern, constraint := path.Key("imageTagPattern"), path.Key("semverConstraint")
	if doc.Has(pattern) {
		checkPattern(doc, pattern, t.ImageTagPattern)
	}
	switch t.ImageSelectionStrategy {
	case StrategyDigest:
		if !doc.Has(constraint) {
			doc.Report(path.Key("imageSelectionStrategy"), "needs the one tag that Digest follows", "add it as semverConstraint, for example semverConstraint: latest")
		} else if !imageTag.MatchString(t.SemverConstraint) {
			doc.Report(constraint, "is not a tag, and Digest follows one", "write one such as latest")
		}
		if doc.Has(pattern) {
			doc.Report(pattern, "has no effect with the strategy Digest, which follows one tag", "remove the line")
		}
	case StrategySemVer:
		checkConstraint(doc, constraint, t.SemverConstraint)
	case StrategyNewestBuild, StrategyLexical:
		if doc.Has(constraint) {
			doc.Report(constraint, "has no effect with the strategy "+t.ImageSelectionStrategy+", which knows no versions",
				"remove the line, or write imageSelectionStrategy: SemVer")
		}
	}
}

func checkPattern(doc *strictyaml.Document, at strictyaml.Path, pattern string) {
	if _, err := regexp.Compile(pattern); err != nil {
		doc.Report(at, "is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			`write it as Go's regexp package takes it, such as "^sha-.*"`)
	} else if pattern == "" {
		doc.Report(at, "is empty", "write a regular expression, or remove the line")
	}
}

func checkConstraint(doc *strictyaml.Document, at strictyaml.Path, constraint string) {
	if doc.Has(at) && !versionRange.MatchString(constraint) {
		doc.Report(at, "is not a range of versions", `write one such as ">=1.2.0" or "^3.0", or remove the line`)
	}
}

// checkDuration reports a duration that is there and that Kargo does not take: it knows whole seconds, minutes and
// hours.
func checkDuration(doc *strictyaml.Document, at strictyaml.Path, d time.Duration) {
	if doc.Has(at) && (d <= 0 || d%time.Second != 0) {
		doc.Report(at, "is not a duration that Kargo takes", "write whole seconds, minutes or hours, such as 90s, 5m or 24h, or remove the line")
	}
}
