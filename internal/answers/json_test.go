package answers_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

var (
	starfish = answers.Freight{Name: "e72fb09c", Alias: "rafting-starfish", Version: "3.2.0", Origin: "Warehouse/red"}
	walrus   = answers.Freight{Name: "2873e6b6", Version: "3.1.0", Origin: "Warehouse/red"}
)

// TestTheNamesOfFieldsAreStable has every field of every answer: programs rely on their names.
func TestTheNamesOfFieldsAreStable(t *testing.T) {
	promotion := answers.PromotionStatus{
		Name: "p", Freight: starfish, Phase: "Failed", Step: 2, Steps: 5, StepName: "git-push", StepStartedAt: noon, Message: "no",
		CreatedAt: noon, StartedAt: noon, FinishedAt: noon,
	}
	version := &answers.ArtifactVersion{Version: "3.2.0", Digest: "sha256:aa", Revision: "8d2f6b2", Branch: "main"}
	place := []answers.FreightPlace{{Environment: "staging", Stage: "red-staging", Since: noon}}
	for name, answer := range map[string]any{
		"status": answers.Status{Projects: []answers.ProjectStatus{{
			Project: "microsvcs", Environments: []string{"staging", "production"}, Services: []answers.ServiceStatus{{
				Service: "red", Stages: []answers.StageStatus{{Environment: "staging"}, {
					Environment: "production", Stage: "red-production", Unpromotable: true,
					Running: []answers.RunningFreight{{Freight: walrus, Since: noon}}, Health: "Unhealthy", Issues: []string{"crash"},
					Verification: &answers.Verification{ID: "v", Phase: "Failed", Message: "no", StartedAt: noon, FinishedAt: noon},
					Promotion:    &promotion, Queued: []answers.PromotionStatus{{Name: "q", Freight: starfish, Phase: "Pending"}}, Last: &promotion,
					Waiting: []answers.Freight{starfish}, Soaking: []answers.SoakingFreight{{Freight: starfish, Until: noon}},
					AutoPromotion: true, Holds: []answers.Hold{{Origin: "Warehouse/red", Freight: walrus, Since: noon, By: "hubot"}},
				}},
			}},
		}}},
		"freight": answers.FreightList{Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", Freight: []answers.ListedFreight{
			{Freight: starfish, DiscoveredAt: noon, In: place, VerifiedIn: place, ApprovedFor: place, Going: &answers.Going{There: true, Available: true, Why: "no", At: noon}},
			{Freight: walrus},
		}},
		"history": answers.History{Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", Promotions: []answers.PastPromotion{{
			Promotion: "p", Shipment: "s", Freight: starfish, Rollback: true, By: "octocat", Reason: "why", Phase: "Failed", Message: "no",
			CreatedAt: noon, StartedAt: noon, FinishedAt: noon.Add(time.Minute), DurationSeconds: 60,
		}, {Freight: walrus, Phase: "Failed"}}},
		"identity": answers.Identity{Source: "slack", ID: "T01/U42", Username: "octocat", Groups: []string{"acme:web"}, Email: "octocat@acme.dev", Projects: []answers.Rights{
			{Project: "microsvcs", Roles: []string{"promoter"}, All: true, AllBy: "promoter"},
			{Project: "billing", May: []answers.StageRight{{Service: "red", Environment: "production", Stage: "red-production", By: "promoter"}}, Asked: 1, NotAsked: 2},
		}},
		"diff": answers.Diff{
			Project: "microsvcs", Service: "red", Environment: "production", Stage: "red-production", From: &walrus, To: &starfish,
			OtherEnvironment: "staging", OtherStage: "red-staging", There: true, Lacks: "no", Same: 1,
			Changes: []answers.ArtifactChange{{Kind: "image", Artifact: "quay.io/acme/red", From: version, To: version}},
		},
		"manifests": answers.Manifests{
			Repository: "acme/gitops", Commit: "8d2f6b2", Branch: "main", Path: "k8s/overlays/production/red", Unchanged: 3, Lines: 8, Note: "no",
			Changed: []answers.ManifestChange{{Kind: "Deployment", Namespace: "red", Name: "red", Diff: "@@ -1 +1 @@\n-a\n+b\n", Added: 1, Removed: 1}},
		},
		"diagnosis": answers.Diagnosis{Service: "red", Projects: []string{"microsvcs"}, Stages: 3, Warehouses: 2, Checks: []string{"health"}, Findings: []answers.Finding{{
			Check: "health", Severity: answers.SeverityError, Project: "microsvcs", Subject: "Stage/red-production", Service: "red", Environment: "production",
			Looked: "looked", What: "what", Why: "why", Fix: "fix", Command: "command", Fixable: true,
		}}, NotLooked: []answers.NotLooked{{Check: "clock", Project: "microsvcs", Why: "why"}}},
	} {
		data, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, name+".json", string(data)+"\n")
	}
}
