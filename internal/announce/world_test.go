package announce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

const (
	namespace = "microsvcs"
	deploys   = "#deploys"
)

// noon is when the tests begin: a Wednesday.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// world is an API server, what is said, and a clock that stands until the test moves it.
type world struct {
	server client.WithWatch
	clock  time.Time
	table  *route.Table
	said   *sink
	// faults replace what the clients do, while they are set.
	faults interceptor.Funcs
	// channel is the ID of #deploys.
	channel string
}

// newWorld has the Subscriptions that the rules want, made an hour before noon.
func newWorld(t *testing.T, table *route.Table) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{clock: noon, table: table, said: &sink{}, channel: "C7"}
	builder := fake.NewClientBuilder().WithScheme(scheme).
		WithStatusSubresource(&v1alpha1.Release{}, &v1alpha1.PromotionRecord{}, &v1alpha1.Notice{}, &v1alpha1.Subscription{}, &v1alpha1.Shipment{})
	if err := index(indexing{builder}); err != nil {
		t.Fatal(err)
	}
	w.server = builder.Build()
	for _, d := range append(table.Destinations(), route.Destination{Sink: route.SinkDeployment}) {
		w.create(t, configured(namespace, d))
	}
	return w
}

type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

// create makes an object, which was made an hour before unless it says when.
func (w *world) create(t *testing.T, o client.Object) {
	t.Helper()
	if o.GetUID() == "" {
		o.SetUID(types.UID("uid-" + o.GetName()))
	}
	if at := o.GetCreationTimestamp(); at.IsZero() {
		o.SetCreationTimestamp(metav1.NewTime(w.clock.Add(-time.Hour)))
	}
	if err := w.server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func (w *world) client() client.Client {
	return interceptor.NewClient(w.server, interceptor.Funcs{
		SubResourcePatch: func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			if w.faults.SubResourcePatch != nil {
				return w.faults.SubResourcePatch(ctx, c, name, o, patch, opts...)
			}
			return c.SubResource(name).Patch(ctx, o, patch, opts...)
		},
	})
}

// Resolve implements Channels.
func (w *world) Resolve(_ context.Context, name string) (string, error) {
	if name == deploys {
		return w.channel, nil
	}
	return "", errors.New("no such channel")
}

// Trouble implements Channels.
func (w *world) Trouble(name string) string {
	if name == "#nowhere" {
		return "kargo-bot is not in #nowhere."
	}
	return ""
}

// announcer returns an Announcer of a new process.
func (w *world) announcer() *Announcer {
	now := func() time.Time { return w.clock }
	metrics := notify.NewMetrics(prometheus.NewRegistry())
	deliverers := map[string]*notify.Deliverer{}
	for _, name := range []string{route.SinkSlack, route.SinkWebhook, route.SinkDeployment} {
		deliverers[name] = notify.NewDeliverer(name, w.said, now, metrics)
	}
	return New(w.client(), w.server, Options{
		Namespaces: []string{namespace}, Project: func(string) string { return namespace },
		HasStage:     func(string, string, string) bool { return true },
		Table:        w.table,
		Destinations: append(w.table.Destinations(), route.Destination{Sink: route.SinkDeployment}),
		Deployments:  Deployments{Environment: "{service}-{environment}", Production: []string{"production"}},
		Deliverers:   deliverers, Slack: w,
		SlackID: func(source, id string) string {
			if source != "slack" {
				return ""
			}
			return id[strings.LastIndexByte(id, '/')+1:]
		},
		Links: cards.Links{Kargo: "https://kargo.acme.dev"}, Now: now, Log: slog.New(slog.DiscardHandler), Metrics: NewMetrics(prometheus.NewRegistry()),
	})
}

// pass has everything looked at once, as the queues do, and returns when to look again.
func (w *world) pass(t *testing.T, a *Announcer) (again time.Duration, failed error) {
	t.Helper()
	look := func(reconciler reconcile.Func, name string) {
		result, err := reconciler(t.Context(), reconcile.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: name}})
		failed = errors.Join(failed, err)
		again = backoff.Sooner(again, result.RequeueAfter)
	}
	for _, on := range surfaces() {
		var releases v1alpha1.ReleaseList
		w.list(t, &releases)
		for _, r := range releases.Items {
			look(a.reconcileRelease(on), r.Name)
		}
		var records v1alpha1.PromotionRecordList
		w.list(t, &records)
		for _, p := range records.Items {
			look(a.reconcileRecord(on), p.Name)
		}
		var notices v1alpha1.NoticeList
		w.list(t, &notices)
		for _, n := range notices.Items {
			look(a.reconcileNotice(on), n.Name)
		}
	}
	var subscriptions v1alpha1.SubscriptionList
	w.list(t, &subscriptions)
	for _, s := range subscriptions.Items {
		look(a.reconcileSubscription, s.Name)
	}
	return again, failed
}

func (w *world) list(t *testing.T, list client.ObjectList) {
	t.Helper()
	if err := w.server.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
}

// settle goes on until everything is said that is to be said for now.
func (w *world) settle(t *testing.T, a *Announcer) {
	t.Helper()
	for range 30 {
		before := len(w.said.calls)
		again, err := w.pass(t, a)
		if err == nil && len(w.said.calls) == before && (again == 0 || again > 5*time.Second) {
			return
		}
		w.clock = w.clock.Add(time.Second)
	}
	t.Fatalf("there is always something left to say: %v", w.said.calls)
}

// record makes the record of a Promotion of red to production, by octocat.
func (w *world) record(t *testing.T, name string, change func(*v1alpha1.PromotionRecord)) *v1alpha1.PromotionRecord {
	t.Helper()
	p := &v1alpha1.PromotionRecord{Spec: v1alpha1.PromotionRecordSpec{
		Service: "red", Environment: "production", Stage: "red-production", Freight: "e72fb09c", Version: "3.2.0", FromVersion: "3.1.0",
		By: "octocat", RequestedBy: &v1alpha1.Actor{Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev"},
	}}
	p.Namespace, p.Name = namespace, name
	p.CreationTimestamp = metav1.NewTime(w.clock.Add(-time.Minute))
	if change != nil {
		change(p)
	}
	w.create(t, p)
	return p
}

// happens adds a happening to a record, and has it stand so.
func (w *world) happens(t *testing.T, name string, outcome v1alpha1.Outcome, phase v1alpha1.ShipmentPhase) {
	t.Helper()
	var p v1alpha1.PromotionRecord
	if err := w.server.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, &p); err != nil {
		t.Fatal(err)
	}
	p.Status.Phase = phase
	h := v1alpha1.Happening{Outcome: outcome, At: metav1.NewTime(w.clock)}
	if outcome.IsBad() {
		h.Message = "does not permit mutation by Kargo Stage"
		p.Status.Message = h.Message
	}
	p.Status.Happenings = append(p.Status.Happenings, h)
	if err := w.server.Status().Update(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
}

// release makes a Release of red 3.2.0 that has just been tagged.
func (w *world) release(t *testing.T, change func(*v1alpha1.Release)) *v1alpha1.Release {
	t.Helper()
	r := &v1alpha1.Release{Spec: v1alpha1.ReleaseSpec{Service: "red", Version: "3.2.0"}}
	r.Namespace, r.Name, r.CreationTimestamp = namespace, "red-3.2.0", metav1.NewTime(w.clock)
	r.Status.Phase = v1alpha1.ReleaseAwaitingImage
	r.Status.Happenings = []v1alpha1.Happening{{Outcome: v1alpha1.OutcomeReleased, At: metav1.NewTime(w.clock)}}
	if change != nil {
		change(r)
	}
	status := r.Status
	w.create(t, r)
	r.Status = status
	if err := w.server.Status().Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// rule tells #deploys of production.
func rule(on ...v1alpha1.Outcome) route.Rule {
	return route.Rule{Environments: []string{"production"}, On: on, To: []route.Destination{{Sink: route.SinkSlack, Target: deploys}}}
}

func table(rules ...route.Rule) *route.Table {
	return &route.Table{Rules: rules, Channels: map[string]route.Channel{}, Owners: []route.Owner{{Services: []string{"red"}, Slack: "S7"}}}
}

// sink is all surfaces at once.
type sink struct {
	mu    sync.Mutex
	shown []shown
	calls []string
	// fault is called before and after each call, and may make it fail.
	fault func(op string, done bool) error
}

type shown struct {
	id, target, marker, title, replyTo, mention string
	card                                        notify.Message
	edits                                       int
}

func (s *sink) Address(m notify.Message) string {
	switch t := m.Target; {
	case t.Channel != nil:
		return t.Channel.Name
	case t.Webhook != nil:
		return t.Webhook.Name
	case t.Deployment != nil:
		return t.Deployment.Repo + " " + t.Deployment.Environment
	default:
		return ""
	}
}

func (s *sink) Interval() time.Duration { return time.Second }

func (s *sink) failing(op string, done bool) error {
	if s.fault == nil {
		return nil
	}
	return s.fault(op, done)
}

func (s *sink) Find(_ context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "find "+m.Marker)
	if err := s.failing("find", false); err != nil {
		return "", err
	}
	for _, shown := range s.shown {
		if shown.marker == m.Marker && shown.target == s.Address(m) {
			return shown.id, nil
		}
	}
	return "", nil
}

func (s *sink) Post(_ context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "post "+m.Marker)
	if err := s.failing("post", false); err != nil {
		return "", err
	}
	id := fmt.Sprint(len(s.shown) + 1)
	s.shown = append(s.shown, shown{
		id: id, target: s.Address(m), marker: m.Marker, title: m.Card.Title, replyTo: m.ReplyTo, mention: m.Mention.ID, card: m,
	})
	return id, s.failing("post", true)
}

func (s *sink) Update(_ context.Context, id string, m notify.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, "update "+m.Marker)
	if err := s.failing("update", false); err != nil {
		return err
	}
	i := slices.IndexFunc(s.shown, func(shown shown) bool { return shown.id == id })
	s.shown[i].title, s.shown[i].card = m.Card.Title, m
	s.shown[i].edits++
	return s.failing("update", true)
}

// in returns what was said in one place.
func (s *sink) in(target string) []shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.shown), func(shown shown) bool { return shown.target != target })
}

// wantOne expects one message in a place.
func (w *world) wantOne(t *testing.T, target string) shown {
	t.Helper()
	all := w.said.in(target)
	if len(all) != 1 {
		t.Fatalf("%d messages in %s: %+v", len(all), target, all)
	}
	return all[0]
}
