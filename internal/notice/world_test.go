package notice

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	namespace  = "microsvcs"
	occurrence = "github-creds-1"
)

// noon is when the tests begin.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// world is an API server with what secretsync tells, and a clock that stands until the test moves it.
type world struct {
	server client.WithWatch
	clock  time.Time
	// writes are the requests that change something, as "create" or "patch status".
	writes    []string
	retention time.Duration
	// stale is what the cache shows of the Notice instead of what is there.
	stale   *v1alpha1.Notice
	metrics *prometheus.Registry
}

func newWorld(t *testing.T) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.Notice{})
	if err := index(t.Context(), indexing{builder}); err != nil {
		t.Fatal(err)
	}
	return &world{server: builder.Build(), clock: noon, metrics: prometheus.NewRegistry()}
}

type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

// controller returns a Controller of a new process.
func (w *world) controller() *Controller {
	c := interceptor.NewClient(w.server, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if n, ok := o.(*v1alpha1.Notice); ok && w.stale != nil {
				w.stale.DeepCopyInto(n)
				return nil
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			w.writes = append(w.writes, "create")
			return c.Create(ctx, o, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			w.writes = append(w.writes, "patch "+name)
			return c.SubResource(name).Patch(ctx, o, patch, opts...)
		},
	})
	w.metrics = prometheus.NewRegistry()
	return &Controller{client: c, Options: Options{
		Retention: w.retention, Now: func() time.Time { return w.clock }, Log: slog.New(slog.DiscardHandler), Metrics: NewMetrics(w.metrics),
	}}
}

// tells makes an Event as secretsync does, of what happened that long after noon.
func (w *world) tells(t *testing.T, reason string, after time.Duration, change ...func(*corev1.Event)) *corev1.Event {
	t.Helper()
	at := noon.Add(after)
	e := &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: "github-creds." + strings.ToLower(reason) + "." + strings.ReplaceAll(after.String(), ".", "-"),
			Annotations: map[string]string{
				credentials.AnnotationOccurrence: occurrence, credentials.AnnotationAt: at.Format(time.RFC3339),
				credentials.AnnotationSecret: "github-creds", credentials.AnnotationType: "git",
			},
		},
		InvolvedObject: corev1.ObjectReference{Kind: "Secret", Namespace: namespace, Name: "github-creds"},
		Reason:         reason, Message: reason + " it is.", ReportingController: credentials.Component,
		FirstTimestamp: metav1.NewTime(at), LastTimestamp: metav1.NewTime(at),
	}
	for _, c := range change {
		c(e)
	}
	if err := w.server.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return e
}

// look has the occurrence looked at, and returns after how long that is to be done again.
func (w *world) look(t *testing.T, c *Controller) time.Duration {
	t.Helper()
	result, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: occurrence}})
	if err != nil {
		t.Fatal(err)
	}
	return result.RequeueAfter
}

// notice returns the Notice of the occurrence, nil if there is none.
func (w *world) notice(t *testing.T) *v1alpha1.Notice {
	t.Helper()
	n := &v1alpha1.Notice{}
	err := w.server.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: occurrence}, n)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantHappened expects what the Notice says has happened, as "Failing Recovered".
func (w *world) wantHappened(t *testing.T, want string) {
	t.Helper()
	n := w.notice(t)
	if n == nil {
		t.Fatal("there is no notice")
	}
	var got []string
	for _, h := range n.Status.Happenings {
		got = append(got, strings.TrimPrefix(string(h.Outcome), "Credential"))
	}
	if strings.Join(got, " ") != want {
		t.Errorf("it says %v; want %s", got, want)
	}
}

// refused is how many Events the newest process could not use.
func (w *world) refused(t *testing.T) float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "kargobot_credential_events_refused_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("nothing counts what is refused")
	return 0
}
