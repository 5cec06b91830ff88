package kargo_test

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// startCache fills a cache from a cluster with the guide's world, as the bot fills its own.
func startCache(t *testing.T, now time.Time) cache.Cache {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{kargoapi.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	cluster, err := kargosim.New(kargosim.Options{}).NewCluster(memory.ResourcesOf(scheme, v1alpha1.GroupVersion)...)
	if err != nil {
		t.Fatal(err)
	}
	simulated, err := kargosim.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	admin, err := cluster.Client(cluster.Config(kargosim.ControllerUser, "system:masters"), simulated)
	if err != nil {
		t.Fatal(err)
	}
	if err := world.Build(t.Context(), admin, world.Guide(now)); err != nil {
		t.Fatal(err)
	}
	c, err := cache.New(cluster.AdminConfig(), cache.Options{
		Scheme: scheme, DefaultTransform: kargo.Transform, DefaultNamespaces: map[string]cache.Config{namespace: {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := kargo.IndexPromotions(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if !c.WaitForCacheSync(t.Context()) {
		t.Fatal("the cache did not start")
	}
	return c
}

// TestQuestionsAreAnsweredFromARealCache has what a fake client may be kinder about: indexes, namespaces,
// and objects that the cache has made smaller.
func TestQuestionsAreAnsweredFromARealCache(t *testing.T) {
	now := time.Now()
	library := kargo.NewCatalogue(startCache(t, now), []kargo.Pipeline{guide()})
	scope, err := library.Scope(t.Context(), []string{"red"}, "production")
	if err != nil {
		t.Fatal(err)
	}
	status, err := library.Overview(t.Context(), scope, now)
	if err != nil {
		t.Fatal(err)
	}
	stage := status.Projects[0].Services[0].Stages[0]
	if len(stage.Running) != 1 || stage.Running[0].Version != "3.1.0" || stage.Running[0].Since.IsZero() || stage.Health != "Healthy" ||
		len(stage.Waiting) != 1 || stage.Waiting[0].Version != "3.2.0" || stage.Last == nil || stage.Last.Freight.Version != "3.1.0" {
		t.Errorf("%+v", stage)
	}
	target, err := library.Find(t.Context(), "red", "production")
	if err != nil {
		t.Fatal(err)
	}
	history, err := library.History(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(history.Promotions); n != 2 || history.Promotions[0].By != "octocat@acme.dev" || history.Promotions[0].DurationSeconds != 90 {
		t.Errorf("%+v", history.Promotions)
	}
	everything, err := library.Everything(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	surveys, err := library.Survey(t.Context(), everything, now)
	if err != nil || len(surveys[0].Warehouses) != 8 {
		t.Errorf("%+v, %v", surveys, err)
	}
}
