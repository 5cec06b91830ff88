package controller

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Names of the cache's indexes.
const (
	indexStage       = "kargosim.stage"       // Promotions by the Stage they go to
	indexOrigin      = "kargosim.origin"      // Freight by its origin, Stages by those they ask for
	indexCurrentlyIn = "kargosim.currentlyIn" // Freight by the Stages that it says it is in
)

func addIndexes(indexer client.FieldIndexer) error {
	for _, index := range []struct {
		object client.Object
		name   string
		values client.IndexerFunc
	}{
		{&kargo.Promotion{}, indexStage, func(o client.Object) []string {
			return []string{o.(*kargo.Promotion).Spec.Stage}
		}},
		{&kargo.Freight{}, indexOrigin, func(o client.Object) []string {
			return []string{o.(*kargo.Freight).Origin.String()}
		}},
		{&kargo.Freight{}, indexCurrentlyIn, func(o client.Object) []string {
			var stages []string
			for stage := range o.(*kargo.Freight).Status.CurrentlyIn {
				stages = append(stages, stage)
			}
			return stages
		}},
		{&kargo.Stage{}, indexOrigin, func(o client.Object) []string {
			var origins []string
			for _, request := range o.(*kargo.Stage).Spec.RequestedFreight {
				origins = append(origins, request.Origin.String())
			}
			return origins
		}},
	} {
		if err := indexer.IndexField(context.Background(), index.object, index.name, index.values); err != nil {
			return fmt.Errorf("adding the index %s of %T: %w", index.name, index.object, err)
		}
	}
	return nil
}

// asked lets through changes of what people write: the spec, and annotations that ask for something.
func asked() predicate.Predicate {
	return predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
}

// phaseChanged lets through Promotions that come, go or get on.
func phaseChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.(*kargo.Promotion).Status.Phase != e.ObjectNew.(*kargo.Promotion).Status.Phase
	}}
}

// nextPromotionChanged lets through Stages that wait for another Promotion than before.
func nextPromotionChanged() predicate.Predicate {
	current := func(o client.Object) string {
		if reference := o.(*kargo.Stage).Status.CurrentPromotion; reference != nil {
			return reference.Name
		}
		return ""
	}
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return current(e.ObjectOld) != current(e.ObjectNew)
	}}
}

// stageOfPromotion maps a Promotion to its Stage.
func stageOfPromotion(_ context.Context, o client.Object) []reconcile.Request {
	return []reconcile.Request{{NamespacedName: types.NamespacedName{
		Namespace: o.GetNamespace(), Name: o.(*kargo.Promotion).Spec.Stage,
	}}}
}

// currentPromotion maps a Stage to the Promotion that it waits for.
func currentPromotion(_ context.Context, o client.Object) []reconcile.Request {
	reference := o.(*kargo.Stage).Status.CurrentPromotion
	if reference == nil {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: reference.Name}}}
}

// stagesOfFreight maps Freight to the Stages that ask for its origin.
func (s *shared) stagesOfFreight(ctx context.Context, o client.Object) []reconcile.Request {
	return s.stages(ctx, client.InNamespace(o.GetNamespace()),
		client.MatchingFields{indexOrigin: o.(*kargo.Freight).Origin.String()})
}

// stagesOfProject maps a ProjectConfig to the Stages of its Project.
func (s *shared) stagesOfProject(ctx context.Context, o client.Object) []reconcile.Request {
	return s.stages(ctx, client.InNamespace(o.GetNamespace()))
}

func (s *shared) stages(ctx context.Context, options ...client.ListOption) []reconcile.Request {
	var list kargo.StageList
	if err := s.client.List(ctx, &list, options...); err != nil {
		s.Log.ErrorContext(ctx, "Stages not found", "error", err)
		return nil
	}
	requests := make([]reconcile.Request, len(list.Items))
	for i := range list.Items {
		requests[i].NamespacedName = client.ObjectKeyFromObject(&list.Items[i])
	}
	return requests
}

// said is a source that maps what is said of a Stage to requests.
func (s *shared) said(requests func(ctx context.Context, stage types.NamespacedName) []reconcile.Request) source.Source {
	return source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		s.Outcomes.listen(ctx, func(stage types.NamespacedName) {
			for _, request := range requests(ctx, stage) {
				queue.Add(request)
			}
		})
		return nil
	})
}
