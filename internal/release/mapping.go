package release

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// delay is how long changes of Kargo's objects are gathered before a Release is looked at: Kargo writes several at
// once. People wait for the sum of this and of the message, a second at the most.
const delay = 50 * time.Millisecond

// delayed has what an object maps to looked at, once for all that happens at the same time.
func delayed(of handler.MapFunc) handler.EventHandler {
	add := func(ctx context.Context, o client.Object, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
		for _, request := range of(ctx, o) {
			q.AddAfter(request, delay)
		}
	}
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	return handler.Funcs{
		CreateFunc:  func(ctx context.Context, e event.CreateEvent, q queue) { add(ctx, e.Object, q) },
		UpdateFunc:  func(ctx context.Context, e event.UpdateEvent, q queue) { add(ctx, e.ObjectNew, q) },
		DeleteFunc:  func(ctx context.Context, e event.DeleteEvent, q queue) { add(ctx, e.Object, q) },
		GenericFunc: func(ctx context.Context, e event.GenericEvent, q queue) { add(ctx, e.Object, q) },
	}
}

// mapping leads from objects to the Releases that they concern.
type mapping struct {
	Options

	reader client.Reader
}

// of returns the Releases of a service that are still on their way, and those that are touched.
func (m mapping) of(ctx context.Context, namespace, service string, touched func(*v1alpha1.Release) bool) []reconcile.Request {
	all, err := releasesOf(ctx, m.reader, namespace, service)
	if err != nil {
		m.Log.WarnContext(ctx, "releases of a service are not known", "service", service, "error", err)
		return nil
	}
	var out []reconcile.Request
	for i := range all {
		if r := &all[i]; !r.Status.Phase.IsTerminal() || touched(r) {
			out = append(out, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: r.Namespace, Name: r.Name}})
		}
	}
	return out
}

// byRelease: a new one supersedes those before.
func (m mapping) byRelease(ctx context.Context, o client.Object) []reconcile.Request {
	r, ok := o.(*v1alpha1.Release)
	if !ok || r.Status.Phase.IsTerminal() {
		return nil
	}
	return m.of(ctx, r.Namespace, r.Spec.Service, func(*v1alpha1.Release) bool { return false })
}

// byStage: it promotes one, runs or ran one, or could take one.
func (m mapping) byStage(ctx context.Context, o client.Object) []reconcile.Request {
	stage, ok := o.(*kargoapi.Stage)
	if !ok {
		return nil
	}
	_, service, ok := m.Catalogue.ServiceOf(stage.Namespace, stage.Name)
	if !ok {
		return nil
	}
	running := kargo.Running(kargo.Target{Stage: stage})
	return m.of(ctx, stage.Namespace, service, func(r *v1alpha1.Release) bool {
		version, ok := kargo.ReleaseVersion(r.Spec.Version)
		if !ok {
			return false
		}
		for _, ref := range running {
			if isVersion(ref, service, version) {
				return true
			}
		}
		return concerns(stage.Name, r)
	})
}

// concerns reports whether what happens in a Stage may change how a Release stands there: as long as nothing newer
// has come there.
func concerns(stage string, r *v1alpha1.Release) bool {
	for i := range r.Status.Stages {
		if at := &r.Status.Stages[i]; at.Stage == stage {
			return at.Phase != v1alpha1.ReleaseStageReplaced && at.Phase != v1alpha1.ReleaseStageSkipped
		}
	}
	return false
}

// byPromotion: it is of one, or takes another's place.
func (m mapping) byPromotion(ctx context.Context, o client.Object) []reconcile.Request {
	p, ok := o.(*kargoapi.Promotion)
	if !ok {
		return nil
	}
	_, service, ok := m.Catalogue.ServiceOf(p.Namespace, p.Spec.Stage)
	if !ok {
		return nil
	}
	return m.of(ctx, p.Namespace, service, func(r *v1alpha1.Release) bool {
		return r.Status.Freight == p.Spec.Freight || concerns(p.Spec.Stage, r)
	})
}

// byFreight: it is of one, or of a newer one.
func (m mapping) byFreight(ctx context.Context, o client.Object) []reconcile.Request {
	f, ok := o.(*kargoapi.Freight)
	if !ok || !hasRelease(f) {
		return nil
	}
	services, err := m.Catalogue.ServicesOf(ctx, f.Namespace, f.Origin.Name)
	if err != nil {
		m.Log.WarnContext(ctx, "services of a Freight are not known", "freight", f.Name, "error", err)
	}
	var out []reconcile.Request
	for _, service := range services {
		out = append(out, m.of(ctx, f.Namespace, service, func(r *v1alpha1.Release) bool { return r.Status.Freight == f.Name })...)
	}
	return out
}

// byWarehouse: it may discover the image of one.
func (m mapping) byWarehouse(ctx context.Context, o client.Object) []reconcile.Request {
	services, err := m.Catalogue.ServicesOf(ctx, o.GetNamespace(), o.GetName())
	if err != nil {
		m.Log.WarnContext(ctx, "services of a Warehouse are not known", "warehouse", o.GetName(), "error", err)
	}
	var out []reconcile.Request
	for _, service := range services {
		all, err := releasesOf(ctx, m.reader, o.GetNamespace(), service)
		if err != nil {
			continue
		}
		for i := range all {
			if all[i].Status.Freight == "" && !all[i].Status.Phase.IsTerminal() {
				out = append(out, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: all[i].Namespace, Name: all[i].Name}})
			}
		}
	}
	return out
}
