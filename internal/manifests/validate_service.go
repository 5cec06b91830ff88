package manifests

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func (p *Pipeline) checkServices(doc *strictyaml.Document) {
	seen := map[string]bool{}
	for i := range p.Services {
		s, path := &p.Services[i], strictyaml.Path("services").Index(i)
		at := path
		if doc.Has(path.Key("name")) {
			at = path.Key("name")
		} else if s.Name == "" {
			doc.Report(path, "is empty", "write a name, or remove it")
		}
		CheckName(doc, at, s.Name, seen)
		p.checkService(doc, path, s)
	}
}

func (p *Pipeline) checkService(doc *strictyaml.Document, path strictyaml.Path, s *Service) {
	checkRepository(doc, path.Key("image"), s.Image)
	if doc.Has(path.Key("image")) && doc.Has(path.Key("images")) {
		doc.Report(path.Key("image"), "does not go with images", "make it the first of images")
	}
	seen := map[string]bool{}
	for i, image := range s.Images {
		at := path.Key("images").Index(i)
		checkRepository(doc, at.Key("repository"), image.Repository)
		if seen[image.Repository] {
			doc.Report(at.Key("repository"), "is there twice", "remove one of the two")
		}
		seen[image.Repository] = true
		checkRepository(doc, at.Key("replaces"), image.Replaces)
		checkTagKey(doc, at.Key("tagKey"), image.TagKey)
		if image.Warehouse != nil {
			checkTags(doc, at.Key("warehouse"), *image.Warehouse)
		}
	}
	for i, chart := range s.Charts {
		chart.validate(doc, path.Key("charts").Index(i))
	}
	s.Promotion.validate(doc, path.Key("promotion"))
	for _, name := range slices.Sorted(maps.Keys(s.Environments)) {
		p.checkOverride(doc, path.Key("environments").Key(name), s.Environments[name], name)
	}
}

func (p *Pipeline) checkOverride(doc *strictyaml.Document, path strictyaml.Path, o Override, environment string) {
	index := slices.IndexFunc(p.Environments, func(e Environment) bool { return e.Name == environment })
	if index < 0 {
		p.reportUnknownEnvironment(doc, path, environment, len(p.Environments))
		return
	}
	o.Warehouse.validate(doc, path.Key("warehouse"))
	o.Verification.validate(doc, path.Key("verification"))
	o.Promotion.validate(doc, path.Key("promotion"))
	if o.RequiredSoakTime != nil {
		checkDuration(doc, path.Key("requiredSoakTime"), *o.RequiredSoakTime)
		if o.Warehouse != nil || p.Environments[index].Warehouse != nil {
			reportSoakTime(doc, path.Key("requiredSoakTime"))
		}
	}
}

// reportUnknownEnvironment reports a name that is none of the first n environments.
func (p *Pipeline) reportUnknownEnvironment(doc *strictyaml.Document, path strictyaml.Path, name string, n int) {
	var names []string
	for _, e := range p.Environments[:n] {
		names = append(names, e.Name)
	}
	fix := "write one of " + strings.Join(names, ", ")
	if guess, ok := nearest.Word(name, names); ok {
		fix = "did you mean " + guess + "?"
	}
	doc.Report(path, fmt.Sprintf("there is no environment %.63q here", name), fix)
}

func reportSoakTime(doc *strictyaml.Document, path strictyaml.Path) {
	doc.Report(path, "has no effect on Freight that comes from a Warehouse", "remove the line, or the warehouse")
}

func (p *Pipeline) checkEnvironment(doc *strictyaml.Document, path strictyaml.Path, i int) {
	e := &p.Environments[i]
	CheckName(doc, path.Key("short"), e.Short, nil)
	e.Warehouse.validate(doc, path.Key("warehouse"))
	e.Verification.validate(doc, path.Key("verification"))
	e.Promotion.validate(doc, path.Key("promotion"))
	checkDuration(doc, path.Key("requiredSoakTime"), e.RequiredSoakTime)
	for j, name := range e.From {
		if slices.Contains(e.From[:j], name) {
			doc.Report(path.Key("from").Index(j), fmt.Sprintf("%.63q is there twice", name), "remove one of the two")
		}
		if !slices.ContainsFunc(p.Environments[:i], func(e Environment) bool { return e.Name == name }) && i > 0 {
			p.reportUnknownEnvironment(doc, path.Key("from").Index(j), name, i)
		}
	}
	switch {
	case e.Warehouse == nil && i == 0:
		doc.Report(path, "the first environment has no warehouse, so that no Freight can ever reach it",
			"add one, or move the environment behind the one that it is promoted from")
	case e.Warehouse == nil:
	case doc.Has(path.Key("from")):
		doc.Report(path.Key("from"), "does not go with a warehouse: Freight comes from the one or the other", "remove one of the two")
	case e.RequiredSoakTime > 0:
		reportSoakTime(doc, path.Key("requiredSoakTime"))
	}
}

// checkWarehouses reports Warehouses of one name that are not the same, and Stages whose Freight would be from more
// than one.
func (p *Pipeline) checkWarehouses(doc *strictyaml.Document) {
	owner := map[string]string{}
	for i := range p.Services {
		s := &p.Services[i]
		p.checkOrigins(doc, i)
		discoveries, _ := p.Of(s)
		for _, d := range discoveries {
			if other, taken := owner[d.Name]; taken && other != s.Name {
				doc.Report(strictyaml.Path("services").Index(i),
					fmt.Sprintf("Warehouse %s would be both of %s and of %s", d.Name, other, s.Name), "rename one of the services")
			}
			owner[d.Name] = s.Name
		}
	}
}

// checkOrigins looks at the Warehouses of one service.
func (p *Pipeline) checkOrigins(doc *strictyaml.Document, service int) {
	s := &p.Services[service]
	rules := map[string]*Warehouse{}
	_, deliveries := p.Of(s)
	for i, d := range deliveries {
		path := strictyaml.Path("environments").Index(i)
		if own := strictyaml.Path("services").Index(service).Key("environments").Key(d.Environment.Name); doc.Has(own) {
			path = own
		}
		if first := rules[d.Warehouse]; first != nil && first != d.Rules && !first.same(d.Rules) {
			doc.Report(path.Key("warehouse"), fmt.Sprintf("Warehouse %s would be of two kinds", d.Warehouse),
				"give one of the two a name, such as name: nightly")
		} else if first == nil {
			rules[d.Warehouse] = d.Rules
		}
		for _, from := range p.sources(i) {
			if len(d.Upstream) > 0 && deliveries[from].Warehouse != d.Warehouse {
				doc.Report(path.Key("from"), fmt.Sprintf("Freight of %s would be from Warehouse %s and from Warehouse %s", d.Stage, deliveries[from].Warehouse, d.Warehouse),
					"name environments whose Freight is from the same Warehouse")
				return
			}
		}
	}
}

func (w *Warehouse) same(other *Warehouse) bool {
	a, b := *w, *other
	a.Name, b.Name = "", ""
	return reflect.DeepEqual(a, b)
}

// repository is the name of a repository of images, as Kargo takes it.
var repository = regexp.MustCompile(`^(\w+([.-]\w+)*(:\d+)?/)?\w+([._-]+\w+)*(/\w+([._-]+\w+)*)*$`)

func checkRepository(doc *strictyaml.Document, path strictyaml.Path, name string) {
	if doc.Has(path) && !repository.MatchString(name) {
		doc.Report(path, "is not a repository of images", "write it without https:// and without a tag, such as quay.io/acme/red")
	}
}

// chartURL is the URL of a repository of charts.
var chartURL = regexp.MustCompile(`^(https?|oci)://[\w.-]+(:\d+)?(/[\w./-]+)?/?$`)

func (c Chart) validate(doc *strictyaml.Document, path strictyaml.Path) {
	checkConstraint(doc, path.Key("semverConstraint"), c.SemverConstraint)
	switch oci := strings.HasPrefix(c.Repository, "oci://"); {
	case !doc.Has(path.Key("repository")):
	case !chartURL.MatchString(c.Repository), oci && strings.Count(c.Repository, "/") < 3:
		doc.Report(path.Key("repository"), "is not the URL of a repository of charts", "write one such as oci://ghcr.io/acme/charts/red, or https://charts.acme.dev with a name")
	case oci && c.Name != "":
		doc.Report(path.Key("name"), "does not go with an OCI repository, whose URL ends with the chart's name", "remove the line")
	case !oci && c.Name == "":
		doc.Report(path, "does not say which chart of the repository", "add name")
	}
}

func (v *Verification) validate(doc *strictyaml.Document, path strictyaml.Path) {
	if v != nil && len(v.AnalysisTemplates)+len(v.ClusterAnalysisTemplates) == 0 {
		doc.Report(path, "names no AnalysisTemplate, so that nothing is verified", "add analysisTemplates, or remove it")
	}
}
