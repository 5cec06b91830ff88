package doctor

import (
	"context"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func namespaceCheck() check {
	return check{
		name:  "project-namespace",
		looks: "the namespace of the Project and its label " + kargoapi.LabelKeyProject,
		finds: "a namespace that is missing, or not labelled as a Project's",
		needs: needCluster,
		fixes: "the label is set, if there is a Project of that name",
		find:  badNamespace,
	}
}

// badNamespace finds a namespace that Kargo does not take for a Project's.
func badNamespace(ctx context.Context, s *state) []finding {
	namespace, ok := s.get(ctx, namespaceKind, "", s.Namespace)
	switch {
	case !ok:
		return nil
	case namespace == nil:
		return []finding{{Finding: answers.Finding{
			Severity: answers.SeverityError, Subject: "Namespace/" + s.Namespace,
			What: fmt.Sprintf("There is no namespace %s.", s.Namespace),
			Why:  "Everything of the Project is to be in it. The configuration may mean another cluster, or misspell the project.",
			Fix:  "Make the Project, which makes its namespace; or correct the configuration.",
			Command: applied(map[string]any{
				"apiVersion": kargoapi.GroupVersion.String(), "kind": "Project", "metadata": map[string]any{"name": s.Project},
			}),
		}}}
	case namespace.GetLabels()[kargoapi.LabelKeyProject] == kargoapi.LabelValueTrue:
		return nil
	}
	f := finding{Finding: answers.Finding{
		Severity: answers.SeverityError, Subject: "Namespace/" + s.Namespace,
		What: fmt.Sprintf("Namespace %s lacks the label %s: %q.", s.Namespace, kargoapi.LabelKeyProject, kargoapi.LabelValueTrue),
		Why:  "Kargo does not take it for a Project's: it refuses the Project, and every Promotion in it.",
		Fix:  fmt.Sprintf("If it is a Project's, set the label %s=%s. If not, correct the project in the configuration.", kargoapi.LabelKeyProject, kargoapi.LabelValueTrue),
	}}
	// The name may be of another namespace, which must not become a Project's by mistake. The bot may not read Projects.
	if !s.Person {
		return []finding{f}
	}
	if project, ok := s.get(ctx, projectKind, "", s.Project); !ok || project == nil {
		return []finding{f}
	}
	f.Fix = "Set the label."
	f.repair, f.Command = labelled(object{namespaceKind, "", s.Namespace}, kargoapi.LabelKeyProject, kargoapi.LabelValueTrue,
		fmt.Sprintf("Set the label %s=%s on namespace %s.", kargoapi.LabelKeyProject, kargoapi.LabelValueTrue, s.Namespace))
	return []finding{f}
}
