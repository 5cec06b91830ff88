package harness

import (
	"context"
	"maps"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// WithAnnouncements returns options for a world like that of WithCode in which #deploys is told of production,
// and of what goes wrong in staging, and GitHub of deployments.
func WithAnnouncements() WorldOptions {
	return WorldOptions{
		Config: func(config map[string]any) {
			configureCode(config)
			config["notifications"] = []any{
				map[string]any{"environments": []any{"production"}, "slack": "#deploys"},
				map[string]any{"environments": []any{"staging"}, "on": []any{"failed", "verificationFailed"}, "slack": "#deploys"},
			}
			config["owners"] = map[string]any{"*": map[string]any{"slack": Hubot}}
			github := config["github"].(map[string]any)
			github["releasePage"], github["checks"] = true, true
		},
		GitHub: func(config *githubfake.Config) {
			addCode(config)
			maps.Copy(config.App.Permissions, map[string]string{"contents": "write", "deployments": "write", "checks": "write"})
		},
	}
}

// AwaitListening returns when the bot has written down who is told what happens from now on.
func (p *Project) AwaitListening(t testing.TB) {
	t.Helper()
	Watch[*v1alpha1.Subscription](t, p.cluster, &v1alpha1.SubscriptionList{}, p.Name).
		AwaitOne(t, "the bot to look after the project", kargoTimeout, func(s *v1alpha1.Subscription) bool { return s.Spec.Sink == "none" })
}

// Discover makes Freight of a version that has just been built, as the Warehouse of that name would.
func (p *Project) Discover(t testing.TB, warehouse, service, version string) *kargoapi.Freight {
	t.Helper()
	f := p.freightOf(warehouse, service, version, time.Now())
	p.cluster.create(t, f)
	return f
}

// PromoteUnasked makes a Promotion as the administrator does with Kargo's own tools. It may be called from any
// goroutine.
func (p *Project) PromoteUnasked(ctx context.Context, stage string, freight *kargoapi.Freight) error {
	return p.cluster.Client.Create(ctx, p.promotion(stage, freight))
}

// Records returns what the bot knows of Promotions.
func (p *Project) Records(t testing.TB) []*v1alpha1.PromotionRecord {
	t.Helper()
	var list v1alpha1.PromotionRecordList
	if err := p.cluster.Client.List(t.Context(), &list, client.InNamespace(p.Name)); err != nil {
		t.Fatal(err)
	}
	all := make([]*v1alpha1.PromotionRecord, len(list.Items))
	for i := range list.Items {
		all[i] = &list.Items[i]
	}
	return all
}
