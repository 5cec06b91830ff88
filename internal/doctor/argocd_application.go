package doctor

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

func applicationCheck() check {
	return check{
		name:  "argocd-application",
		looks: "the Applications that Stages change with argocd-update: whether they exist, their sync and their health",
		finds: "an Application that is missing, that Argo CD can't compare or has not synced, or that is unhealthy",
		needs: needApplications,
		find:  badApplications,
	}
}

// badApplications finds Applications that promotions would wait for in vain.
func badApplications(ctx context.Context, s *state) []finding {
	targets, ok := s.targets(ctx)
	if !ok {
		return nil
	}
	promoting := s.promoting()
	var all []finding
	for _, t := range targets {
		if t.selector != nil && len(t.objects) == 0 {
			all = append(all, finding{Finding: selectsNothing(t)})
		}
	}
	for _, app := range s.applications(targets) {
		switch {
		case app.object == nil:
			all = append(all, finding{Finding: s.missingApplication(ctx, app)})
		case promoting[app.stage.Name]:
			// It is meant to change right now.
		default:
			for _, f := range []*answers.Finding{uncompared(app), unhealthy(app), outOfSync(app)} {
				if f != nil {
					all = append(all, finding{Finding: *f})
					break // the others follow from it
				}
			}
		}
	}
	return all
}

// promoting returns the names of Stages that are being promoted to.
func (s *state) promoting() map[string]bool {
	names := map[string]bool{}
	for _, service := range s.Status.Services {
		for _, stage := range service.Stages {
			if stage.Promotion != nil {
				names[stage.Stage] = true
			}
		}
	}
	return names
}

func selectsNothing(t target) answers.Finding {
	return answers.Finding{
		Severity: answers.SeverityError, Subject: "Stage/" + t.stage.Name, Service: t.service, Environment: t.environment,
		What: fmt.Sprintf("Stage %s changes the Applications in namespace %s with the labels %s, and there are none.",
			t.stage.Name, t.namespace, chatops.Shorten(t.selector.String(), 200)),
		Why: "Kargo's step argocd-update fails, so that every promotion there does.",
		Fix: "Give the Applications those labels, or correct the selector in the Stage's argocd-update step.",
	}
}

func (s *state) missingApplication(ctx context.Context, app updated) answers.Finding {
	f := app.finding(answers.SeverityError)
	f.What = fmt.Sprintf("Stage %s changes Application %s in namespace %s, which does not exist.", app.stage.Name, app.name, app.namespace)
	f.Why = "Kargo's step argocd-update fails, so that every promotion there does."
	objects, _ := s.list(ctx, applicationKind, app.namespace)
	names := make([]string, len(objects))
	for i := range objects {
		names[i] = objects[i].GetName()
	}
	if guess, ok := nearest.Word(app.name, names); ok {
		f.What += fmt.Sprintf(" There is %s.", guess)
		f.Fix = fmt.Sprintf("Write %s in the argocd-update step of Stage %s, if that is the one. Or make the Application.", guess, app.stage.Name)
	} else {
		f.Fix = "Make the Application, with the repository, path and destination that it is to have; or correct its name in the Stage's argocd-update step."
	}
	f.Command = s.newApplication(app)
	return f
}

// newApplication is the Application that a Stage asks for, as far as its steps say.
func (s *state) newApplication(app updated) string {
	repo, path := "https://github.com/ORG/REPOSITORY.git", fmt.Sprintf("k8s/overlays/%s/%s", app.environment, app.service)
	for _, one := range s.steps(app.stage) {
		config, ok := configured[struct {
			RepoURL string `json:"repoURL"`
			Path    string `json:"path"`
		}](one)
		if !ok {
			continue
		}
		if known, ok := one.env.resolve(config.RepoURL); one.is("git-clone") && ok && known != "" {
			repo = bare(known)
		}
		if known, ok := one.env.resolve(config.Path); one.is("kustomize-set-image") && ok && strings.Contains(known, "/") {
			_, path, _ = strings.Cut(strings.TrimPrefix(known, "./"), "/") // below the folder that was checked out
		}
	}
	namespace := strings.Trim(app.service+"-"+app.environment, "-")
	return applied(map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
		"metadata": map[string]any{
			"name": app.name, "namespace": app.namespace,
			"annotations": map[string]any{authorizedStage: s.Project + ":" + app.stage.Name},
		},
		"spec": map[string]any{
			"project":     "default",
			"source":      map[string]any{"repoURL": repo, "path": path, "targetRevision": "HEAD"},
			"destination": map[string]any{"server": "https://kubernetes.default.svc", "namespace": namespace},
		},
	})
}

// uncompared finds an Application whose state Argo CD can't tell.
func uncompared(app updated) *answers.Finding {
	conditions, _, err := unstructured.NestedSlice(app.object.Object, "status", "conditions")
	if err != nil {
		return nil
	}
	for _, one := range conditions {
		condition, _ := one.(map[string]any)
		kind, _ := condition["type"].(string)
		message, _ := condition["message"].(string)
		if !strings.HasSuffix(kind, "Error") {
			continue
		}
		f := app.finding(answers.SeverityError)
		f.What = fmt.Sprintf("Argo CD can't work on Application %s (%s). It says: %s", app.name, kind, sentence(message))
		f.Why = "Nothing of it is rolled out until that is put right, and a promotion waits for it."
		f.Fix = "Mend what Argo CD names: mostly the repository, the path, or the credentials for it. Then have it look again."
		f.Command = fmt.Sprintf("kubectl -n %s annotate %s %s argocd.argoproj.io/refresh=hard --overwrite", app.namespace, plurals["Application"], app.name)
		return &f
	}
	return nil
}

// mostResources is how many resources of an Application are named.
const mostResources = 3

// unhealthy finds an Application that is.
func unhealthy(app updated) *answers.Finding {
	health := text(app.object, "status", "health", "status")
	if !isUnwell(health) {
		return nil
	}
	f := app.finding(answers.SeverityError)
	f.What = fmt.Sprintf("Application %s is %s.", app.name, strings.ToLower(health))
	if message := text(app.object, "status", "health", "message"); message != "" {
		f.What += " Argo CD says: " + sentence(message)
	}
	f.Why = "A promotion waits until it is healthy, and what is unhealthy may not serve."
	f.Fix = "Look at what is unhealthy in it."
	resources, _, err := unstructured.NestedSlice(app.object.Object, "status", "resources")
	if err != nil {
		return &f
	}
	var commands, names []string
	for _, one := range resources {
		resource, _ := one.(map[string]any)
		state, _, _ := unstructured.NestedString(resource, "health", "status")
		kind, _ := resource["kind"].(string)
		name, _ := resource["name"].(string)
		namespace, _ := resource["namespace"].(string)
		if !isUnwell(state) || kind == "" || name == "" || len(names) == mostResources {
			continue
		}
		names = append(names, kind+" "+name)
		if namespace != "" {
			namespace = shell(namespace)
		}
		commands = append(commands, fmt.Sprintf("kubectl%s describe %s %s", flagFor(namespace), shell(strings.ToLower(kind)), shell(name)))
	}
	if len(names) > 0 {
		f.Fix = fmt.Sprintf("Look at %s.", strings.Join(names, ", "))
		f.Command = strings.Join(commands, "\n")
	}
	return &f
}

// outOfSync finds an Application that is not what Git says.
func outOfSync(app updated) *answers.Finding {
	if text(app.object, "status", "sync", "status") != "OutOfSync" {
		return nil
	}
	f := app.finding(answers.SeverityWarning)
	f.What = fmt.Sprintf("Application %s is out of sync: what runs is not what Git says.", app.name)
	f.Why = "Promotions sync it, and what else has changed comes along unseen; or somebody has changed the cluster by hand."
	f.Fix = "See what differs in Argo CD, then sync it."
	// As `argocd app sync` does it: with the options of the Application, which an operation does not take by itself.
	operation, sync := map[string]any{}, map[string]any{}
	if options, found, err := unstructured.NestedStringSlice(app.object.Object, "spec", "syncPolicy", "syncOptions"); err == nil && found {
		sync["syncOptions"] = options
	}
	if retry, found, err := unstructured.NestedMap(app.object.Object, "spec", "syncPolicy", "retry"); err == nil && found {
		operation["retry"] = retry
	}
	operation["sync"] = sync
	_, f.Command = patched(app.ref(), types.MergePatchType, map[string]any{"operation": operation}, "")
	return &f
}
