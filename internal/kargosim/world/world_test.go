package world_test

import (
	"context"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// build makes a world in memory.
func build(t testing.TB, spec world.Spec) client.WithWatch {
	t.Helper()
	cluster, err := kargosim.New(kargosim.Options{}).NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := kargosim.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Client(cluster.Config(kargosim.ControllerUser, "system:masters"), scheme)
	if err != nil {
		t.Fatal(err)
	}
	if err := world.Build(context.Background(), c, spec); err != nil {
		t.Fatal(err)
	}
	return c
}

func list[L client.ObjectList](t testing.TB, c client.Client, into L) L {
	t.Helper()
	if err := c.List(context.Background(), into, client.InNamespace("microsvcs")); err != nil {
		t.Fatal(err)
	}
	return into
}

func TestGuide(t *testing.T) {
	spec := world.Guide(time.Now())
	c := build(t, spec)
	if n := len(list(t, c, &kargo.WarehouseList{}).Items); n != 8 {
		t.Errorf("%d Warehouses, the guide has 8", n)
	}
	stages := list(t, c, &kargo.StageList{}).Items
	if len(stages) != 12 {
		t.Errorf("%d Stages, the guide has 12", len(stages))
	}
	byName := map[string]*kargo.Stage{}
	for i := range stages {
		byName[stages[i].Name] = &stages[i]
	}
	freight := map[string]kargo.Freight{}
	for _, f := range list(t, c, &kargo.FreightList{}).Items {
		freight[f.Name] = f
	}
	tag := func(stage string) string {
		for _, reference := range byName[stage].Status.Current().Freight {
			return reference.Images[0].Tag
		}
		return ""
	}
	for _, service := range spec.Services {
		releases := service.Releases
		newest, before := releases[len(releases)-1], releases[len(releases)-2]
		for environment, want := range map[string]string{
			world.Development: service.Builds[0].Tag, world.Staging: newest.Tag, world.Production: before.Tag,
		} {
			name := world.StageName(service.Name, environment)
			if got := tag(name); got != want {
				t.Errorf("%s runs %s, want %s", name, got, want)
			}
			if status := byName[name].Status; status.Health.Status != kargo.HealthStateHealthy ||
				status.LastPromotion.Status.Phase != kargo.PromotionPhaseSucceeded || len(status.Conditions) != 3 {
				t.Errorf("%s: %+v", name, status)
			}
		}
		for _, f := range freight {
			if f.Images[0].RepoURL != spec.Repository(service.Name) || f.Images[0].Tag != newest.Tag {
				continue
			}
			if got := f.Images[0].Annotations[world.AnnotationRevision]; got != newest.Commit {
				t.Errorf("%s %s was built from %s, want %s", service.Name, newest.Tag, got, newest.Commit)
			}
			if _, verified := f.Status.VerifiedIn[service.Name+"-staging"]; !verified {
				t.Errorf("%s %s is not verified in staging", service.Name, newest.Tag)
			}
		}
	}
	if n := len(list(t, c, &kargo.PromotionList{}).Items); n != 4*(1+3+2) {
		t.Errorf("%d Promotions", n)
	}
}

// TestWorldRests checks that the controllers find nothing to do in a world that was just made.
func TestWorldRests(t *testing.T) {
	spec := world.Guide(time.Now())
	sim := kargosim.New(kargosim.Options{})
	spec.PushTo(sim.Registry)
	cluster, err := sim.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := kargosim.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	config := cluster.Config(kargosim.ControllerUser, "system:masters")
	c, err := cluster.Client(config, scheme)
	if err != nil {
		t.Fatal(err)
	}
	if err := world.Build(t.Context(), c, spec); err != nil {
		t.Fatal(err)
	}
	before := statuses(t, c)
	annotateAll(t, c)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sim.Run(ctx, config) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	limit := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !allRefreshed(t, c) {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the controllers have not looked at everything in time")
		}
	}
	for name, was := range before {
		if is := statuses(t, c)[name]; is != was {
			t.Errorf("%s went from %s to %s", name, was, is)
		}
	}
	if n := len(list(t, c, &kargo.PromotionList{}).Items); n != 24 {
		t.Errorf("%d Promotions, 24 were made", n)
	}
	if n := len(list(t, c, &kargo.FreightList{}).Items); n != 16 {
		t.Errorf("%d pieces of Freight, 16 were made", n)
	}
}

// statuses returns what each Stage runs and how it is.
func statuses(t *testing.T, c client.Client) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, stage := range list(t, c, &kargo.StageList{}).Items {
		found[stage.Name] = stage.Status.FreightSummary + " " + string(stage.Status.Health.Status)
		for _, condition := range stage.Status.Conditions {
			found[stage.Name] += " " + condition.Type + "=" + string(condition.Status) + ":" + condition.Message
		}
	}
	return found
}

func annotateAll(t *testing.T, c client.Client) {
	t.Helper()
	annotations := map[string]string{kargo.AnnotationKeyRefresh: "now"}
	for _, stage := range list(t, c, &kargo.StageList{}).Items {
		before := stage.DeepCopy()
		stage.Annotations = annotations
		if err := c.Patch(t.Context(), &stage, client.MergeFrom(before)); err != nil {
			t.Fatal(err)
		}
	}
	for _, warehouse := range list(t, c, &kargo.WarehouseList{}).Items {
		before := warehouse.DeepCopy()
		warehouse.Annotations = annotations
		if err := c.Patch(t.Context(), &warehouse, client.MergeFrom(before)); err != nil {
			t.Fatal(err)
		}
	}
}

func allRefreshed(t *testing.T, c client.Client) bool {
	t.Helper()
	for _, stage := range list(t, c, &kargo.StageList{}).Items {
		if stage.Status.LastHandledRefresh != "now" {
			return false
		}
	}
	for _, warehouse := range list(t, c, &kargo.WarehouseList{}).Items {
		if warehouse.Status.LastHandledRefresh != "now" {
			return false
		}
	}
	return true
}

func TestNumbered(t *testing.T) {
	c := build(t, world.Numbered(50, time.Now()))
	if n := len(list(t, c, &kargo.StageList{}).Items); n != 150 {
		t.Errorf("%d Stages", n)
	}
	aliases := map[string]bool{}
	for _, f := range list(t, c, &kargo.FreightList{}).Items {
		aliases[f.Alias] = true
	}
	if len(aliases) != 150 {
		t.Errorf("%d aliases of 150 pieces of Freight", len(aliases))
	}
}

func BenchmarkBuild100Services(b *testing.B) {
	for b.Loop() {
		build(b, world.Numbered(100, time.Now()))
	}
}
