package kargo_test

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// indexing lets a fake client have the indexes that a cache has.
type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

// newLibrary returns a Catalogue of the guide's pipeline, or of others, over a cache with the objects.
func newLibrary(t *testing.T, objects []client.Object, pipelines ...kargo.Pipeline) *kargo.Catalogue {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{kargoapi.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
	if err := kargo.IndexPromotions(t.Context(), indexing{builder}); err != nil {
		t.Fatal(err)
	}
	if len(pipelines) == 0 {
		pipelines = []kargo.Pipeline{guide()}
	}
	return kargo.NewCatalogue(builder.Build(), pipelines)
}

// newPromotion returns a Promotion of Freight to a Stage, with five steps of which some have begun.
func newPromotion(name, stage, freight string, phase kargoapi.PromotionPhase, begun ...kargoapi.StepExecutionMetadata) *kargoapi.Promotion {
	p := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, CreationTimestamp: *ago(minutes(10))},
		Spec:       kargoapi.PromotionSpec{Stage: stage, Freight: freight},
		Status:     kargoapi.PromotionStatus{Phase: phase, StepExecutionMetadata: begun},
	}
	for _, uses := range []string{"git-clone", "kustomize-set-image", "git-commit", "git-push", "argocd-update"} {
		p.Spec.Steps = append(p.Spec.Steps, kargoapi.PromotionStep{Uses: uses})
	}
	if phase != kargoapi.PromotionPhasePending && phase != "" {
		p.Status.StartedAt = ago(minutes(9))
	}
	if phase.IsTerminal() {
		p.Status.FinishedAt = ago(minutes(7))
	}
	return p
}

// step is how a step of a Promotion went.
func step(status kargoapi.PromotionStepStatus, message string) kargoapi.StepExecutionMetadata {
	return kargoapi.StepExecutionMetadata{Status: status, Message: message, StartedAt: ago(minutes(8))}
}

// annotated adds an annotation.
func annotated(p *kargoapi.Promotion, key, value string) *kargoapi.Promotion {
	if p.Annotations == nil {
		p.Annotations = map[string]string{}
	}
	p.Annotations[key] = value
	return p
}

// in says that Freight runs in a Stage for so many minutes.
func in(stage string, n int) func(*kargoapi.Freight) {
	return func(f *kargoapi.Freight) {
		if f.Status.CurrentlyIn == nil {
			f.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{}
		}
		f.Status.CurrentlyIn[stage] = kargoapi.CurrentStage{Since: ago(minutes(n))}
	}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
