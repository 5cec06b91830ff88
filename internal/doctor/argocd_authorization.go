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

// locked is an Application that does not let some Stages change it.
type locked struct {
	updated

	// stages are their names, and wants the entries that the annotation lacks.
	stages, wants []string
	// why says what is wrong with its annotation.
	why string
}

// authorizations finds Applications that their Stages may not change: each once, with all of them.
func authorizations(ctx context.Context, s *state) []finding {
	targets, ok := s.targets(ctx)
	if !ok {
		return nil
	}
	var all []finding
	var order []string
	byName := map[string]*locked{}
	for _, t := range targets {
		if t.selector != nil {
			all = append(all, s.unselected(t)...)
			continue
		}
		for _, o := range t.objects {
			why := refusal(o.GetAnnotations(), t.want())
			if why == "" {
				continue
			}
			key := t.namespace + "/" + o.GetName()
			if byName[key] == nil {
				byName[key] = &locked{updated: updated{t.placed, t.namespace, o.GetName(), o}, why: why}
				order = append(order, key)
			}
			byName[key].stages = append(byName[key].stages, t.stage.Name)
			byName[key].wants = append(byName[key].wants, t.want())
		}
	}
	bySet := map[string][]*locked{}
	for _, key := range order {
		if owner := byName[key].owner(); owner != "" {
			bySet[byName[key].namespace+"/"+owner] = append(bySet[byName[key].namespace+"/"+owner], byName[key])
		}
	}
	for _, key := range order {
		app := byName[key]
		f := finding{Finding: app.finding(answers.SeverityError)}
		f.What = fmt.Sprintf("Application %s in %s does not let %s change it: %s.", app.name, app.namespace, stagesInWords(app.stages), app.why)
		f.Why = "Kargo's step argocd-update is refused, so that every promotion there fails."
		owner := app.owner()
		switch of := bySet[app.namespace+"/"+owner]; {
		case owner == "":
			s.authorize(ctx, &f, app)
		case of[0] != app:
			continue // one template makes several Applications
		default:
			s.authorizeTemplate(ctx, &f, owner, of)
		}
		all = append(all, f)
	}
	return all
}

func stagesInWords(names []string) string {
	if len(names) == 1 {
		return "Stage " + names[0]
	}
	return "Stages " + strings.Join(names, ", ")
}

// owner returns the name of the ApplicationSet that makes the Application, if one does.
func (l *locked) owner() string {
	for _, ref := range l.object.GetOwnerReferences() {
		if ref.Kind == applicationSetKind.Kind {
			return ref.Name
		}
	}
	return ""
}

// unselected finds a Stage that may change none of the Applications that it selects. If it may change some, nobody knows
// which of the others are meant to be.
func (s *state) unselected(t target) []finding {
	allowed := len(t.allowed())
	switch {
	case len(t.objects) == allowed:
		return nil // also if there are none, which is another check's
	case allowed > 0:
		s.cannot(fmt.Sprintf("Stage %s selects Applications by their labels. %d of %d do not let it change them, and Kargo passes these over: whether they are meant to is not known.",
			t.stage.Name, len(t.objects)-allowed, len(t.objects)))
		return nil
	}
	f := finding{Finding: answers.Finding{
		Severity: answers.SeverityError, Subject: "Stage/" + t.stage.Name, Service: t.service, Environment: t.environment,
		What: fmt.Sprintf("Stage %s changes the Applications in %s with the labels %s, and none of them (%s) lets it.",
			t.stage.Name, t.namespace, chatops.Shorten(t.selector.String(), 200), chatops.Count(len(t.objects), "Application")),
		Why: "Kargo's step argocd-update is refused, so that every promotion there fails.",
		Fix: fmt.Sprintf("Add %s to the annotation %s of those that are the Stage's, or to the templates that make them.", t.want(), authorizedStage),
	}}
	return []finding{f}
}

// authorized takes the annotation apart as Kargo does (AuthorizedStages in pkg/api/stage.go of v1.11.2): into entries
// that it reads, and bad ones, of which a single one makes it refuse all.
func authorized(value string) (entries, bad []string) {
	for one := range strings.SplitSeq(value, ",") {
		project, stage, _ := strings.Cut(one, ":")
		project, stage = strings.TrimSpace(project), strings.TrimSpace(stage)
		switch {
		case strings.TrimSpace(one) == "":
		case project == "" || stage == "" || strings.Contains(one, "*"):
			bad = append(bad, strings.TrimSpace(one))
		default:
			entries = append(entries, project+":"+stage)
		}
	}
	return entries, bad
}

// refusal says what is wrong with the annotations; empty if they have what is wanted.
func refusal(annotations map[string]string, want string) string {
	if value, ok := annotations[authorizedStage]; ok {
		entries, bad := authorized(value)
		says := fmt.Sprintf("its annotation says %q", chatops.Shorten(value, chatops.MaxQuoted))
		switch {
		case len(bad) > 0 && strings.Contains(bad[0], "*"):
			return says + ", and as patterns no longer count, Kargo refuses all of it"
		case len(bad) > 0:
			return fmt.Sprintf("%s, and as %q is not <project>:<stage>, Kargo refuses all of it", says, chatops.Shorten(bad[0], chatops.MaxQuoted))
		case slices.Contains(entries, want):
			return ""
		default:
			return says
		}
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
func (s *state) authorize(ctx context.Context, f *finding, app *locked) {
	annotations := app.object.GetAnnotations()
	value, dropped := s.joined(ctx, annotations[authorizedStage], app)
	says := fmt.Sprintf("Set %s=%s on Application %s.", authorizedStage, value, app.name)
	if len(dropped) > 0 {
		says += fmt.Sprintf(" That leaves out %s, which names no Stage.", strings.Join(dropped, ", "))
	}
	f.Fix = "Set the annotation."
	f.repair, _ = patched(app.ref(), types.JSONPatchType, annotating("/metadata", annotations, authorizedStage, value), says)
	_, f.Command = annotated(app.ref(), authorizedStage, value, "")
}

// joined adds the Stages to those that an Application's annotation names. All of these stay, but for what makes Kargo
// refuse the whole, and what was meant to be one of the Stages: nearly its name, and no Stage's.
func (s *state) joined(ctx context.Context, value string, app *locked) (joined string, dropped []string) {
	entries, dropped := authorized(value)
	objects, _ := s.list(ctx, stageKind, s.Namespace)
	var keep []string
	for _, one := range entries {
		project, stage, _ := strings.Cut(one, ":")
		_, near := nearest.Word(stage, app.stages)
		exists := slices.ContainsFunc(objects, func(o unstructured.Unstructured) bool { return o.GetName() == stage })
		if project == s.Project && near && !exists {
			dropped = append(dropped, one)
		} else if !slices.Contains(keep, one) {
			keep = append(keep, one)
		}
	}
	for _, want := range app.wants {
		if !slices.Contains(keep, want) {
			keep = append(keep, want)
		}
	}
	return strings.Join(keep, ","), dropped
}
