package record

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
	simworld "github.com/davidaparicio/kargo-bot/internal/kargosim/world"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// botUser is the bot's own identity.
const botUser = "system:serviceaccount:kargo-bot:kargo-bot"

// production is the Stage that everything is promoted to.
var production = types.NamespacedName{Namespace: "microsvcs", Name: theStage}

// simulation is a Kargo in memory, with red in production, and the controllers of this package.
type simulation struct {
	*kargosim.Simulator

	admin client.WithWatch
	// since is from when on somebody wants to know what happens.
	since time.Time
}

func simulate(t *testing.T) *simulation {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	sim := &simulation{Simulator: kargosim.New(kargosim.Options{Log: log, StepDuration: time.Millisecond}), since: time.Now().Add(-time.Second)}
	scheme, err := kargosim.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	cluster, err := sim.NewCluster(memory.ResourcesOf(scheme, v1alpha1.GroupVersion)...)
	if err != nil {
		t.Fatal(err)
	}
	if sim.admin, err = cluster.Client(cluster.AdminConfig(), scheme); err != nil {
		t.Fatal(err)
	}
	spec := simworld.Guide(time.Now())
	spec.Services = spec.Services[:1]
	if err := simworld.Build(t.Context(), sim.admin, spec); err != nil {
		t.Fatal(err)
	}
	spec.PushTo(sim.Registry)
	sim.permit(t)
	background(t, func(ctx context.Context) error {
		return sim.Run(ctx, cluster.Config(kargosim.ControllerUser, "system:masters"))
	})
	mgr, err := ctrl.NewManager(cluster.Config(botUser), ctrl.Options{
		Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Logger: logr.FromSlogHandler(log.Handler()),
		Cache:      cache.Options{DefaultTransform: kargo.Transform},
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	sim.setup(t, mgr, log)
	background(t, mgr.Start)
	return sim
}

// setup adds the controllers of this package, for whoever wants to know what happens from now on.
func (sim *simulation) setup(t *testing.T, mgr ctrl.Manager, log *slog.Logger) {
	t.Helper()
	err := SetupController(mgr, Options{
		Catalogue: catalogue(), Retention: time.Hour, Now: time.Now, Log: log, Metrics: NewMetrics(prometheus.NewRegistry()),
		Wants: func(_ context.Context, _ string, e route.Event) bool {
			return !e.At.Before(sim.since.Truncate(time.Second))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = SetupLocator(mgr, LocatorOptions{
		Catalogue: catalogue(), Code: built{}, Home: func(string, string) string { return "acme/microsvcs" }, Web: "https://github.com", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// built knows the commit of every tag.
type built struct{}

func (built) Commit(_ context.Context, _, _, repo string, refs []kargoapi.FreightReference) freightdiff.Located {
	return freightdiff.Located{Commit: repo + "@" + refs[0].Images[0].Tag}
}

// permit lets the bot do what this package does, and no more.
func (sim *simulation) permit(t *testing.T) {
	t.Helper()
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "kargo-bot"}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"kargobot.dev"}, Resources: []string{"promotionrecords"}, Verbs: []string{"get", "list", "watch", "create", "delete"}},
		{APIGroups: []string{"kargobot.dev"}, Resources: []string{"promotionrecords/status"}, Verbs: []string{"patch"}},
		{APIGroups: []string{"kargobot.dev"}, Resources: []string{"shipments", "subscriptions"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"promotions", "stages", "freights"}, Verbs: []string{"get", "list", "watch"}},
	}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "kargo-bot"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "kargo-bot"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "kargo-bot", Name: "kargo-bot"}},
	}
	for _, o := range []client.Object{role, binding} {
		if err := sim.admin.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
}

// background runs something until the test ends.
func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			t.Errorf("ended with %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// promote makes a Promotion of red's Freight of that version.
func (sim *simulation) promote(t *testing.T, version string) *kargoapi.Promotion {
	t.Helper()
	var all kargoapi.FreightList
	if err := sim.admin.List(t.Context(), &all, client.InNamespace(production.Namespace)); err != nil {
		t.Fatal(err)
	}
	for _, freight := range all.Items {
		if freight.Images[0].Tag != version {
			continue
		}
		p := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Stage: production.Name, Freight: freight.Name}}
		p.Namespace, p.GenerateName = production.Namespace, "asked-"
		if err := sim.admin.Create(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatalf("no Freight %s", version)
	return nil
}

// tells waits until the record of a Promotion tells that.
func (sim *simulation) tells(t *testing.T, p *kargoapi.Promotion, want string) *v1alpha1.PromotionRecord {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := get(t.Context(), sim.admin, client.ObjectKeyFromObject(p), &v1alpha1.PromotionRecord{})
		if err != nil {
			t.Fatal(err)
		}
		if r != nil && story(r) == want {
			return r
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("it does not tell in time: %s; but %+v", want, r)
		}
	}
}

func (sim *simulation) records(t *testing.T) []v1alpha1.PromotionRecord {
	t.Helper()
	var list v1alpha1.PromotionRecordList
	if err := sim.admin.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func TestWhatOthersPromoteIsRecorded(t *testing.T) {
	sim := simulate(t)
	p := sim.promote(t, "3.2.0")
	r := sim.tells(t, p, "Started, Succeeded")
	if r.Spec.Version != "3.2.0" || r.Spec.FromVersion == "" || r.Spec.By == "" {
		t.Errorf("spec %+v", r.Spec)
	}
	sim.Outcomes.FailStep(production, 2, "the build is on fire")
	q := sim.promote(t, r.Spec.FromVersion)
	failed := sim.tells(t, q, "Started, Failed (step \"set-image\": the build is on fire)")
	if failed.Spec.FromVersion != "3.2.0" || failed.Status.Phase != v1alpha1.PhaseFailed {
		t.Errorf("from %s, phase %s", failed.Spec.FromVersion, failed.Status.Phase)
	}
	sim.Outcomes.Reset(production)
	last := sim.promote(t, r.Spec.FromVersion)
	sim.tells(t, last, "Started, Succeeded")
	// The history that the world began with is adopted without a word.
	if all := sim.records(t); len(all) != 3 {
		t.Errorf("%d records", len(all))
	}
	eventually(t, "the commit is found, and what was replaced is noted", func() bool {
		now := sim.tells(t, p, "Started, Succeeded")
		return now.Status.Replaced && now.Status.Repo == "acme/microsvcs" && now.Status.Commit == "acme/microsvcs@3.2.0"
	})
}

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

func TestARecordIsWrittenSoon(t *testing.T) {
	sim := simulate(t)
	var slowest time.Duration
	for range 10 {
		sim.Outcomes.HangStep(production, 1)
		p := sim.promote(t, "3.2.0")
		sim.tells(t, p, "Started")
		sim.Outcomes.FailStep(production, 1, "no")
		eventually(t, "the Promotion fails", func() bool {
			var now kargoapi.Promotion
			if err := sim.admin.Get(t.Context(), client.ObjectKeyFromObject(p), &now); err != nil {
				t.Fatal(err)
			}
			return now.Status.Phase.IsTerminal()
		})
		from := time.Now()
		sim.tells(t, p, "Started, Failed (step \"step-1\": no)")
		slowest = max(slowest, time.Since(from))
	}
	t.Logf("the slowest of 10 took %s", slowest)
	// On a machine that has nothing else to do it is a few milliseconds.
	if slowest > 5*time.Second {
		t.Errorf("the slowest of 10 took %s", slowest)
	}
}
