package generate

import (
	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

// stepWriter writes the steps of one Stage.
type stepWriter struct {
	p *manifests.Pipeline
	s *manifests.Service
	d *manifests.Delivery
	// list are the steps to write.
	list []manifests.Step
	// verbatim says that a step is written as the file has it, whose expressions may want to know where they are.
	verbatim bool
}

func newStepWriter(p *manifests.Pipeline, s *manifests.Service, d *manifests.Delivery) *stepWriter {
	w := &stepWriter{p: p, s: s, d: d, list: d.Promotion.Steps}
	if w.list == nil {
		w.list = w.usual()
	}
	return w
}

// steps returns the steps of the Stage.
func (w *stepWriter) steps() List {
	out := make(List, len(w.list))
	for i := range w.list {
		out[i] = w.step(&w.list[i])
	}
	return out
}

// usual returns the steps of a file that names none: the guide's, and what by, helm, charts and argocdUpdate say.
func (w *stepWriter) usual() []manifests.Step {
	promotion := w.d.Promotion
	names := []string{manifests.StepClone}
	if promotion.Helm != nil {
		names = append(names, manifests.StepHelmImage)
	} else {
		names = append(names, manifests.StepKustomizeImage)
	}
	if len(w.s.Charts) > 0 {
		names = append(names, manifests.StepHelmChart)
	}
	names = append(names, manifests.StepCommit, manifests.StepPush)
	if promotion.By == manifests.ByPullRequest {
		names = append(names, manifests.StepOpenPR, manifests.StepWaitForPR)
	}
	if w.updatesArgoCD() {
		names = append(names, manifests.StepArgoCD)
	}
	steps := make([]manifests.Step, len(names))
	for i, name := range names {
		steps[i].Uses = name
	}
	return steps
}

// updatesArgoCD: where promotions are automatic, Argo CD synchronises by itself.
func (w *stepWriter) updatesArgoCD() bool {
	if update := w.d.Promotion.ArgoCDUpdate; update != nil {
		return *update
	}
	return !w.d.AutoPromote
}

// aliases are those of the steps that others refer to.
var aliases = map[string]string{
	manifests.StepKustomizeImage: "set-image", manifests.StepHelmImage: "set-image", manifests.StepHelmChart: "set-chart",
	manifests.StepCommit: "commit", manifests.StepPush: "push", manifests.StepOpenPR: "open-pr",
}

func (w *stepWriter) step(s *manifests.Step) Object {
	written := s.Config == nil && s.Task == nil
	o := make(Object, 0, 4)
	switch {
	case s.Task != nil:
		o = append(o, Field{"task", Object{{"name", s.Task.Name}, {"kind", s.Task.Kind}}})
	case written && s.Uses == manifests.StepHelmImage:
		o = append(o, Field{"uses", "yaml-update"})
	default:
		o = append(o, Field{"uses", s.Uses})
	}
	if alias := w.alias(s, written); alias != "" {
		o = append(o, Field{"as", alias})
	}
	if s.If != "" {
		o = append(o, Field{"if", s.If})
	}
	if s.ContinueOnError {
		o = append(o, Field{"continueOnError", true})
	}
	if s.Retry != nil {
		o = append(o, Field{"retry", retry(s.Retry)})
	}
	if len(s.Vars) > 0 {
		o = append(o, Field{"vars", sorted(s.Vars)})
	}
	if written {
		return append(o, Field{"config", w.config(s.Uses)})
	}
	w.verbatim = true
	if len(s.Config) > 0 {
		o = append(o, Field{"config", map[string]any(s.Config)})
	}
	return o
}

func (w *stepWriter) alias(s *manifests.Step, written bool) string {
	if s.As != "" || !written {
		return s.As
	}
	return aliases[s.Uses]
}

// aliasOf returns the alias of the step of a name, for expressions that refer to what it did.
func (w *stepWriter) aliasOf(name string) string {
	for i := range w.list {
		if s := &w.list[i]; s.Uses == name && s.As != "" {
			return s.As
		}
	}
	return aliases[name]
}

func (w *stepWriter) has(name string) bool {
	for i := range w.list {
		if w.list[i].Uses == name {
			return true
		}
	}
	return false
}

func retry(r *manifests.Retry) Object {
	o := Object{}
	if r.Timeout > 0 {
		o = append(o, Field{"timeout", r.Timeout.String()})
	}
	if r.ErrorThreshold > 0 {
		o = append(o, Field{"errorThreshold", r.ErrorThreshold})
	}
	return o
}
