package release_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/runtime"
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
	"github.com/davidaparicio/kargo-bot/internal/release"
)

const (
	namespace = "microsvcs"
	home      = "davidaparicio/microsvcs"
)

// forge has tags by name.
type forge struct {
	mu   sync.Mutex
	tags map[string]*freightdiff.Tagged
}

func (f *forge) Tagged(_ context.Context, repo, tag string) (*freightdiff.Tagged, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.tags[tag]
	if !ok || !strings.EqualFold(repo, home) {
		return nil, freightdiff.ErrNotFound
	}
	copied := *found
	return &copied, nil
}

// tag puts a tag, or what is known of it, in the forge.
func (f *forge) tag(name string, t freightdiff.Tagged) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tags == nil {
		f.tags = map[string]*freightdiff.Tagged{}
	}
	f.tags[name] = &t
}

// simulation is a Kargo in memory, with red 3.1.0 in production and 3.2.0 in staging, and the controllers of this
// package.
type simulation struct {
	*kargosim.Simulator

	spec    simworld.Spec
	cluster *memory.Cluster
	scheme  *runtime.Scheme
	admin   client.WithWatch
	forge   *forge
	tags    *release.Tags
	options release.Options
	stop    func()
}

// simulate starts a simulation; adjust changes the options of the controllers before that.
func simulate(t *testing.T, adjust func(*release.Options)) *simulation {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	sim := &simulation{Simulator: kargosim.New(kargosim.Options{Log: log, StepDuration: time.Millisecond}), forge: &forge{}}
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
	sim.spec = simworld.Guide(time.Now())
	sim.spec.Services = sim.spec.Services[:1]
	if err := simworld.Build(t.Context(), sim.admin, sim.spec); err != nil {
		t.Fatal(err)
	}
	sim.spec.PushTo(sim.Registry)
	installed := time.Now()
	sim.options = release.Options{
		Forge: sim.forge,
		Source: func(string, string) freightdiff.Source {
			return freightdiff.Source{Default: home, Tags: []string{"{service}/{version}"}}
		},
		Since: func(context.Context, string) (time.Time, bool) { return installed, true },
		Now:   time.Now, Log: log,
	}
	if adjust != nil {
		adjust(&sim.options)
	}
	sim.background(t, func(ctx context.Context) error {
		return sim.Run(ctx, sim.cluster.Config(kargosim.ControllerUser, "system:masters"))
	})
	sim.start(t)
	return sim
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
	mgr, err := ctrl.NewManager(sim.cluster.AdminConfig(), ctrl.Options{
		Scheme: sim.scheme, Metrics: metricsserver.Options{BindAddress: "0"}, Logger: logr.FromSlogHandler(sim.options.Log.Handler()),
		Cache: cache.Options{DefaultTransform: kargo.Transform},
		// Each process has a name once; a test has several processes.
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := kargo.IndexPromotions(t.Context(), mgr.GetFieldIndexer()); err != nil {
		t.Fatal(err)
	}
	o := sim.options
	o.Catalogue = kargo.NewCatalogue(mgr.GetCache(), []kargo.Pipeline{{
		Project: namespace, Namespace: namespace,
		Environments: []kargo.Environment{{Name: simworld.Development}, {Name: simworld.Staging}, {Name: simworld.Production}},
	}})
	o.Metrics = release.NewMetrics(prometheus.NewRegistry())
	if sim.tags, err = release.Setup(mgr, o); err != nil {
		t.Fatal(err)
	}
	sim.stop = sim.background(t, mgr.Start)
	if !mgr.GetCache().WaitForCacheSync(t.Context()) {
		t.Fatal("the cache is not filled")
	}
}

// push puts an image of red in the registry; Kargo looks for it when it is asked to.
func (sim *simulation) push(tag string) {
	sim.Registry.Push(sim.spec.Repository("red"), sim.spec.Pushed("red", simworld.Image{Tag: tag, Commit: "8d2f6b2aaaa", At: time.Now()}))
}

// discover has Kargo look for images of red.
func (sim *simulation) discover(t *testing.T) {
	t.Helper()
	key := client.ObjectKey{Namespace: namespace, Name: simworld.ReleasesWarehouse("red")}
	if err := kargo.NewOperator(sim.admin).RefreshWarehouse(t.Context(), key, time.Now().String()); err != nil {
		t.Fatal(err)
	}
}

// hear tells of a tag as a webhook does.
func (sim *simulation) hear(t *testing.T, repo, tag string) {
	t.Helper()
	if err := sim.tags.Tagged(t.Context(), repo, tag); err != nil {
		t.Fatal(err)
	}
}

// promote has Kargo promote Freight, as somebody does with its UI.
func (sim *simulation) promote(t *testing.T, stage, freight string) {
	t.Helper()
	p := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Stage: stage, Freight: freight}}
	p.Namespace, p.GenerateName = namespace, "promote-"
	if err := sim.admin.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// releases returns all that there are.
func (sim *simulation) releases(t *testing.T) []v1alpha1.Release {
	t.Helper()
	var list v1alpha1.ReleaseList
	if err := sim.admin.List(t.Context(), &list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// awaits waits until a Release is as expected, and returns it.
func (sim *simulation) awaits(t *testing.T, name, what string, done func(*v1alpha1.Release) bool) *v1alpha1.Release {
	t.Helper()
	r := &v1alpha1.Release{}
	eventually(t, func() string { return name + " " + what + "; it is " + describe(r) }, func() bool {
		r = &v1alpha1.Release{}
		err := sim.admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, r)
		return err == nil && done(r)
	})
	return r
}

// reaches waits until a Release is in the phase.
func (sim *simulation) reaches(t *testing.T, name string, phase v1alpha1.ReleasePhase) *v1alpha1.Release {
	t.Helper()
	return sim.awaits(t, name, "is "+string(phase), func(r *v1alpha1.Release) bool { return r.Status.Phase == phase })
}

func describe(r *v1alpha1.Release) string {
	out := string(r.Status.Phase) + " " + r.Status.Message
	for _, s := range r.Status.Stages {
		out += " " + s.Environment + "=" + string(s.Phase)
	}
	return out
}

// outcomes are the happenings of a Release in short.
func outcomes(r *v1alpha1.Release) []string {
	var out []string
	for _, h := range r.Status.Happenings {
		s := string(h.Outcome)
		if h.Environment != "" {
			s += " " + h.Environment
		}
		out = append(out, s)
	}
	return out
}

// in returns how a Release stands in an environment.
func in(t *testing.T, r *v1alpha1.Release, environment string) v1alpha1.ReleaseStage {
	t.Helper()
	for _, s := range r.Status.Stages {
		if s.Environment == environment {
			return s
		}
	}
	t.Fatalf("%s is not in %s: %s", r.Name, environment, describe(r))
	return v1alpha1.ReleaseStage{}
}

// eventually waits until done reports true.
func eventually(t *testing.T, what func() string, done func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("did not happen in time: %s", what())
		}
	}
}
