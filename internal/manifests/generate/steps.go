package generate

import (
	"maps"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
)

// stepWriter writes the steps of one Stage.
type stepWriter struct {
	p *manifests.Pipeline
	s *manifests.Service
	d *manifests.Delivery
	// list are the steps to write.
	list []manifests.Step
	// verbatim says that something is written as the file has it, whose expressions may want to know where they are.
	verbatim bool
}

func newStepWriter(p *manifests.Pipeline, s *manifests.Service, d *manifests.Delivery) *stepWriter {
	return &stepWriter{p: p, s: s, d: d, list: d.Steps(s)}
}

// steps returns the steps of the Stage.
func (w *stepWriter) steps() List {
	out := make(List, len(w.list))
	for i := range w.list {
		out[i] = w.step(i)
	}
	return out
}

func (w *stepWriter) step(index int) Object {
	s := &w.list[index]
	written := s.IsWritten()
	o := make(Object, 0, 4)
	switch {
	case s.Task != nil:
		o = append(o, Field{"task", Object{{"name", s.Task.Name}, {"kind", s.Task.Kind}}})
	case written && s.Uses == manifests.StepHelmImage:
		o = append(o, Field{"uses", "yaml-update"})
	default:
		o = append(o, Field{"uses", s.Uses})
	}
	if alias := s.Alias(); alias != "" {
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
	w.verbatim = w.verbatim || !written || w.asks(s)
	if written {
		return append(o, Field{"config", w.config(index)})
	}
	if len(s.Config) > 0 {
		o = append(o, Field{"config", map[string]any(s.Config)})
	}
	return o
}

// asks reports whether a step, which may be one that is written, has an expression of the file's own, which may want to
// know where it is.
func (w *stepWriter) asks(s *manifests.Step) bool {
	if s.If != "" || slices.ContainsFunc(slices.Collect(maps.Values(s.Vars)), isExpression) {
		return true
	}
	settings := w.d.Promotion.PullRequest
	return s.IsWritten() && s.Uses == manifests.StepOpenPR && settings != nil &&
		(isExpression(settings.Title) || slices.ContainsFunc(settings.Labels, isExpression))
}

// isExpression reports whether Kargo evaluates a text.
func isExpression(s string) bool { return strings.Contains(s, "${{") || strings.Contains(s, "${%") }

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
