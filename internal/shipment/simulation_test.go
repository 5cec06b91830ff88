package shipment

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	simworld "github.com/davidaparicio/kargo-bot/internal/kargosim/world"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// botUser is the bot's own identity.
const botUser = "system:serviceaccount:kargo-bot:kargo-bot"

// production is the Stage that everything is promoted to.
var production = types.NamespacedName{Namespace: "microsvcs", Name: "red-production"}

// simulation is a Kargo in memory, with red 3.1.0 in production, and the controllers of this package.
type simulation struct {
	*kargosim.Simulator
	cluster *memory.Cluster
	scheme  *runtime.Scheme
	admin   client.WithWatch
	sink    *sink
	// stop ends the controllers and waits until they have.
	stop func()
}

// simulate starts a simulation; adjust changes the Stage before it is made.
func simulate(t *testing.T, adjust func(*kargoapi.Stage)) *simulation {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	sim := &simulation{Simulator: kargosim.New(kargosim.Options{Log: log, StepDuration: time.Millisecond}), sink: &sink{}}
	var err error
	if sim.scheme, err = kargosim.NewScheme(); err != nil {
		t.Fatal(err)
	}
	if err := v1alpha1.AddToScheme(sim.scheme); err != nil {
		t.Fatal(err)
	}
	if sim.cluster, err = sim.NewCluster(memory.ResourcesOf(sim.scheme, v1alpha1.GroupVersion)...); err != nil {
		t.Fatal(err)
	}
	if sim.admin, err = sim.cluster.Client(sim.cluster.AdminConfig(), sim.scheme); err != nil {
		t.Fatal(err)
	}
	spec := simworld.Guide(time.Now())
	spec.Services = spec.Services[:1]
	spec.Adjust = func(_, environment string, stage *kargoapi.Stage) {
		if environment == simworld.Production && adjust != nil {
			adjust(stage)
		}
	}
	if err := simworld.Build(t.Context(), sim.admin, spec); err != nil {
		t.Fatal(err)
	}
	spec.PushTo(sim.Registry)
	sim.permit(t, "create", "promote")
	sim.background(t, func(ctx context.Context) error {
		return sim.Run(ctx, sim.cluster.Config(kargosim.ControllerUser, "system:masters"))
	})
	sim.start(t)
	return sim
}

// permit lets the bot do its work: making Promotions with the verb create, and promote on the Stages.
func (sim *simulation) permit(t *testing.T, create, promote string) {
	t.Helper()
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "kargo-bot"}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"kargobot.dev"}, Resources: []string{"shipments"}, Verbs: []string{"get", "list", "watch", "patch", "delete"}},
		{APIGroups: []string{"kargobot.dev"}, Resources: []string{"shipments/status"}, Verbs: []string{"patch"}},
		{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"promotions", "stages", "freights", "warehouses"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"promotions", "stages", "warehouses", "freights/status"}, Verbs: []string{"patch"}},
		{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"promotions"}, Verbs: []string{create}},
		{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{promote}},
	}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "kargo-bot"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "kargo-bot"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "kargo-bot", Name: "kargo-bot"}},
	}
	for _, o := range []client.Object{role, binding} {
		if err := client.IgnoreNotFound(sim.admin.Delete(t.Context(), o)); err != nil {
			t.Fatal(err)
		}
		o.SetResourceVersion("")
		if err := sim.admin.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
}

// background runs something until the returned function is called, or the test ends.
func (sim *simulation) background(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			t.Errorf("ended with %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// start starts the controllers of this package in a new process.
func (sim *simulation) start(t *testing.T) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	mgr, err := ctrl.NewManager(sim.cluster.Config(botUser), ctrl.Options{
		Scheme: sim.scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Logger: logr.FromSlogHandler(log.Handler()),
		// Each process has a name once; a test has several processes.
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	if err := SetupController(mgr, Options{Retention: time.Hour, Now: time.Now, Log: log, Metrics: NewMetrics(registry)}); err != nil {
		t.Fatal(err)
	}
	deliverer := notify.NewDeliverer(SinkSlack, sim.sink, time.Now, notify.NewMetrics(registry))
	if err := SetupReporter(mgr, ReporterOptions{Deliverers: map[string]*notify.Deliverer{SinkSlack: deliverer}, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	sim.stop = sim.background(t, mgr.Start)
}

// ask makes a Shipment of red's Freight whose tag begins so.
func (sim *simulation) ask(t *testing.T, tag string) {
	t.Helper()
	var all kargoapi.FreightList
	if err := sim.admin.List(t.Context(), &all, client.InNamespace("microsvcs")); err != nil {
		t.Fatal(err)
	}
	for _, freight := range all.Items {
		if !strings.HasPrefix(freight.Images[0].Tag, tag) {
			continue
		}
		s := newShipment()
		s.UID, s.CreationTimestamp = "", metav1.Time{}
		s.Spec.Items[0].Freight = freight.Name
		if err := sim.admin.Create(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no Freight %s", tag)
}

func (sim *simulation) shipment(t *testing.T) *v1alpha1.Shipment {
	t.Helper()
	var s v1alpha1.Shipment
	if err := sim.admin.Get(t.Context(), theRequest.NamespacedName, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// reaches waits until the Shipment is in the phase.
func (sim *simulation) reaches(t *testing.T, phase v1alpha1.ShipmentPhase) *v1alpha1.Shipment {
	t.Helper()
	var s *v1alpha1.Shipment
	eventually(t, "phase "+string(phase), func() bool {
		s = sim.shipment(t)
		if s.Status.Phase.IsTerminal() && s.Status.Phase != phase {
			t.Fatalf("ended %s: %s", s.Status.Phase, s.Status.Message)
		}
		return s.Status.Phase == phase
	})
	return s
}

// promotions returns those that were made for the Shipment.
func (sim *simulation) promotions(t *testing.T) []kargoapi.Promotion {
	t.Helper()
	var list kargoapi.PromotionList
	mine := client.MatchingLabels{v1alpha1.LabelShipmentUID: string(sim.shipment(t).UID)}
	if err := sim.admin.List(t.Context(), &list, mine); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// wantTold waits until people were told the end, and expects nothing twice.
func (sim *simulation) wantTold(t *testing.T, title string) {
	t.Helper()
	eventually(t, "people are told", func() bool {
		titles := sim.sink.titles()
		return len(titles) >= 2 && titles[0] == title && titles[1] == title
	})
	if titles := sim.sink.titles(); len(titles) != 2 {
		t.Errorf("messages: %q", titles)
	}
}

// eventually waits until done reports true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("did not happen in time: %s", what)
		}
	}
}
