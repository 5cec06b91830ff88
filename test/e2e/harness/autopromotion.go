package harness

import (
	"encoding/json"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// AutoPromote has Kargo promote to Stages by itself, and returns when it says that it does so.
func (p *Project) AutoPromote(t testing.TB, stages ...string) {
	t.Helper()
	for _, stage := range stages {
		p.automatic = append(p.automatic, map[string]any{
			"stageSelector": map[string]any{"name": stage}, "autoPromotionEnabled": true,
		})
	}
	spec := map[string]any{"promotionPolicies": p.automatic}
	err := p.cluster.Client.Get(t.Context(), p.Key(p.Name), &kargoapi.ProjectConfig{})
	switch {
	case apierrors.IsNotFound(err):
		p.make(t, "ProjectConfig", p.Name, spec)
	case err != nil:
		t.Fatal(err)
	default:
		p.patch(t, &kargoapi.ProjectConfig{ObjectMeta: p.meta(p.Name)}, map[string]any{"spec": spec})
	}
	for _, stage := range stages {
		p.Nudge(t, stage)
		p.Stages.AwaitOne(t, "Kargo to promote to "+stage+" by itself", kargoTimeout, func(s *kargoapi.Stage) bool {
			return s.Name == stage && s.Status.AutoPromotionEnabled
		})
	}
}

// Nudge makes Kargo look at a Stage now. It does so by itself only every five minutes, or when
// something happens; that somebody changed a ProjectConfig, or that time has passed, is nothing.
func (p *Project) Nudge(t testing.TB, stage string) {
	t.Helper()
	p.patch(t, &kargoapi.Stage{ObjectMeta: p.meta(stage)}, map[string]any{"metadata": map[string]any{
		"annotations": map[string]any{kargoapi.AnnotationKeyRefresh: time.Now().Format(time.RFC3339Nano)},
	}})
}

// AwaitRuns returns a Stage when it runs Freight, is promoted to no more, and has verified what it runs.
func (p *Project) AwaitRuns(t testing.TB, stage string, freight *kargoapi.Freight) *kargoapi.Stage {
	t.Helper()
	p.Freight.AwaitOne(t, stage+" to have verified "+freight.Name, kargoTimeout, func(f *kargoapi.Freight) bool {
		_, verified := f.Status.VerifiedIn[stage]
		return verified && f.Name == freight.Name
	})
	return p.Stages.AwaitOne(t, stage+" to run "+freight.Name, kargoTimeout, func(s *kargoapi.Stage) bool {
		return s.Name == stage && s.Status.Current().Includes(freight.Name) && s.Status.CurrentPromotion == nil
	})
}

// meta names an object of the project.
func (p *Project) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: p.Name, Name: name}
}

// patch changes an object of the project.
func (p *Project) patch(t testing.TB, object client.Object, change map[string]any) {
	t.Helper()
	patch, err := json.Marshal(change)
	if err != nil {
		t.Fatal(err)
	}
	p.cluster.patch(t, object, patch)
}
