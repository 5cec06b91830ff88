package doctor

import (
	"maps"
	"regexp"
	"strings"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// expression is Kargo's: ${{ vars.gitRepo }}.
var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// environment has the values of those expressions that mean the same in every Promotion: names of variables and of the
// Stage and Project.
type environment map[string]string

// environmentOf returns what is known in the steps of a Stage.
func environmentOf(project string, stage *kargoapi.Stage) environment {
	e := environment{"ctx.project": project, "ctx.stage": stage.Name}
	e.add(stage.Spec.Vars)
	if stage.Spec.PromotionTemplate != nil {
		e.add(stage.Spec.PromotionTemplate.Spec.Vars)
	}
	return e
}

// add adds variables, whose values may be made of those before them.
func (e environment) add(vars []kargoapi.ExpressionVariable) {
	for _, v := range vars {
		if value, ok := e.resolve(v.Value); ok {
			e["vars."+v.Name] = value
		} else {
			delete(e, "vars."+v.Name)
		}
	}
}

// with returns the environment of one step.
func (e environment) with(vars []kargoapi.ExpressionVariable) environment {
	if len(vars) == 0 {
		return e
	}
	own := maps.Clone(e)
	own.add(vars)
	return own
}

// resolve returns what a text with expressions comes to, and false if that depends on more than is known.
func (e environment) resolve(text string) (string, bool) {
	known := true
	out := expression.ReplaceAllStringFunc(text, func(found string) string {
		value, ok := e[expression.FindStringSubmatch(found)[1]]
		known = known && ok
		return value
	})
	return out, known && !strings.Contains(out, "${{")
}
