package shipment

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var theRequest = reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "microsvcs", Name: "promote-red-production-7f3c9a1b2c3d"}}

// newShipment asks for red to go to production, in Slack.
func newShipment() *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: theRequest.Namespace, Name: theRequest.Name, UID: "5d0c6f3e", CreationTimestamp: *at(-1),
			Annotations: map[string]string{v1alpha1.AnnotationSlackResponse: "sealed"},
		},
		Spec: v1alpha1.ShipmentSpec{
			Action: v1alpha1.ActionPromote, Summary: "red 3.1.0 → 3.2.0 to production",
			Items: []v1alpha1.ShipmentItem{{
				Service: "red", Environment: "production", Path: []string{"red-production"}, Freight: "e72fb09c", Version: "3.2.0", FromVersion: "3.1.0",
			}},
			RequestedBy: v1alpha1.Actor{Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev"},
			Origin:      v1alpha1.Origin{Slack: &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42"}},
		},
	}
	return s
}

// world is an API server with Kargo's admission and nobody who moves Promotions on but the test.
type world struct {
	server   client.WithWatch
	clock    time.Time
	registry *prometheus.Registry
	// faults replace what the clients do, while they are set.
	faults interceptor.Funcs
	// stale is what the cache shows of the Shipment instead of what is there.
	stale *v1alpha1.Shipment
	// candidate is the Freight that Kargo would choose by itself.
	candidate string
	mu        sync.Mutex
	made      int
}

func newWorld(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	stage := &kargoapi.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red-production"}}
	for _, o := range objects {
		if given, ok := o.(*kargoapi.Stage); ok && given.Name == stage.Name {
			stage = given
			objects = slices.DeleteFunc(slices.Clone(objects), func(o client.Object) bool { return o == client.Object(given) })
			break
		}
	}
	return &world{
		clock: noon, registry: prometheus.NewRegistry(),
		server: fake.NewClientBuilder().WithScheme(scheme).WithObjects(append(objects, stage)...).
			WithStatusSubresource(&v1alpha1.Shipment{}, &kargoapi.Promotion{}, &kargoapi.Stage{}, &kargoapi.Freight{}, &kargoapi.Warehouse{}).
			WithIndex(&v1alpha1.Shipment{}, awaited, func(o client.Object) []string { return awaitedBy(o.(*v1alpha1.Shipment)) }).
			Build(),
	}
}

// cached returns a client as the controllers have it: reads may be stale, and Kargo admits what is made.
func (w *world) cached() client.Client {
	return interceptor.NewClient(w.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if s, ok := o.(*v1alpha1.Shipment); ok && w.stale != nil {
				w.stale.DeepCopyInto(s)
				return nil
			}
			if w.faults.Get != nil {
				return w.faults.Get(ctx, c, key, o, opts...)
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if w.faults.Create != nil {
				return w.faults.Create(ctx, c, o, opts...)
			}
			return w.admit(ctx, o)
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
			if w.faults.Patch != nil {
				return w.faults.Patch(ctx, c, o, patch, opts...)
			}
			return c.Patch(ctx, o, patch, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			if w.faults.SubResourcePatch != nil {
				return w.faults.SubResourcePatch(ctx, c, name, o, patch, opts...)
			}
			return c.SubResource(name).Patch(ctx, o, patch, opts...)
		},
	})
}

// admit makes a Promotion as Kargo does.
func (w *world) admit(ctx context.Context, o client.Object) error {
	p := o.(*kargoapi.Promotion)
	if p.Spec.Origin != nil && p.Spec.Freight == "" {
		p.Spec.Freight, p.Spec.Origin = w.candidate, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made++
	p.Name = fmt.Sprintf("%s.%026d.%s", p.Spec.Stage, w.made, p.Spec.Freight[:7])
	p.Spec.Steps = []kargoapi.PromotionStep{{Uses: "git-clone", As: "step-1"}, {Uses: "git-push", As: "push"}}
	return w.server.Create(ctx, p)
}

// controller returns a Controller of a new process.
func (w *world) controller(t *testing.T) *Controller {
	t.Helper()
	w.registry = prometheus.NewRegistry()
	return &Controller{
		client: w.cached(), quorum: w.server, promoter: kargo.NewPromoter(w.cached(), w.server), retention: 24 * time.Hour,
		operator: kargo.NewOperator(w.cached()), turns: make(turns, makers),
		now: func() time.Time { return w.clock }, log: slog.New(slog.NewTextHandler(t.Output(), nil)), metrics: NewMetrics(w.registry),
	}
}

// reconcile looks at the Shipment once, and returns how it then stands.
func (w *world) reconcile(t *testing.T, c reconcile.Reconciler) (*v1alpha1.Shipment, reconcile.Result) {
	t.Helper()
	result, err := c.Reconcile(t.Context(), theRequest)
	if err != nil {
		t.Fatal(err)
	}
	return w.shipment(t), result
}

func (w *world) shipment(t *testing.T) *v1alpha1.Shipment {
	t.Helper()
	var s v1alpha1.Shipment
	if err := w.server.Get(t.Context(), theRequest.NamespacedName, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// promotions returns what was made so far.
func (w *world) promotions(t *testing.T) []kargoapi.Promotion {
	t.Helper()
	var list kargoapi.PromotionList
	if err := w.server.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// promotion returns the one Promotion there is.
func (w *world) promotion(t *testing.T) *kargoapi.Promotion {
	t.Helper()
	all := w.promotions(t)
	if len(all) != 1 {
		t.Fatalf("%d Promotions", len(all))
	}
	return &all[0]
}

// kargoSays writes the status of the Promotion.
func (w *world) kargoSays(t *testing.T, status kargoapi.PromotionStatus) {
	t.Helper()
	p := w.promotion(t)
	p.Status = status
	if err := w.server.Status().Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// stageSays changes the Stage.
func (w *world) stageSays(t *testing.T, change func(*kargoapi.Stage)) {
	t.Helper()
	var stage kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "red-production"}, &stage); err != nil {
		t.Fatal(err)
	}
	change(&stage)
	status := stage.Status
	if err := w.server.Update(t.Context(), &stage); err != nil {
		t.Fatal(err)
	}
	stage.Status = status
	if err := w.server.Status().Update(t.Context(), &stage); err != nil {
		t.Fatal(err)
	}
}

// noted makes the Stage take note of the Promotion.
func (w *world) noted(t *testing.T) {
	t.Helper()
	p := w.promotion(t)
	w.stageSays(t, func(stage *kargoapi.Stage) {
		stage.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name}
		stage.Status.FreightHistory = []*kargoapi.FreightCollection{ran(p.Spec.Freight)}
		stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateHealthy}
	})
}

func running(step int) kargoapi.PromotionStatus {
	status := kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseRunning, StartedAt: at(0)}
	for i := range step {
		status.StepExecutionMetadata = append(status.StepExecutionMetadata, kargoapi.StepExecutionMetadata{
			Status: kargoapi.PromotionStepStatusRunning, StartedAt: at(i),
		})
	}
	return status
}

func ended(phase kargoapi.PromotionPhase, message string) kargoapi.PromotionStatus {
	return kargoapi.PromotionStatus{Phase: phase, Message: message, StartedAt: at(0), FinishedAt: at(5)}
}

// counted returns the value of a counter with that label value.
func (w *world) counted(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, pair := range metric.GetLabel() {
				if family.GetName() == name && pair.GetValue() == label {
					total += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return total
}
