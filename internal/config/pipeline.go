package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Pipeline is one Kargo Project. In the file, it is either a file of the deployment guide's format
// or the fields after it. Once loaded, those fields are filled in either way.
type Pipeline struct {
	// File is the path of a pipeline file of the deployment guide (project, services,
	// environments). A relative path starts at the folder of the configuration file. With it, the
	// fields below are not allowed.
	File string `yaml:"file"`
	// Project is the name of the Kargo Project. Needed without `file`.
	Project string `yaml:"project"`
	// Namespace is the namespace of the Project. Default: the project's name.
	Namespace string `yaml:"namespace"`
	// Stages is the pattern of the Stages' names, with the placeholders `{service}` and
	// `{environment}`. Default: `{service}-{environment}`.
	Stages string `yaml:"stages"`
	// Environments are the names of the environments in the order in which Freight passes them.
	// Needed without `file`.
	Environments []string `yaml:"environments"`
	// Services are the names of the services. Default: found from the Stages that exist.
	Services []string `yaml:"services"`
	// Overlays are the kustomize overlays that promotions change, so that a diff can show what becomes of
	// the manifests. Default with `file`: what the file says.
	Overlays *Overlays `yaml:"overlays"`

	// GitURL is the URL of the Git repository that a pipeline file names.
	GitURL string `yaml:"-"`
	// Aliases are other words for each environment, the built-in ones among them.
	Aliases map[string][]string `yaml:"-"`
}

// everyService is the word for all services in a command, and so none's name.
const everyService = "all"

// resolvePipelines fills in the pipelines and returns what is wrong in their files.
func (c *Config) resolvePipelines(read readFile) strictyaml.Problems {
	var inFiles strictyaml.Problems
	projects := map[string]int{}
	for i := range c.Pipelines {
		p, path := &c.Pipelines[i], strictyaml.Path("pipelines").Index(i)
		at := path.Key("project")
		if p.File != "" {
			at = path.Key("file")
			inFiles = append(inFiles, c.fromFile(p, path, read)...)
		} else {
			c.checkPipeline(p, path)
		}
		if c.doc.Has(path.Key("overlays")) {
			p.Overlays.validate(c, path.Key("overlays"))
		}
		if p.Namespace == "" {
			p.Namespace = p.Project
		}
		if before, taken := projects[p.Project]; taken && p.Project != "" {
			c.doc.Report(at, fmt.Sprintf("project %s is already that of pipelines[%d]", p.Project, before), "keep one of the two")
		} else {
			projects[p.Project] = i
		}
		for j, s := range p.Services {
			if at := path.Key("services").Index(j); s == everyService {
				c.doc.Report(at, `a service can't be called "all", which stands for every service in a command`, "rename the service")
			}
		}
	}
	return inFiles
}

// fromFile reads the pipeline's file. What is wrong inside the file is returned.
func (c *Config) fromFile(p *Pipeline, path strictyaml.Path, read readFile) strictyaml.Problems {
	for _, name := range []string{"project", "namespace", "stages", "environments", "services"} {
		if at := path.Key(name); c.doc.Has(at) {
			c.doc.Report(at, "does not go with file", "remove it: the file says it")
		}
	}
	name := c.resolve(p.File)
	data, err := read(name)
	if err != nil {
		var problem strictyaml.Problem
		if !errors.As(err, &problem) {
			problem.Message = "the file can't be read"
		}
		c.doc.Report(path.Key("file"), fmt.Sprintf("%s: %s", name, problem.Message), problem.Fix)
		return nil
	}
	m, err := manifests.Parse(name, data)
	if err != nil {
		var problems strictyaml.Problems
		errors.As(err, &problems)
		return problems
	}
	p.Project, p.Namespace, p.Stages, p.Services = m.Project, m.Namespace, manifests.StagePattern, m.ServiceNames()
	p.GitURL = m.GitRepo
	if p.Overlays == nil {
		p.Overlays = overlaysOf(m)
	}
	p.Environments = nil
	for _, e := range m.Environments {
		p.Environments = append(p.Environments, e.Name)
	}
	return nil
}

// checkPipeline checks a pipeline that is written in the configuration itself.
func (c *Config) checkPipeline(p *Pipeline, path strictyaml.Path) {
	if c.doc.Has(path.Key("file")) {
		c.doc.Report(path.Key("file"), "is empty", "write the path of a pipeline file, or remove the line")
		return
	}
	if p.Project == "" {
		if !c.doc.Unread(path) {
			c.doc.Report(path, "names neither a file nor a project", "add file, or project and environments")
		}
		return
	}
	manifests.CheckName(c.doc, path.Key("project"), p.Project, nil)
	manifests.CheckName(c.doc, path.Key("namespace"), p.Namespace, nil)
	manifests.CheckNames(c.doc, path.Key("services"), p.Services)
	manifests.CheckNames(c.doc, path.Key("environments"), p.Environments)
	if len(p.Environments) == 0 {
		c.doc.Report(path.Key("environments"), "names no environment", "write them in order, for example environments: [staging, production]")
	}
	if p.Stages == "" {
		p.Stages = manifests.StagePattern
	}
	at := path.Key("stages")
	if err := checkTemplate(p.Stages, []string{"service", "environment"}); err != nil {
		c.doc.Report(at, err.Message, err.Fix)
		return
	}
	for _, placeholder := range []string{"{service}", "{environment}"} {
		if strings.Count(p.Stages, placeholder) != 1 {
			c.doc.Report(at, "must contain "+placeholder+" once", "write a pattern such as "+manifests.StagePattern)
			return
		}
	}
	name := strings.NewReplacer("{service}", "a", "{environment}", "b").Replace(p.Stages)
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		c.doc.Report(at, "does not make names that Kubernetes takes", "use lower-case letters, digits and hyphens around the placeholders")
	}
}

// resolve returns the path of a file that the configuration names.
func (c *Config) resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.dir, path)
}
