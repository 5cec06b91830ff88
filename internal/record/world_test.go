package record

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	"github.com/davidaparicio/kargo-bot/internal/route"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// at returns the moment so many seconds after noon.
func at(seconds int) *metav1.Time {
	t := metav1.NewTime(noon.Add(time.Duration(seconds) * time.Second))
	return &t
}

const (
	theStage = "red-production"
	older    = "1111111aaaa"
	before   = "2873e6b6a1c3"
	next     = "e72fb09c1d4f"
	later    = "f00ba44c1d4f"
)

var warehouse = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red-releases"}

// newFreight is Freight with that version of red.
func newFreight(name, version string) *kargoapi.Freight {
	f := &kargoapi.Freight{Alias: "alias-of-" + version, Origin: warehouse, Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: version}}}
	f.Namespace, f.Name = "microsvcs", name
	return f
}

// brought is what a Promotion of the Freight brings to a Stage.
func brought(f *kargoapi.Freight) *kargoapi.FreightCollection {
	return &kargoapi.FreightCollection{ID: f.Name, Freight: map[string]kargoapi.FreightReference{warehouse.String(): kargo.Reference(f)}}
}

// world is an API server with a Stage of red, and nobody who moves anything on but the test.
type world struct {
	server client.WithWatch
	clock  time.Time
	// calls are the requests that would reach the API server, as "create promotionrecords".
	calls []string
	// wants is what somebody wants to know.
	wants func(route.Event) bool
	// fault is asked before each write, and after it.
	fault func(after bool, call string) error
	// stale is what the cache shows of the record instead of what is there.
	stale     *v1alpha1.PromotionRecord
	retention time.Duration
}

// newWorld has red 3.1.0 in production, and 3.2.0 and 3.3.0 to come.
func newWorld(t testing.TB, objects ...client.Object) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	stage := &kargoapi.Stage{Spec: kargoapi.StageSpec{RequestedFreight: []kargoapi.FreightRequest{{Origin: warehouse}}}}
	stage.Namespace, stage.Name = "microsvcs", theStage
	stage.Status.FreightHistory = []*kargoapi.FreightCollection{brought(newFreight(before, "3.1.0")), brought(newFreight(older, "3.0.0"))}
	stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateHealthy}
	objects = append(objects, stage, newFreight(before, "3.1.0"), newFreight(next, "3.2.0"), newFreight(later, "3.3.0"))
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).
		WithStatusSubresource(&v1alpha1.PromotionRecord{}, &kargoapi.Promotion{}, &kargoapi.Stage{})
	for field, value := range indexes {
		builder.WithIndex(&v1alpha1.PromotionRecord{}, field, value)
	}
	return &world{server: builder.Build(), clock: noon, wants: func(route.Event) bool { return true }, retention: 24 * time.Hour}
}

// cached is the client that a Controller has: what it reads is the cache's, and what it writes may fail.
func (w *world) cached() client.Client {
	call := func(what string, o client.Object, do func() error) error {
		what = fmt.Sprintf("%s %T", what, o)
		w.calls = append(w.calls, what)
		if w.fault != nil {
			if err := w.fault(false, what); err != nil {
				return err
			}
		}
		if err := do(); err != nil {
			return err
		}
		if w.fault != nil {
			return w.fault(true, what)
		}
		return nil
	}
	return interceptor.NewClient(w.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if r, ok := o.(*v1alpha1.PromotionRecord); ok && w.stale != nil {
				w.stale.DeepCopyInto(r)
				return nil
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return call("create", o, func() error { return c.Create(ctx, o, opts...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			return call("delete", o, func() error { return c.Delete(ctx, o, opts...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			return call("patch", o, func() error { return c.SubResource(name).Patch(ctx, o, patch, opts...) })
		},
	})
}

// quorum reads from the API server.
func (w *world) quorum() client.Reader {
	return interceptor.NewClient(w.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			w.calls = append(w.calls, fmt.Sprintf("get %T", o))
			return c.Get(ctx, key, o, opts...)
		},
	})
}

func catalogue() *kargo.Catalogue {
	return kargo.NewCatalogue(nil, []kargo.Pipeline{{
		Project: "microsvcs", Namespace: "microsvcs",
		Environments: []kargo.Environment{{Name: "development"}, {Name: "staging"}, {Name: "production"}},
	}})
}

// controller is one of a new process.
func (w *world) controller(t testing.TB) *Controller {
	t.Helper()
	return &Controller{client: w.cached(), quorum: w.quorum(), Options: Options{
		Catalogue: catalogue(), Retention: w.retention, Now: func() time.Time { return w.clock },
		Wants:   func(_ context.Context, _ string, e route.Event) bool { return w.wants(e) },
		SlackID: func(source, id string) string { return map[string]string{"slackT01/U42": "U42"}[source+id] },
		Metrics: NewMetrics(prometheus.NewRegistry()), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}}
}

// name is that of the n-th Promotion.
func name(n int, freight string) string { return fmt.Sprintf("%s.%026d.%s", theStage, n, freight[:7]) }

// promote makes the n-th Promotion.
func (w *world) promote(t testing.TB, n int, freight string, change ...func(*kargoapi.Promotion)) *kargoapi.Promotion {
	t.Helper()
	p := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Stage: theStage, Freight: freight, Steps: []kargoapi.PromotionStep{{Uses: "git-clone"}, {Uses: "git-push"}}}}
	p.Namespace, p.Name, p.CreationTimestamp = "microsvcs", name(n, freight), *at(0)
	p.Annotations = map[string]string{kargoapi.AnnotationKeyCreateActor: "kubernetes:octocat"}
	for _, f := range change {
		f(p)
	}
	if err := w.server.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// becomes moves a Promotion on.
func (w *world) becomes(t testing.TB, p *kargoapi.Promotion, phase kargoapi.PromotionPhase, message string) {
	t.Helper()
	p.Status.Phase, p.Status.Message = phase, message
	if p.Status.StartedAt == nil && phase != kargoapi.PromotionPhasePending {
		p.Status.StartedAt = at(int(w.clock.Sub(noon).Seconds()))
	}
	if phase.IsTerminal() {
		p.Status.FinishedAt = at(int(w.clock.Sub(noon).Seconds()))
	}
	if err := w.server.Status().Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// stage changes the Stage.
func (w *world) stage(t testing.TB, change func(*kargoapi.Stage)) {
	t.Helper()
	var stage kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theStage}, &stage); err != nil {
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

// noted makes the Stage take note of a Promotion that has ended.
func (w *world) noted(t testing.TB, p *kargoapi.Promotion) {
	t.Helper()
	var freight kargoapi.Freight
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: p.Spec.Freight}, &freight); err != nil {
		t.Fatal(err)
	}
	w.stage(t, func(s *kargoapi.Stage) {
		s.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name, Status: p.Status.DeepCopy(), FinishedAt: p.Status.FinishedAt}
		if p.Status.Phase == kargoapi.PromotionPhaseSucceeded {
			s.Status.FreightHistory = append([]*kargoapi.FreightCollection{brought(&freight)}, s.Status.FreightHistory...)
			s.Status.Health = nil
		}
	})
}

// verifies says that the Stage has a verification of its own.
func (w *world) verifies(t testing.TB) {
	t.Helper()
	w.stage(t, func(s *kargoapi.Stage) {
		s.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	})
}

// verification is how the newest verification of what the Stage runs stands.
func (w *world) verification(t testing.TB, phase kargoapi.VerificationPhase, message string) {
	t.Helper()
	w.stage(t, func(s *kargoapi.Stage) {
		v := kargoapi.VerificationInfo{ID: "v", Phase: phase, Message: message}
		if phase.IsTerminal() {
			v.FinishTime = at(int(w.clock.Sub(noon).Seconds()))
		}
		s.Status.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{v}
	})
}

func (w *world) health(t testing.TB, state kargoapi.HealthState, issues ...string) {
	t.Helper()
	w.stage(t, func(s *kargoapi.Stage) { s.Status.Health = &kargoapi.Health{Status: state, Issues: issues} })
}

// look has a Controller look at a Promotion.
func (w *world) look(t testing.TB, c *Controller, promotion string) reconcile.Result {
	t.Helper()
	result, err := c.Reconcile(t.Context(), request(promotion))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func request(promotion string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "microsvcs", Name: promotion}}
}

// record returns the record of a Promotion, or nil.
func (w *world) record(t testing.TB, promotion string) *v1alpha1.PromotionRecord {
	t.Helper()
	r, err := get(t.Context(), w.server, request(promotion).NamespacedName, &v1alpha1.PromotionRecord{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// story is what a record says happened, with the messages: "Started, Failed (no)".
func story(r *v1alpha1.PromotionRecord) string {
	var parts []string
	for _, h := range r.Status.Happenings {
		part := string(h.Outcome)
		if h.Message != "" {
			part += " (" + h.Message + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// want checks what a record says.
func (w *world) want(t testing.TB, promotion string, phase v1alpha1.ShipmentPhase, happened string) *v1alpha1.PromotionRecord {
	t.Helper()
	r := w.record(t, promotion)
	if r == nil {
		t.Fatalf("no record of %s", promotion)
	}
	if r.Status.Phase != phase {
		t.Errorf("phase %s, want %s", r.Status.Phase, phase)
	}
	if diff := cmp.Diff(happened, story(r)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	return r
}
