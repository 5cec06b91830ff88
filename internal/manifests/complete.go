package manifests

import (
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// checkComplete reports what manifests can't be generated without.
func (p *Pipeline) checkComplete(doc *strictyaml.Document) {
	if p.Namespace != p.Project {
		doc.Report("namespace", "is not the project's name: Kargo keeps what belongs to a Project in the namespace of that name",
			"remove the line, or rename the project")
	}
	need := func(name, why, fix string, missing bool) {
		if missing && !doc.Has(strictyaml.Path(name)) {
			doc.Report(strictyaml.Path(name), "missing: "+why, fix)
		}
	}
	registry, folder := false, false
	steps := &stepChecker{p: p, doc: doc, seen: map[strictyaml.Path]bool{}}
	for i := range p.Services {
		s := &p.Services[i]
		registry = registry || s.Image == "" && len(s.Images) == 0
		_, deliveries := p.Of(s)
		for j, d := range deliveries {
			steps.check(i, j, &d)
			folder = folder || d.Promotion.Path == ""
			registry = registry || p.PlaceImage(d.Promotion) == "" && d.Promotion.Helm == nil && s.replacesImage()
		}
		p.checkTagKeys(doc, i, deliveries)
	}
	need("gitRepo", "promotions commit to it", "add it, for example gitRepo: https://github.com/acme/microsvcs.git", p.GitRepo == "")
	need("dockerRegistry", "services have their images there", "add it, for example dockerRegistry: quay.io/acme", registry)
	need("kustomizeBasePath", "promotions change the overlays there", "add it, for example kustomizeBasePath: k8s/overlays", folder)
	if at := strictyaml.Path("dockerRegistry"); doc.Has(at) {
		checkRepository(doc, at, trimSlash(p.DockerRegistry))
	}
	if at := strictyaml.Path("kustomizeBasePath"); doc.Has(at) && !isFolder(trimSlash(p.KustomizeBasePath)) {
		doc.Report(at, "is not a folder of the repository", "write one such as k8s/overlays")
	}
}

// replacesImage reports whether the name of an image in the manifests is left to the promotion.
func (s *Service) replacesImage() bool { return len(s.Images) == 0 || s.Images[0].Replaces == "" }

// checkTagKeys reports images of a chart's values of which it is not known where their tags stand.
func (p *Pipeline) checkTagKeys(doc *strictyaml.Document, service int, deliveries []Delivery) {
	for _, d := range deliveries {
		if !HasStep(d.Steps(&p.Services[service]), StepHelmImage) {
			continue
		}
		for i, image := range p.Services[service].Images {
			if at := strictyaml.Path("services").Index(service).Key("images").Index(i); i > 0 && image.TagKey == "" {
				doc.Report(at, "does not say where its tag stands in the values of the chart", "add tagKey, for example tagKey: sidecar.image.tag")
			}
		}
		return
	}
}

func trimSlash(s string) string {
	for len(s) > 1 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}
