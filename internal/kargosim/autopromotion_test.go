package kargosim_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// publish puts a new image of red in the registry and asks a Warehouse to look.
func (s *simulation) publish(t *testing.T, warehouse, tag string) {
	t.Helper()
	s.Registry.Push(s.spec.Repository("red"), s.spec.Pushed("red", world.Image{
		Tag: tag, Commit: strings.Repeat("c", 40), At: time.Now(),
	}))
	s.refresh(t, warehouse)
}

// refresh asks a Warehouse to look and waits until it has.
func (s *simulation) refresh(t *testing.T, name string) *kargo.Warehouse {
	t.Helper()
	warehouse := &kargo.Warehouse{}
	if err := s.admin.Get(t.Context(), key(name), warehouse); err != nil {
		t.Fatal(err)
	}
	token := time.Now().Format(time.RFC3339Nano)
	annotate(t, s.admin, warehouse, kargo.AnnotationKeyRefresh, token)
	eventually(t, name+" is refreshed", func() bool {
		if err := s.admin.Get(t.Context(), key(name), warehouse); err != nil {
			t.Fatal(err)
		}
		return warehouse.Status.LastHandledRefresh == token
	})
	return warehouse
}

// runs reports whether the Stage runs the service's image with that tag.
func (s *simulation) runs(t *testing.T, stage, tag string) bool {
	t.Helper()
	current := s.stage(t, stage).Status.Current()
	if current == nil {
		return false
	}
	for _, reference := range current.Freight {
		return reference.Images[0].Tag == tag
	}
	return false
}

func TestNewImageIsPromotedAutomatically(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.publish(t, "red-releases", "3.3.0")
	made := s.freightOf(t, "red", "3.3.0")
	if made.Images[0].Annotations[world.AnnotationRevision] != strings.Repeat("c", 40) || made.Origin.Name != "red-releases" {
		t.Errorf("made %+v", made)
	}
	eventually(t, "staging runs it", func() bool { return s.runs(t, "red-staging", "3.3.0") })
	eventually(t, "staging has verified it", func() bool {
		_, verified := s.freightOf(t, "red", "3.3.0").Status.VerifiedIn["red-staging"]
		return verified
	})
	automatic := s.promotion(t, s.stage(t, "red-staging").Status.LastPromotion.Name)
	if actor, ok := automatic.Annotations[kargo.AnnotationKeyCreateActor]; ok {
		t.Errorf("an automatic Promotion is by %q", actor)
	}
	if s.runs(t, "red-production", "3.3.0") {
		t.Error("production was promoted to automatically")
	}
	promote(t, s.admin, "red-production", made.Name)
	eventually(t, "production runs it", func() bool { return s.runs(t, "red-production", "3.3.0") })
	if n := s.promotionsTo(t, "red-staging", made.Name); n != 1 {
		t.Errorf("%d Promotions of it to staging", n)
	}
}

func (s *simulation) promotionsTo(t *testing.T, stage, freight string) int {
	t.Helper()
	var list kargo.PromotionList
	if err := s.admin.List(t.Context(), &list, client.InNamespace(project), client.MatchingLabels{kargo.LabelKeyStage: stage}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, promotion := range list.Items {
		if promotion.Spec.Freight == freight {
			n++
		}
	}
	return n
}

func TestRollbackHoldsAutoPromotion(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.allow(t, "octocat", rule("stages", "promote"), rule("promotions", "create", "get"))
	octocat := s.client(t, "octocat")
	newest, older := s.release(t, "red", 0), s.release(t, "red", 1)
	back := promote(t, octocat, "red-staging", older.Name)
	const origin = "Warehouse/red-releases"
	if back.Annotations[kargo.AnnotationKeyAutoPromotionHold] != origin {
		t.Errorf("annotated with %v", back.Annotations)
	}
	s.ends(t, back)
	var stage *kargo.Stage
	eventually(t, "auto-promotion is held", func() bool {
		stage = s.stage(t, "red-staging")
		_, held := stage.Status.EffectiveAutoPromotionHolds[origin]
		return held && stage.Status.Current().Includes(older.Name)
	})
	hold := stage.Status.EffectiveAutoPromotionHolds[origin]
	if hold.FreightName != older.Name || hold.PromotionName != back.Name || hold.Actor != "kubernetes:octocat" {
		t.Errorf("held by %+v", hold)
	}
	s.publish(t, "red-releases", "3.3.0")
	made := s.freightOf(t, "red", "3.3.0")
	annotate(t, s.admin, stage, kargo.AnnotationKeyRefresh, "after-3.3.0")
	eventually(t, "the Stage has seen it", func() bool {
		return s.stage(t, "red-staging").Status.LastHandledRefresh == "after-3.3.0"
	})
	if n := s.promotionsTo(t, "red-staging", made.Name) + s.promotionsTo(t, "red-staging", newest.Name); n != 1 {
		t.Errorf("%d Promotions of newer Freight while held, want only the one before", n)
	}

	forward := newPromotion("red-staging", "")
	forward.Spec.Origin = &older.Origin
	if err := octocat.Create(t.Context(), forward); err != nil {
		t.Fatal(err)
	}
	if forward.Spec.Freight != made.Name || forward.Annotations[kargo.AnnotationKeyAutoPromotionResume] != origin {
		t.Errorf("by origin: %+v", forward)
	}
	s.ends(t, forward)
	eventually(t, "the hold is gone", func() bool {
		stage = s.stage(t, "red-staging")
		return len(stage.Status.EffectiveAutoPromotionHolds) == 0 && len(stage.Status.AutoPromotionHolds) == 0 &&
			stage.Status.LastPromotion.Name == forward.Name
	})
	// What was discovered in the same second counts as equally new.
	eventually(t, "the next second", func() bool { return time.Since(made.DiscoveredAt.Time) > time.Second })
	s.publish(t, "red-releases", "3.4.0")
	eventually(t, "auto-promotion goes on", func() bool { return s.runs(t, "red-staging", "3.4.0") })
}

func TestFailedFreightIsNotPromotedAgain(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.Outcomes.FailStep(key("red-staging"), 4, "no")
	s.publish(t, "red-releases", "3.3.0")
	made := s.freightOf(t, "red", "3.3.0")
	eventually(t, "it failed", func() bool {
		last := s.stage(t, "red-staging").Status.LastPromotion
		return last.Freight.Name == made.Name && last.Status.Phase == kargo.PromotionPhaseFailed
	})
	stage := s.stage(t, "red-staging")
	annotate(t, s.admin, stage, kargo.AnnotationKeyRefresh, "again")
	eventually(t, "the Stage has looked again", func() bool {
		return s.stage(t, "red-staging").Status.LastHandledRefresh == "again"
	})
	if n := s.promotionsTo(t, "red-staging", made.Name); n != 1 {
		t.Errorf("promoted %d times", n)
	}
}

func TestWarehouseDiscovery(t *testing.T) {
	s := start(t, kargosim.Options{}, nil)
	s.publish(t, "red-dev", "sha-ccccccc")
	eventually(t, "development runs it", func() bool { return s.runs(t, "red-development", "sha-ccccccc") })
	s.publish(t, "red-dev", "nightly")
	if s.findFreight(t, "red", "nightly") != nil {
		t.Error("a tag that does not match made Freight")
	}
	s.publish(t, "red-releases", "2.9.9")
	if s.findFreight(t, "red", "2.9.9") != nil {
		t.Error("an older version made Freight")
	}
	warehouse := s.refresh(t, "red-releases")
	if warehouse.Status.LastFreightID != s.release(t, "red", 0).Name || !conditionIs(warehouse, "Ready", "True", "ArtifactsDiscovered") {
		t.Errorf("the Warehouse: %+v", warehouse.Status)
	}
	for name, test := range map[string]struct {
		image           kargo.ImageSubscription
		reason, message string
	}{
		"allowTags": {
			kargo.ImageSubscription{RepoURL: s.spec.Repository("red"), ImageSelectionStrategy: "NewestBuild", AllowTags: "^sha-.*"},
			"DiscoveryFailure", "AllowTags is deprecated and unsupported as of v1.11.0; use AllowTagsRegexes instead",
		},
		"nothing": {
			kargo.ImageSubscription{RepoURL: "quay.io/davidaparicio/nothing"},
			"MissingImageReferences", `No references discovered for image repository "quay.io/davidaparicio/nothing"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			made := &kargo.Warehouse{
				ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: strings.ToLower(name)},
				Spec:       kargo.WarehouseSpec{Subscriptions: []kargo.RepoSubscription{{Image: &test.image}}},
			}
			if err := s.admin.Create(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the Warehouse says so", func() bool {
				if err := s.admin.Get(t.Context(), client.ObjectKeyFromObject(made), made); err != nil {
					t.Fatal(err)
				}
				return conditionIs(made, "Ready", "False", test.reason)
			})
			if says := meta.FindStatusCondition(made.Status.Conditions, "Ready").Message; !strings.Contains(says, test.message) {
				t.Errorf("it says %q", says)
			}
		})
	}
}

func conditionIs(warehouse *kargo.Warehouse, kind, status, reason string) bool {
	for _, c := range warehouse.Status.Conditions {
		if c.Type == kind {
			return string(c.Status) == status && c.Reason == reason
		}
	}
	return false
}

func TestControlFlowStagePassesFreightOn(t *testing.T) {
	s := start(t, kargosim.Options{}, func(service, environment string, stage *kargo.Stage) {
		if service == "red" && environment == world.Production {
			stage.Spec.PromotionTemplate = nil
		}
	})
	eventually(t, "it has verified what staging has", func() bool {
		_, passed := s.release(t, "red", 0).Status.VerifiedIn["red-production"]
		return passed && isTrue(s.stage(t, "red-production"), kargo.ConditionTypeReady)
	})
	if got := s.stage(t, "red-production").Status.FreightSummary; got != "N/A" {
		t.Errorf("it runs %q", got)
	}
}
