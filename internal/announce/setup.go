package announce

import (
	"context"
	"fmt"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

const (
	// tellers is how many things a surface is told of at once. Nearly all of the time they wait for it.
	tellers = 16
	// firstRetry is after how long it is tried again after a failure; each further one doubles that, up to
	// lastRetry.
	firstRetry = 200 * time.Millisecond
	lastRetry  = 30 * time.Second
	// gather is for how long it is waited for more before a summary is written anew.
	gather = time.Second
)

// Fields that the cache indexes objects by.
const (
	// summedUpIn is the summaries that tell of an object, as "#deploys Burst-20261125T120000".
	summedUpIn = "summedUpIn"
	// releaseVersion is the service and the version of a Release.
	releaseVersion = "releaseVersion"
)

// Setup adds the controllers to the manager.
func (a *Announcer) Setup(mgr ctrl.Manager) error {
	if err := index(mgr.GetFieldIndexer()); err != nil {
		return err
	}
	for _, on := range surfaces() {
		if !a.hasAny(on) {
			continue
		}
		if err := a.setup(mgr, on); err != nil {
			return err
		}
	}
	err := ctrl.NewControllerManagedBy(mgr).
		Named("summaries").
		For(&v1alpha1.Subscription{}).
		Watches(&v1alpha1.PromotionRecord{}, a.summarised()).
		Watches(&v1alpha1.Release{}, a.summarised()).
		Watches(&v1alpha1.Notice{}, a.summarised()).
		WithOptions(options()).
		Complete(reconcile.Func(a.reconcileSubscription))
	if err != nil {
		return fmt.Errorf("set up the summaries: %w", err)
	}
	return mgr.Add(ensurer{a})
}

func (a *Announcer) hasAny(on surface) bool {
	for _, sink := range on.sinks {
		if a.deliverers[sink] != nil {
			return true
		}
	}
	return false
}

func (a *Announcer) setup(mgr ctrl.Manager, on surface) error {
	// Who subscribes is told what happens from then on; the caches are not of the same moment.
	concerns := func(o client.Object) bool {
		s, ok := o.(*v1alpha1.Subscription)
		return ok && on.tells(s.Spec.Sink)
	}
	fresh := builder.WithPredicates(predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool { return concerns(e.Object) },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return concerns(e.ObjectNew) && e.ObjectNew.GetGeneration() != e.ObjectOld.GetGeneration()
		},
		DeleteFunc: func(event.DeleteEvent) bool { return false },
	})
	for _, k := range a.kinds() {
		if k.credentials && !on.credentials {
			continue
		}
		err := ctrl.NewControllerManagedBy(mgr).
			Named("announce-"+k.name+"-"+on.name).
			For(k.object).
			Watches(&v1alpha1.Subscription{}, handler.EnqueueRequestsFromMapFunc(a.allIn(k.list)), fresh).
			WithOptions(options()).
			Complete(k.reconcile(on))
		if err != nil {
			return fmt.Errorf("set up what tells %s of %s: %w", on.name, k.name, err)
		}
	}
	return nil
}

// kind is a kind of objects that people are told of.
type kind struct {
	name      string
	object    client.Object
	list      func() client.ObjectList
	reconcile func(surface) reconcile.Func
	// credentials says that it is about credentials.
	credentials bool
}

// kinds are all of them.
func (a *Announcer) kinds() []kind {
	return []kind{
		{"promotions", &v1alpha1.PromotionRecord{}, func() client.ObjectList { return &v1alpha1.PromotionRecordList{} }, a.reconcileRecord, false},
		{"releases", &v1alpha1.Release{}, func() client.ObjectList { return &v1alpha1.ReleaseList{} }, a.reconcileRelease, false},
		{"notices", &v1alpha1.Notice{}, func() client.ObjectList { return &v1alpha1.NoticeList{} }, a.reconcileNotice, true},
	}
}

func options() controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: tellers,
		RateLimiter:             backoff.New[reconcile.Request](firstRetry, lastRetry),
	}
}

func index(indexer client.FieldIndexer) error {
	summaries := func(o client.Object) []string {
		told, ok := o.(v1alpha1.Reported)
		if !ok {
			return nil
		}
		var out []string
		for _, r := range *told.Told() {
			if r.Part == v1alpha1.PartSummary {
				out = append(out, r.Target+" "+r.ID)
			}
		}
		return out
	}
	version := func(o client.Object) []string {
		r, ok := o.(*v1alpha1.Release)
		if !ok {
			return nil
		}
		return []string{r.Spec.Service + " " + r.Spec.Version}
	}
	for _, i := range []struct {
		object client.Object
		field  string
		values client.IndexerFunc
	}{
		{&v1alpha1.PromotionRecord{}, summedUpIn, summaries},
		{&v1alpha1.Release{}, summedUpIn, summaries},
		{&v1alpha1.Notice{}, summedUpIn, summaries},
		{&v1alpha1.Release{}, releaseVersion, version},
	} {
		if err := indexer.IndexField(context.Background(), i.object, i.field, i.values); err != nil {
			return fmt.Errorf("index %T by %s: %w", i.object, i.field, err)
		}
	}
	return nil
}

// allIn returns a map to all objects of a kind in the namespace of a Subscription.
func (a *Announcer) allIn(list func() client.ObjectList) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		all := list()
		if err := a.client.List(ctx, all, client.InNamespace(o.GetNamespace()), client.UnsafeDisableDeepCopy); err != nil {
			a.Log.ErrorContext(ctx, "could not list what a new subscription is told", "error", err)
			return nil
		}
		var out []reconcile.Request
		err := apimeta.EachListItem(all, func(o runtime.Object) error {
			if item, ok := o.(client.Object); ok {
				out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(item)})
			}
			return nil
		})
		if err != nil {
			a.Log.ErrorContext(ctx, "could not list what a new subscription is told", "error", err)
		}
		return out
	}
}

// summarised has the summaries written anew that tell of an object, when it has not changed for a moment.
func (a *Announcer) summarised() handler.EventHandler {
	add := func(ctx context.Context, o client.Object, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
		told, ok := o.(v1alpha1.Reported)
		if !ok {
			return
		}
		for _, r := range *told.Told() {
			if r.Part == v1alpha1.PartSummary {
				for _, key := range a.subscribed(ctx, o.GetNamespace(), r.Sink, r.Target) {
					q.AddAfter(reconcile.Request{NamespacedName: key}, gather)
				}
			}
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			add(ctx, e.Object, q)
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			add(ctx, e.ObjectNew, q)
		},
	}
}

// subscribed returns the Subscriptions of a target.
func (a *Announcer) subscribed(ctx context.Context, namespace, sink, target string) []types.NamespacedName {
	all, err := a.subscriptions(ctx, namespace)
	if err != nil {
		a.Log.ErrorContext(ctx, "could not list subscriptions", "error", err)
		return nil
	}
	var out []types.NamespacedName
	for i := range all {
		if all[i].Spec.Sink == sink && all[i].Spec.Target == target {
			out = append(out, client.ObjectKeyFromObject(&all[i]))
		}
	}
	return out
}
