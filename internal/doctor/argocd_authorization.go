package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// authorizedStage is the annotation by which an Application lets a Stage change it: "<project>:<stage>", or several,
// with commas between, from Kargo 1.11 on (internal/controller/promotion/argocd of v1.11.2).
const authorizedStage = "kargo.akuity.io/authorized-stage"

func authorizationCheck() check {
	return check{
		name:  "argocd-authorization",
		looks: "the annotation " + authorizedStage + " of each Application that a Stage changes with argocd-update",
		finds: "an Application, or the template of its ApplicationSet, that lacks the annotation, misspells it, or names another Stage",
		needs: needApplications,
		fixes: "the annotation is set on the Application, or on the template of the ApplicationSet that makes it",
		find:  authorizations,
	}
}

// authorizations finds Applications that their Stage may not change.
func authorizations(ctx context.Context, s *state) []finding {
	applications, ok := s.applications(ctx)
	if !ok {
		return nil
	}
	var all []finding
	commands := map[string]bool{}
	for _, app := range applications {
		if app.object == nil {
			continue // another check's
		}
		want := s.Project + ":" + app.stage.Name
		what := lacking(app.object.GetAnnotations(), want)
		if what == "" {
			continue
		}
		f := finding{Finding: app.finding(answers.SeverityError)}
		f.What = fmt.Sprintf("Application %s in %s does not let Stage %s change it: %s.", app.name, app.namespace, app.stage.Name, what)
		f.Why = "Kargo's step argocd-update is refused, so that every promotion there fails."
		s.authorize(ctx, &f, app, applications)
		if f.Command != "" && commands[f.Command] {
			continue // one template makes several Applications
		}
		commands[f.Command] = true
		all = append(all, f)
	}
	return all
}

// lacking says what is wrong with the annotations; empty if they have what is wanted.
func lacking(annotations map[string]string, want string) string {
	if value, ok := annotations[authorizedStage]; ok {
		for one := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(one) == want {
				return ""
			}
		}
		if strings.ContainsAny(value, "*?") {
			return fmt.Sprintf("its annotation says %q, and patterns don't count", chatops.Shorten(value, chatops.MaxQuoted))
		}
		return fmt.Sprintf("its annotation says %q", chatops.Shorten(value, chatops.MaxQuoted))
	}
	var keys []string
	for key := range annotations {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if guess, ok := nearest.Word(authorizedStage, keys); ok {
		return fmt.Sprintf("its annotation is called %s instead of %s", guess, authorizedStage)
	}
	return "it lacks the annotation " + authorizedStage
}

// authorize says how the annotation gets there.
func (s *state) authorize(ctx context.Context, f *finding, app updated, applications []updated) {
	want, owner := s.Project+":"+app.stage.Name, ""
	for _, ref := range app.object.GetOwnerReferences() {
		if ref.Kind == applicationSetKind.Kind {
			owner = ref.Name
		}
	}
	if owner == "" {
		value := s.joined(app, applications, want)
		f.Fix = "Set the annotation."
		f.repair, f.Command = annotated(app.ref(), authorizedStage, value,
			fmt.Sprintf("Set %s=%s on Application %s.", authorizedStage, value, app.name))
		return
	}
	f.Subject = "ApplicationSet/" + owner
	f.Fix = fmt.Sprintf("Set the annotation in the template of ApplicationSet %s, which makes this Application and would undo it there: "+
		"spec.template.metadata.annotations, %s: %s, with its parameters for what differs.", owner, authorizedStage, want)
	set, ok := s.get(ctx, applicationSetKind, app.namespace, owner)
	if !ok || set == nil {
		return
	}
	template, ok := templated(set, app.name, want)
	if !ok {
		return
	}
	f.Fix = fmt.Sprintf("Set the annotation in the template of ApplicationSet %s, which makes this Application and would undo it there.", owner)
	f.repair, f.Command = patched(object{applicationSetKind, app.namespace, owner}, types.MergePatchType, map[string]any{
		"spec": map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": map[string]any{authorizedStage: template}}}},
	}, fmt.Sprintf("Set %s=%s in the template of ApplicationSet %s.", authorizedStage, template, owner))
}

// joined adds the Stage to those that an Application's annotation names. Those stay that are of other projects, or that
// change the Application, too; what never counts, and a Stage that was meant to be this one, go.
func (s *state) joined(app updated, applications []updated, want string) string {
	var keep []string
	for one := range strings.SplitSeq(app.object.GetAnnotations()[authorizedStage], ",") {
		one = strings.TrimSpace(one)
		project, stage, ok := strings.Cut(one, ":")
		if !ok || project == "" || stage == "" || strings.ContainsAny(one, "*?{ ") {
			continue
		}
		changes := slices.ContainsFunc(applications, func(u updated) bool {
			return u.stage.Name == stage && u.namespace == app.namespace && u.name == app.name
		})
		if project != s.Project || changes || !s.whole {
			keep = append(keep, one)
		}
	}
	return strings.Join(append(keep, want), ",")
}

// templated returns the annotation as the template of an ApplicationSet has to say it: with the name of the Application
// as the template makes it, in place of that name. It reports false if the Stage's name is not made of it: then
// somebody has to say which parameters the Stage's name is made of.
func templated(set *unstructured.Unstructured, application, want string) (string, bool) {
	project, stage, _ := strings.Cut(want, ":")
	name := text(set, "spec", "template", "metadata", "name")
	if before, rest, ok := strings.Cut(stage, application); ok && name != "" {
		return project + ":" + before + name + rest, true
	}
	// An Application red-production-app, made by {{service}}-production-app, of Stage red-production.
	if before, rest, ok := strings.Cut(application, stage); ok {
		inner, isPrefixed := strings.CutPrefix(name, before)
		inner, isSuffixed := strings.CutSuffix(inner, rest)
		if isPrefixed && isSuffixed && strings.Contains(inner, "{{") {
			return project + ":" + inner, true
		}
	}
	return "", false
}
