package release

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// at returns the moment so many minutes after noon.
func at(minutes int) *metav1.Time {
	t := metav1.NewTime(noon.Add(time.Duration(minutes) * time.Minute))
	return &t
}

// world is an API server of which nothing moves by itself, and the parts of this package.
type world struct {
	server  client.WithWatch
	clock   time.Time
	options Options
	// since is since when anybody is told; zero if that is not known.
	since time.Time
	forge *tagsOf
}

// tagsOf is a forge with tags by name, or an error.
type tagsOf struct {
	tags map[string]*freightdiff.Tagged
	err  error
	// asked are the tags that it was asked for.
	asked []string
}

func (f *tagsOf) Tagged(_ context.Context, _, tag string) (*freightdiff.Tagged, error) {
	f.asked = append(f.asked, tag)
	if f.err != nil {
		return nil, f.err
	}
	if found, ok := f.tags[tag]; ok {
		copied := *found
		return &copied, nil
	}
	return nil, fmt.Errorf("%w: %s", freightdiff.ErrNotFound, tag)
}

// diagnosis is a doctor's who always says the same.
type diagnosis struct {
	answers.Diagnosis

	err error
	of  string
}

func (d *diagnosis) Examine(_ context.Context, service string) (answers.Diagnosis, error) {
	d.of = service
	return d.Diagnosis, d.err
}

// newWorld has red's Warehouses and Stages, and the objects given, which take the place of those of the same name.
func newWorld(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string]client.Object{}
	for _, o := range append([]client.Object{
		warehouse("red-dev", "NewestBuild"), warehouse("red-releases", "SemVer"),
		stage("development", "red-dev"), stage("staging", "red-releases"), stage("production", "red-releases", "red-staging"),
	}, objects...) {
		all[fmt.Sprintf("%T %s", o, o.GetName())] = o
	}
	w := &world{clock: noon, since: noon.Add(-time.Hour), forge: &tagsOf{}}
	builder := fake.NewClientBuilder().WithScheme(scheme).
		WithStatusSubresource(&v1alpha1.Release{}, &kargoapi.Promotion{}, &kargoapi.Stage{}, &kargoapi.Freight{}, &kargoapi.Warehouse{}).
		WithIndex(&v1alpha1.Release{}, releaseService, serviceOf)
	for _, o := range all {
		builder = builder.WithObjects(o)
	}
	indexer := &indexes{builder: builder}
	for _, index := range []func(context.Context, client.FieldIndexer) error{kargo.IndexPromotions, kargo.IndexLines} {
		if err := index(t.Context(), indexer); err != nil {
			t.Fatal(err)
		}
	}
	w.server = indexer.builder.Build()
	w.options = Options{
		Catalogue: kargo.NewCatalogue(w.server, []kargo.Pipeline{{Project: "microsvcs", Namespace: "microsvcs", Environments: []kargo.Environment{
			{Name: "development"}, {Name: "staging"}, {Name: "production"},
		}}}),
		Forge: w.forge,
		Source: func(string, string) freightdiff.Source {
			return freightdiff.Source{Repo: "acme/microsvcs", Tags: []string{"{service}/{version}"}}
		},
		Since: func(context.Context, string) (time.Time, bool) { return w.since, !w.since.IsZero() },
		Now:   func() time.Time { return w.clock },
		Log:   slog.New(slog.NewTextHandler(t.Output(), nil)), Metrics: NewMetrics(prometheus.NewRegistry()),
	}
	return w
}

// indexes adds indexes to a client that is being built.
type indexes struct{ builder *fake.ClientBuilder }

func (i *indexes) IndexField(_ context.Context, o client.Object, field string, value client.IndexerFunc) error {
	i.builder = i.builder.WithIndex(o, field, value)
	return nil
}

func (w *world) maker() maker { return maker{Options: w.options, client: w.server} }

func (w *world) controller() *Controller {
	return &Controller{Options: w.options, client: w.server, operator: kargo.NewOperator(w.server)}
}

var theRelease = reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "microsvcs", Name: "red-3.2.0"}}

// look has the Controller look at the Release, and returns how it then stands.
func (w *world) look(t *testing.T, r reconcile.Reconciler) (*v1alpha1.Release, time.Duration) {
	t.Helper()
	result, err := r.Reconcile(t.Context(), theRelease)
	if err != nil {
		t.Fatal(err)
	}
	return w.release(t, theRelease.Name), result.RequeueAfter
}

func (w *world) release(t *testing.T, name string) *v1alpha1.Release {
	t.Helper()
	var r v1alpha1.Release
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// names are those of all Releases.
func (w *world) names(t *testing.T) string {
	t.Helper()
	var list v1alpha1.ReleaseList
	if err := w.server.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range list.Items {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// token is the last refresh that a Warehouse was asked for.
func (w *world) token(t *testing.T, name string) string {
	t.Helper()
	var found kargoapi.Warehouse
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &found); err != nil {
		t.Fatal(err)
	}
	return found.Annotations[kargoapi.AnnotationKeyRefresh]
}

// released is a Release that was made at noon.
func released(version string) *v1alpha1.Release {
	r := &v1alpha1.Release{Spec: v1alpha1.ReleaseSpec{
		Service: "red", Version: version, Source: &v1alpha1.ReleaseSource{Repo: "acme/microsvcs", Tag: "red/" + version},
	}}
	r.Namespace, r.Name, r.CreationTimestamp, r.UID = "microsvcs", Name("red", version), *at(0), types.UID("uid-"+version)
	return r
}

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "microsvcs", Name: name, CreationTimestamp: *at(0)}
}

func warehouse(name, strategy string) *kargoapi.Warehouse {
	return &kargoapi.Warehouse{ObjectMeta: meta(name), Spec: kargoapi.WarehouseSpec{Subscriptions: []kargoapi.RepoSubscription{
		{Image: &kargoapi.ImageSubscription{RepoURL: "quay.io/acme/red", ImageSelectionStrategy: strategy}},
	}}}
}

// stage takes Freight from a Warehouse, by way of the Stages upstream if there are any.
func stage(environment, from string, upstream ...string) *kargoapi.Stage {
	return &kargoapi.Stage{
		ObjectMeta: meta("red-" + environment),
		Spec: kargoapi.StageSpec{
			RequestedFreight: []kargoapi.FreightRequest{{
				Origin:  kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: from},
				Sources: kargoapi.FreightSources{Direct: len(upstream) == 0, Stages: upstream},
			}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{Steps: []kargoapi.PromotionStep{{Uses: "git-push"}}}},
		},
	}
}

// freight is of red's releases, or of its builds.
func freight(name, tag string, discovered int) *kargoapi.Freight {
	from := "red-releases"
	if strings.HasPrefix(tag, "sha-") {
		from = "red-dev"
	}
	return &kargoapi.Freight{
		ObjectMeta: meta(name), Alias: "rafting-starfish", DiscoveredAt: at(discovered),
		Origin: kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: from},
		Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: tag}},
	}
}

// runs makes a Stage run Freight, the newest first.
func runs(s *kargoapi.Stage, all ...*kargoapi.Freight) *kargoapi.Stage {
	for _, f := range all {
		s.Status.FreightHistory = append(s.Status.FreightHistory, &kargoapi.FreightCollection{
			ID: f.Name, Freight: map[string]kargoapi.FreightReference{f.Origin.String(): kargo.Reference(f)},
		})
	}
	return s
}

// verified says that Freight was verified in Stages.
func verified(f *kargoapi.Freight, stages ...string) *kargoapi.Freight {
	f.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{}
	for _, s := range stages {
		f.Status.VerifiedIn[s] = kargoapi.VerifiedStage{VerifiedAt: at(7)}
	}
	return f
}

// promotion is one to a Stage; the number tells which came first.
func promotion(number int, stage, freight string, status kargoapi.PromotionStatus) *kargoapi.Promotion {
	return &kargoapi.Promotion{
		ObjectMeta: meta(fmt.Sprintf("%s.%04d.%s", stage, number, freight)),
		Spec:       kargoapi.PromotionSpec{Stage: stage, Freight: freight, Steps: []kargoapi.PromotionStep{{Uses: "git-clone"}, {Uses: "git-push"}}},
		Status:     status,
	}
}
