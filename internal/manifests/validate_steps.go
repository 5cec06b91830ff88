package manifests

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// checkSteps reports steps that Kargo refuses together, and steps that read what none before them says.
func checkSteps(doc *strictyaml.Document, path strictyaml.Path, steps []Step) {
	seen := map[string]bool{}
	for i := range steps {
		s, at := &steps[i], path.Index(i)
		s.validate(doc, at)
		checkAlias(doc, at, s, seen)
		if !s.IsWritten() {
			continue
		}
		switch s.Uses {
		case StepOpenPR:
			checkOutput(doc, at, Before(steps, i, StepPush), StepPush, "the branch")
		case StepWaitForPR:
			checkOutput(doc, at, Before(steps, i, StepOpenPR), StepOpenPR, "the pull request")
		}
	}
}

// checkAlias reports the alias of a step that is taken, and adds it to seen.
func checkAlias(doc *strictyaml.Document, path strictyaml.Path, s *Step, seen map[string]bool) {
	alias := s.Alias()
	switch {
	case alias == "":
	case seen[alias] && doc.Has(path.Key("as")):
		doc.Report(path.Key("as"), "is the alias of another step", "choose another one")
	case seen[alias]:
		doc.Report(path, fmt.Sprintf("has the alias of another step, %.63s, and Kargo takes each only once", alias),
			fmt.Sprintf("give it one of its own: {uses: %.63s, as: …}", s.Uses))
	case reserved.MatchString(alias):
		doc.Report(path.Key("as"), "is an alias that Kargo gives by itself", "choose another one")
	}
	seen[alias] = true
}

// checkOutput reports a step that reads what another one says, if that is not there or can't be referred to.
func checkOutput(doc *strictyaml.Document, path strictyaml.Path, source *Step, uses, what string) {
	switch {
	case source == nil:
		doc.Report(path, fmt.Sprintf("needs %s before it, which says %s", uses, what), "add "+uses+", or write the config of this step")
	case source.Alias() == "":
		doc.Report(path, fmt.Sprintf("can't refer to the %s before it, which has no alias", uses), "add as to that step, for example as: "+aliases[uses])
	}
}

// stepChecker reports what the steps of Stages don't do that the file says elsewhere. What is said once for many Stages is
// reported once.
type stepChecker struct {
	p    *Pipeline
	doc  *strictyaml.Document
	seen map[strictyaml.Path]bool
}

// check looks at the steps of a service in the environment with an index.
func (c *stepChecker) check(service, environment int, d *Delivery) {
	s := &c.p.Services[service]
	steps := d.Steps(s)
	places := []strictyaml.Path{
		strictyaml.Path("services").Index(service).Key("environments").Key(d.Environment.Name).Key("promotion"),
		strictyaml.Path("services").Index(service).Key("promotion"),
		strictyaml.Path("environments").Index(environment).Key("promotion"),
		"promotion",
	}
	if d.Promotion.By == ByPullRequest && !HasStep(steps, StepOpenPR) {
		c.report(places, "by", fmt.Sprintf("is not what the steps of Stage %s do, which commit to the branch: none is %s", d.Stage, StepOpenPR),
			fmt.Sprintf("add %s and %s to them behind %s, or write by: %s for it", StepOpenPR, StepWaitForPR, StepPush, ByCommit))
	}
	if update := d.Promotion.ArgoCDUpdate; update != nil && *update && !HasStep(steps, StepArgoCD) {
		c.report(places, "argocdUpdate", fmt.Sprintf("is not what the steps of Stage %s do: none is %s", d.Stage, StepArgoCD),
			fmt.Sprintf("add %s to them, or write argocdUpdate: false for it", StepArgoCD))
	}
	for i := range steps {
		if steps[i].IsWritten() && steps[i].Uses == StepHelmChart && len(s.Charts) == 0 {
			c.report(places, "steps", fmt.Sprintf("has %s, and %s has no charts, which Kargo refuses in Stage %s", StepHelmChart, s.Name, d.Stage),
				"add charts to the service, or give it steps of its own")
		}
	}
}

// report reports a problem with a field of promotion, in the last of the places that has it.
func (c *stepChecker) report(places []strictyaml.Path, field, message, fix string) {
	for _, place := range places {
		at := place.Key(field)
		if !c.doc.Has(at) {
			continue
		}
		if !c.seen[at] {
			c.doc.Report(at, message, fix)
		}
		c.seen[at] = true
		return
	}
}
