package manifests

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// The steps that are written for whoever only names them.
const (
	StepClone          = "git-clone"
	StepKustomizeImage = "kustomize-set-image"
	StepHelmImage      = "helm-set-image" // our name for a yaml-update of the tag
	StepHelmChart      = "helm-update-chart"
	StepCommit         = "git-commit"
	StepPush           = "git-push"
	StepOpenPR         = "git-open-pr"
	StepWaitForPR      = "git-wait-for-pr" //nolint:gosec // G101: no credentials, but a pull request
	StepArgoCD         = "argocd-update"
)

// Written are the names of the steps that are written for whoever only names them.
func Written() []string {
	return []string{
		StepClone, StepKustomizeImage, StepHelmImage, StepHelmChart, StepCommit, StepPush, StepOpenPR, StepWaitForPR, StepArgoCD,
	}
}

var (
	// folder is a path in the Git repository, with placeholders.
	folder = regexp.MustCompile(`^[\w.@+-]*(\{(service|environment)\}[\w.@+-]*)*(/[\w.@+-]*(\{(service|environment)\}[\w.@+-]*)*)*$`)
	// tagKey is a path in the values of a chart, as Kargo's yaml-update takes it.
	tagKey = regexp.MustCompile(`^[\w-]+(\.[\w-]+)*$`)
	// reserved are the aliases that Kargo gives to steps that have none.
	reserved = regexp.MustCompile(`^(step|task)-\d+$`)
	// variable is the name of a variable, as Kargo takes it.
	variable = regexp.MustCompile(`^[a-zA-Z_]\w*$`)
)

func isFolder(path string) bool {
	return path != "" && folder.MatchString(path) && !strings.HasPrefix(path, "/") && !slices.Contains(strings.Split(path, "/"), "..")
}

func (p *Promotion) validate(doc *strictyaml.Document, path strictyaml.Path) {
	if p == nil {
		return
	}
	if at := path.Key("path"); doc.Has(at) && !isFolder(p.Path) {
		doc.Report(at, "is not a folder of the repository", "write one such as k8s/overlays/{environment}/{service}")
	}
	checkRepository(doc, path.Key("image"), p.Image)
	if p.Helm != nil {
		at := path.Key("helm")
		if doc.Has(at.Key("values")) && !isFolder(p.Helm.Values) {
			doc.Report(at.Key("values"), "is not a file in the folder", "write one such as values.yaml")
		}
		checkTagKey(doc, at.Key("tagKey"), p.Helm.TagKey)
	}
	if at := path.Key("steps"); doc.Has(at) && len(p.Steps) == 0 {
		doc.Report(at, "is empty: a Stage without steps can't be promoted to", "name the steps, or remove it")
	}
	checkSteps(doc, path.Key("steps"), p.Steps)
}

func checkTagKey(doc *strictyaml.Document, path strictyaml.Path, key string) {
	if doc.Has(path) && !tagKey.MatchString(key) {
		doc.Report(path, "is not a place in a file of values", "write one such as image.tag")
	}
}

func (s *Step) validate(doc *strictyaml.Document, path strictyaml.Path) {
	switch {
	case s.Uses == "" && s.Task == nil:
		doc.Report(path, "says neither which step it uses nor which task", "add uses")
	case s.Uses != "" && s.Task != nil:
		doc.Report(path, "has both uses and task", "remove one of the two")
	case s.Task != nil:
		s.checkTask(doc, path)
	case s.Config == nil && !slices.Contains(Written(), s.Uses):
		fix := "add config, or name one of " + strings.Join(Written(), ", ")
		if guess, ok := nearest.Word(s.Uses, Written()); ok {
			fix = fmt.Sprintf("did you mean %s? Otherwise add config", guess)
		}
		doc.Report(path, fmt.Sprintf("%.63q is not a step that is written for you", s.Uses), fix)
	case s.Config != nil && s.Uses == StepHelmImage:
		doc.Report(path, "is not a step of Kargo's", "use yaml-update, or remove config")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Vars)) {
		if !variable.MatchString(name) {
			doc.Report(path.Key("vars").Key(name), "is not a name of a variable", "use letters, digits and underscores")
		}
	}
	if s.Retry != nil {
		checkDuration(doc, path.Key("retry").Key("timeout"), s.Retry.Timeout)
		if at := path.Key("retry").Key("errorThreshold"); doc.Has(at) && s.Retry.ErrorThreshold < 1 {
			doc.Report(at, "is not a number of errors", "write 1 or more, or remove the line")
		}
	}
}

// checkTask reports what Kargo's definition of a Stage refuses beside a task.
func (s *Step) checkTask(doc *strictyaml.Document, path strictyaml.Path) {
	if len(validation.IsDNS1123Subdomain(s.Task.Name)) > 0 {
		doc.Report(path.Key("task"), "is not the name of a task", "use lower-case letters, digits and hyphens")
	}
	for _, name := range []string{"config", "continueOnError", "retry"} {
		if at := path.Key(name); doc.Has(at) {
			doc.Report(at, "does not go with a task", "remove it; a task takes vars")
		}
	}
}

func (a *ArgoCD) validate(doc *strictyaml.Document, path strictyaml.Path) {
	if a == nil {
		return
	}
	CheckName(doc, path.Key("namespace"), a.Namespace, nil)
	CheckName(doc, path.Key("project"), a.Project, nil)
	if at := path.Key("destination"); doc.Has(at) && (!isFolder(a.Destination) || strings.Contains(a.Destination, "/")) {
		doc.Report(at, "is not a namespace", "write one such as {service}-{environment}")
	}
}
