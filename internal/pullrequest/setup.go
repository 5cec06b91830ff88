package pullrequest

import (
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// followers is how many pull requests are looked at at once. Nearly all of the time they wait for GitHub.
	followers = 4
	// settle is how long after a change it is looked at: one promotion is a dozen changes.
	settle = time.Second
	// firstRetry is after how long it is tried again after a failure; each further one doubles that, up to
	// lastRetry.
	firstRetry = 500 * time.Millisecond
	lastRetry  = time.Minute
)

type queue = workqueue.TypedRateLimitingInterface[Key]

// Setup adds the Follower to the manager.
func (f *Follower) Setup(mgr ctrl.Manager) error {
	return builder.TypedControllerManagedBy[Key](mgr).
		Named("pull-requests").
		WatchesRawSource(source.TypedFunc[Key](f.begin)).
		Watches(&kargoapi.Stage{}, f.onChange(f.ofStage)).
		Watches(&kargoapi.Freight{}, f.onChange(f.ofFreight)).
		Watches(&kargoapi.Promotion{}, f.onChange(f.ofPromotion)).
		WithOptions(controller.TypedOptions[Key]{
			MaxConcurrentReconciles: followers,
			RateLimiter:             backoff.New[Key](firstRetry, lastRetry),
		}).
		Complete(reconcile.TypedFunc[Key](f.Reconcile))
}

// begin takes note of the queue, and has all repositories looked at.
func (f *Follower) begin(ctx context.Context, q queue) error {
	f.queue.Store(&q)
	repos, err := f.Watched(ctx)
	if err != nil {
		return err
	}
	for _, repo := range repos {
		q.Add(Key{Repo: repo})
	}
	return nil
}

// enqueue has a pull request, or a repository, looked at soon. Before the Follower runs, nothing needs to be:
// it begins with everything.
func (f *Follower) enqueue(key Key) {
	if q := f.queue.Load(); q != nil {
		(*q).AddAfter(key, 0)
	}
}

// Hint says that a pull request has changed, or with number 0 that something in a repository has. Whoever
// is told may be wrong: it is only looked, and only where pull requests are followed. The App may be installed on
// any number of others.
func (f *Follower) Hint(repo string, number int) {
	if !f.isWatched(repo) {
		return
	}
	key := Key{Repo: f.spelt(repo), Number: number}
	if number != 0 {
		if _, known := f.tracked.get(key); known {
			f.tracked.update(key, func(e *entry) { e.stale = true })
		}
	}
	f.enqueue(key)
}

// onChange has the pull requests looked at that an object has to do with.
func (f *Follower) onChange(keys func(client.Object) []Key) handler.TypedEventHandler[client.Object, Key] {
	add := func(o client.Object, q queue) {
		for _, key := range keys(o) {
			q.AddAfter(key, settle)
		}
	}
	return handler.TypedFuncs[client.Object, Key]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[client.Object], q queue) { add(e.Object, q) },
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[client.Object], q queue) { add(e.ObjectNew, q) },
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[client.Object], q queue) { add(e.Object, q) },
	}
}

func (f *Follower) ofStage(o client.Object) []Key {
	project, service, ok := f.Catalogue.ServiceOf(o.GetNamespace(), o.GetName())
	if !ok {
		return nil
	}
	keys := f.tracked.of(project, service)
	if repo, _ := f.Home(project, service); repo != "" && f.watch(repo) {
		keys = append(keys, Key{Repo: repo})
	}
	return keys
}

// ofFreight returns what may be in the Freight: anything of its project.
func (f *Follower) ofFreight(o client.Object) []Key { return f.tracked.inProject(o.GetNamespace()) }

func (f *Follower) ofPromotion(o client.Object) []Key {
	p, ok := o.(*kargoapi.Promotion)
	if !ok {
		return nil
	}
	var keys []Key
	if project, service, ok := f.Catalogue.ServiceOf(p.Namespace, p.Spec.Stage); ok {
		keys = f.tracked.of(project, service)
	}
	// Any step can leave an address behind: only where pull requests are followed it decides where something is said.
	if repo, number, ok := freightdiff.PullRequestAt(kargo.PullRequestURL(p), f.Web); ok && f.isWatched(repo) {
		keys = append(keys, Key{f.spelt(repo), number})
	}
	return keys
}
