package kargo_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// samplePromotion is a finished Promotion of five steps, as the API server sends it.
func samplePromotion(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/promotion.json")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func decodePromotion(tb testing.TB, data []byte) *kargoapi.Promotion {
	tb.Helper()
	var p kargoapi.Promotion
	if err := json.Unmarshal(data, &p); err != nil {
		tb.Fatal(err)
	}
	return &p
}

func transform[T any](t *testing.T, o T) T {
	t.Helper()
	out, err := kargo.Transform(o)
	if err != nil {
		t.Fatal(err)
	}
	return out.(T)
}

func TestTransformKeepsWhatIsReadOfAPromotion(t *testing.T) {
	whole := decodePromotion(t, samplePromotion(t))
	got := transform(t, decodePromotion(t, samplePromotion(t)))

	want := &kargoapi.Promotion{TypeMeta: whole.TypeMeta, ObjectMeta: *whole.ObjectMeta.DeepCopy()}
	want.ManagedFields, want.OwnerReferences = nil, nil
	want.Spec.Stage, want.Spec.Freight = whole.Spec.Stage, whole.Spec.Freight
	for _, step := range whole.Spec.Steps {
		want.Spec.Steps = append(want.Spec.Steps, kargoapi.PromotionStep{Uses: step.Uses, As: step.As})
	}
	want.Status.Phase = kargoapi.PromotionPhaseSucceeded
	want.Status.StartedAt, want.Status.FinishedAt = whole.Status.StartedAt, whole.Status.FinishedAt
	want.Status.CurrentStep, want.Status.LastHandledRefresh = whole.Status.CurrentStep, whole.Status.LastHandledRefresh
	want.Status.StepExecutionMetadata = whole.Status.StepExecutionMetadata
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(got.Labels) != 3 || len(got.Annotations) != 5 || len(got.Spec.Steps) != 5 || len(got.Status.StepExecutionMetadata) != 5 {
		t.Errorf("the sample is not what it was: %+v", got)
	}
}

func TestTransformSlimsAStage(t *testing.T) {
	config := &apiextensionsv1.JSON{Raw: []byte(`{"path":"./src"}`)}
	status := &kargoapi.PromotionStatus{
		Phase: kargoapi.PromotionPhaseSucceeded, State: config,
		Freight: &kargoapi.FreightReference{Name: starfish}, FreightCollection: &kargoapi.FreightCollection{ID: "1"},
	}
	stage := running(newStage("red-production", direct), newFreight(starfish, "3.2.0", 0))
	stage.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kargo"}}
	stage.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"}
	stage.Spec.Vars = []kargoapi.ExpressionVariable{{Name: "a"}}
	stage.Spec.PromotionTemplate.Spec.Vars = []kargoapi.ExpressionVariable{{Name: "b"}}
	stage.Spec.PromotionTemplate.Spec.Steps = []kargoapi.PromotionStep{{Uses: "git-clone", As: "clone", If: "x", Config: config}}
	stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	stage.Status.CurrentPromotion = &kargoapi.PromotionReference{Name: "p2", Status: status.DeepCopy()}
	stage.Status.LastPromotion = &kargoapi.PromotionReference{Name: "p1", Status: status.DeepCopy()}

	want := stage.DeepCopy()
	want.ManagedFields = nil
	want.Annotations = map[string]string{"kept": "yes"}
	want.Spec.Vars, want.Spec.PromotionTemplate.Spec.Vars = nil, nil
	want.Spec.PromotionTemplate.Spec.Steps = []kargoapi.PromotionStep{{Uses: "git-clone", As: "clone"}}
	slim := &kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseSucceeded}
	want.Status.CurrentPromotion.Status, want.Status.LastPromotion.Status = slim, slim

	got := transform(t, stage)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got.IsControlFlow() || !got.Status.Current().Includes(starfish) {
		t.Error("what decides about promotions is lost")
	}
}

func TestTransformOfAStageWithNothingInIt(t *testing.T) {
	empty := &kargoapi.Stage{Status: kargoapi.StageStatus{LastPromotion: &kargoapi.PromotionReference{Name: "p1"}}}
	if diff := cmp.Diff(empty.DeepCopy(), transform(t, empty)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTransformKeepsTheRestOfOtherKinds(t *testing.T) {
	managed := []metav1.ManagedFieldsEntry{{Manager: "kargo"}}
	freight := newFreight(starfish, "3.2.0", 0, named("rafting-starfish"), verifiedIn("red-staging"))
	freight.ManagedFields = managed
	freight.Images[0].Annotations = map[string]string{"org.opencontainers.image.revision": "8d2f6b2"}
	wantFreight := freight.DeepCopy()
	wantFreight.ManagedFields = nil
	if diff := cmp.Diff(wantFreight, transform(t, freight)); diff != "" {
		t.Errorf("Freight: -want +got\n%s", diff)
	}

	store := &kargoapi.Warehouse{Spec: kargoapi.WarehouseSpec{Shard: "x"}}
	store.ManagedFields = managed
	if got := transform(t, store); got.ManagedFields != nil || got.Spec.Shard != "x" {
		t.Errorf("Warehouse: %+v", got)
	}

	secret := &corev1.Secret{Data: map[string][]byte{"a": []byte("b")}}
	secret.ManagedFields = managed
	if got := transform(t, secret); len(got.ManagedFields) != 1 || len(got.Data) != 1 {
		t.Errorf("Secret: %+v", got)
	}
}
