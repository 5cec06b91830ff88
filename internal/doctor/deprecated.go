package doctor

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func deprecatedCheck() check {
	return check{
		name:  "deprecated",
		looks: "the promotion policies in the ProjectConfig",
		finds: "policies that name a Stage by the field `stage`, which Kargo replaces by `stageSelector`",
		needs: needCluster,
		scope: whole,
		find:  deprecated,
	}
}

// deprecated finds fields that still work, and will not for ever. Those of Warehouses are warehouses' to find.
func deprecated(ctx context.Context, s *state) []finding {
	config, ok := s.get(ctx, projectConfigKind, s.Namespace, s.Project)
	if !ok || config == nil {
		return nil
	}
	policies, _, err := unstructured.NestedSlice(config.Object, "spec", "promotionPolicies")
	if err != nil {
		return nil
	}
	var stages []string
	var changes []map[string]any
	for i, one := range policies {
		policy, _ := one.(map[string]any)
		stage, _ := policy["stage"].(string)
		if stage == "" || policy["stageSelector"] != nil {
			continue
		}
		stages = append(stages, stage)
		at := fmt.Sprintf("/spec/promotionPolicies/%d/", i)
		changes = append(changes,
			map[string]any{"op": "test", "path": at + "stage", "value": stage},
			map[string]any{"op": "remove", "path": at + "stage"},
			map[string]any{"op": "add", "path": at + "stageSelector", "value": map[string]any{"name": stage}})
	}
	if len(stages) == 0 {
		return nil
	}
	of := object{projectConfigKind, s.Namespace, s.Project}
	_, command := patched(of, types.JSONPatchType, changes, "")
	names := stages[:min(len(stages), mostNames)]
	return []finding{{Finding: answers.Finding{
		Severity: answers.SeverityInfo, Subject: "ProjectConfig/" + s.Project,
		What:    fmt.Sprintf("%d promotion policies name their Stage by the deprecated field `stage`: %s.", len(stages), strings.Join(names, ", ")),
		Why:     "A later Kargo will not read it, and then those Stages are no longer promoted to by themselves.",
		Fix:     "Write stageSelector: {name: …} instead.",
		Command: command,
	}}}
}
