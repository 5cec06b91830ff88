package generate

import (
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

const (
	argoAPI = "argoproj.io/v1alpha1"
	// defaultArgoCDNamespace is where Kargo looks for Applications by itself.
	defaultArgoCDNamespace = "argocd"
	// annotationAuthorizedStage lets a Stage, and no other, change an Application.
	annotationAuthorizedStage = "kargo.akuity.io/authorized-stage"
)

// ApplicationName is what an ApplicationSet calls its Applications: as their Stages are called.
const ApplicationName = "{{.project}}-{{.env}}"

// appProject lets the Applications deploy from the Git repository to their namespaces, and to no others.
func appProject(p *manifests.Pipeline) *Manifest {
	a := p.ArgoCD
	var destinations List
	seen := map[string]bool{}
	for _, e := range p.Environments {
		namespace := strings.NewReplacer("{service}", "*", "{environment}", e.Name).Replace(a.Destination)
		if !seen[namespace] {
			destinations = append(destinations, Object{{"server", a.Server}, {"namespace", namespace}})
		}
		seen[namespace] = true
	}
	return &Manifest{
		Path: "argocd/appproject.yaml", APIVersion: argoAPI, Kind: "AppProject", Namespace: a.Namespace, Name: argoProject(p),
		Labels: managed(Field{LabelProject, p.Project}),
		Spec: Object{
			{"sourceRepos", List{p.GitRepo}},
			{"destinations", destinations},
			// Applications make their namespaces: CreateNamespace=true.
			{"clusterResourceWhitelist", List{Object{{"group", ""}, {"kind", "Namespace"}}}},
		},
	}
}

func argoProject(p *manifests.Pipeline) string {
	if p.ArgoCD.Project != "" {
		return p.ArgoCD.Project
	}
	return p.Project
}

// templatePatch has Argo CD synchronise by itself where no promotion has it do so.
const templatePatch = `{{- if eq .autoSync "true" }}
spec:
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
{{- end }}
`

func applicationSet(p *manifests.Pipeline) *Manifest {
	return &Manifest{
		Path: "argocd/applicationset.yaml", APIVersion: argoAPI, Kind: "ApplicationSet", Namespace: p.ArgoCD.Namespace, Name: argoProject(p),
		Labels: managed(Field{LabelProject, p.Project}),
		Spec: Object{
			{"goTemplate", true},
			{"goTemplateOptions", List{"missingkey=error"}},
			{"generators", generators(p)},
			{"templatePatch", templatePatch},
			{"template", application(p)},
		},
	}
}

// generators returns the guide's matrix of services and environments where that says it all, and else a list of what
// there is.
func generators(p *manifests.Pipeline) List {
	if isUniform(p) {
		var services List
		for i := range p.Services {
			services = append(services, Object{{"project", p.Services[i].Name}})
		}
		return List{Object{{"matrix", Object{{"generators", List{
			Object{{"list", Object{{"elements", services}}}},
			Object{{"list", Object{{"elements", elements(p, &p.Services[0], false)}}}},
		}}}}}}
	}
	var all List
	for i := range p.Services {
		all = append(all, elements(p, &p.Services[i], true)...)
	}
	return List{Object{{"list", Object{{"elements", all}}}}}
}

// elements returns what the environments of a service are: all of it, or what does not depend on the service. Argo CD
// synchronises by itself what no promotion has it synchronise.
func elements(p *manifests.Pipeline, s *manifests.Service, whole bool) List {
	var list List
	_, deliveries := p.Of(s)
	for i := range deliveries {
		d := &deliveries[i]
		o := Object{{"env", d.Environment.Name}, {"autoSync", strconv.FormatBool(!manifests.HasStep(d.Steps(s), manifests.StepArgoCD))}}
		if whole {
			o = append(Object{{"project", s.Name}}, append(o, Field{"path", p.PathOf(s, d)})...)
		}
		list = append(list, o)
	}
	return list
}

// isUniform reports whether all services are alike in all environments.
func isUniform(p *manifests.Pipeline) bool {
	for i := range p.Services {
		if s := &p.Services[i]; s.Promotion != nil || len(s.Environments) > 0 {
			return false
		}
	}
	for i := range p.Environments {
		if promotion := p.Environments[i].Promotion; promotion != nil && promotion.Path != "" {
			return false
		}
	}
	return true
}

// application is the template of an Application. The guide deploys HEAD, the default branch: what promotions push is on
// the branch that they push to.
func application(p *manifests.Pipeline) Object {
	a := p.ArgoCD
	fields := strings.NewReplacer("{service}", "{{.project}}", "{environment}", "{{.env}}")
	path := "{{.path}}"
	if isUniform(p) {
		path = fields.Replace(p.PathPattern(p.Promotion))
	}
	return Object{
		{"metadata", Object{
			{"name", ApplicationName},
			{"namespace", a.Namespace},
			{"labels", Object{{"app.kubernetes.io/name", "{{.project}}"}, {"environment", "{{.env}}"}}},
			{"annotations", Object{{annotationAuthorizedStage, p.Project + ":" + ApplicationName}}},
			{"finalizers", List{"resources-finalizer.argocd.argoproj.io"}},
		}},
		{"spec", Object{
			{"project", argoProject(p)},
			{"source", Object{{"repoURL", p.GitRepo}, {"targetRevision", p.GitBranch}, {"path", path}}},
			{"destination", Object{{"server", a.Server}, {"namespace", fields.Replace(a.Destination)}}},
			{"syncPolicy", Object{
				{"syncOptions", List{"CreateNamespace=true", "PruneLast=true", "ApplyOutOfSyncOnly=true"}},
				{"retry", Object{{"limit", 5}, {"backoff", Object{{"duration", "5s"}, {"factor", 2}, {"maxDuration", "3m"}}}}},
			}},
			{"revisionHistoryLimit", 3},
		}},
	}
}
