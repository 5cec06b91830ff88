package kargo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// shelf is a cache that does what controller-runtime's does when objects need not be copied, and counts
// how often each kind is listed.
type shelf struct {
	stages, freight, promotions []runtime.Object
	byStage                     map[string][]runtime.Object
	lists                       map[string]int
}

func (s *shelf) Get(_ context.Context, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
}

func (s *shelf) List(_ context.Context, list client.ObjectList, opts ...client.ListOption) error {
	options := (&client.ListOptions{}).ApplyOptions(opts)
	if options.UnsafeDisableDeepCopy == nil || !*options.UnsafeDisableDeepCopy {
		return fmt.Errorf("%T would be copied", list)
	}
	s.lists[fmt.Sprintf("%T", list)]++
	switch list.(type) {
	case *kargoapi.StageList:
		return meta.SetList(list, s.stages)
	case *kargoapi.FreightList:
		return meta.SetList(list, s.freight)
	case *kargoapi.PromotionList:
		if options.FieldSelector != nil {
			stage, _ := options.FieldSelector.RequiresExactMatch(kargo.PromotionStage)
			return meta.SetList(list, s.byStage[stage])
		}
		return meta.SetList(list, s.promotions)
	default:
		return meta.SetList(list, nil)
	}
}

// newShelf fills a cache with so many services in three environments, and so many Promotions of each Stage.
func newShelf(services, promotions int) (*shelf, kargo.Pipeline) {
	pipeline := guide()
	pipeline.Services = nil
	s := &shelf{byStage: map[string][]runtime.Object{}, lists: map[string]int{}}
	for i := range services {
		service := fmt.Sprintf("service-%03d", i)
		pipeline.Services = append(pipeline.Services, service)
		var freight []*kargoapi.Freight
		for j := range 10 {
			f := newFreight(fmt.Sprintf("%s-%040d", service, j), fmt.Sprintf("3.%d.0", j), time.Duration(10-j)*time.Hour, from(service))
			if j < 9 {
				verifiedIn(service + "-staging")(f)
			}
			freight = append(freight, f)
			s.freight = append(s.freight, f)
		}
		for j, env := range pipeline.Environments {
			name := service + "-" + env.Name
			sources := direct
			if j == 2 {
				sources = kargoapi.FreightSources{Stages: []string{service + "-staging"}}
			}
			stage := running(newStage(name, sources), freight[len(freight)-1-j])
			stage.Spec.RequestedFreight[0].Origin = warehouse(service)
			s.stages = append(s.stages, stage)
			for k := range promotions {
				phase := kargoapi.PromotionPhaseSucceeded
				if k == promotions-1 && j == 1 {
					phase = kargoapi.PromotionPhaseRunning
				}
				p := newPromotion(fmt.Sprintf("%s.%05d", name, k), name, freight[k%len(freight)].Name, phase)
				s.promotions = append(s.promotions, p)
				s.byStage[name] = append(s.byStage[name], p)
			}
		}
	}
	return s, pipeline
}

func TestOverviewGoesThroughEachListOnce(t *testing.T) {
	s, pipeline := newShelf(20, 3)
	library := kargo.NewCatalogue(s, []kargo.Pipeline{pipeline})
	scope, err := library.Everything(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, err := library.Overview(t.Context(), scope, noon)
	if err != nil {
		t.Fatal(err)
	}
	for kind, times := range s.lists {
		if times != 1 {
			t.Errorf("%s was listed %d times", kind, times)
		}
	}
	for _, service := range status.Projects[0].Services {
		if service.Stages[1].Promotion == nil || len(service.Stages[2].Waiting) != 1 {
			t.Errorf("%s: %+v", service.Service, service.Stages)
		}
	}
}

// BenchmarkOverviewOfEverything is /status: 100 services, 3 environments, 10,000 Promotions, 1,000 Freight.
func BenchmarkOverviewOfEverything(b *testing.B) {
	s, pipeline := newShelf(100, 34)
	library := kargo.NewCatalogue(s, []kargo.Pipeline{pipeline})
	benchmarkOverview(b, library, nil, "")
}

// BenchmarkOverviewOfAStage is /status service-042 production in the same world.
func BenchmarkOverviewOfAStage(b *testing.B) {
	s, pipeline := newShelf(100, 34)
	library := kargo.NewCatalogue(s, []kargo.Pipeline{pipeline})
	benchmarkOverview(b, library, []string{"service-042"}, "production")
}

func benchmarkOverview(b *testing.B, library *kargo.Catalogue, services []string, environment string) {
	b.Helper()
	for b.Loop() {
		scope, err := library.Scope(b.Context(), services, environment)
		if err != nil {
			b.Fatal(err)
		}
		status, err := library.Overview(b.Context(), scope, noon)
		if err != nil || status.Projects[0].Services[0].Stages[0].Stage == "" {
			b.Fatalf("%+v, %v", status, err)
		}
	}
}
