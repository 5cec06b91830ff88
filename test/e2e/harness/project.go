package harness

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// kargoTimeout bounds what Kargo may take for one thing: to promote, to note that it did.
const kargoTimeout = 60 * time.Second

// Project is a Kargo project that a test has for itself.
type Project struct {
	// Name is also that of its namespace.
	Name string
	// The project's objects, as they are.
	Stages     *Watcher[*kargoapi.Stage]
	Freight    *Watcher[*kargoapi.Freight]
	Promotions *Watcher[*kargoapi.Promotion]
	Shipments  *Watcher[*v1alpha1.Shipment]

	cluster *Cluster
	freight int // made so far
	// automatic are the promotion policies made so far.
	automatic []any
}

// NewProject makes a project. Tests with several tell them apart by suffix.
func (c *Cluster) NewProject(t testing.TB, suffix string) *Project {
	t.Helper()
	p := &Project{Name: c.nameFor(t, suffix), cluster: c}
	// With its label, an existing namespace is adopted, so that nothing has to be waited for.
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: p.Name, Labels: map[string]string{kargoapi.LabelKeyProject: kargoapi.LabelValueTrue},
	}})
	c.create(t, &kargoapi.Project{ObjectMeta: metav1.ObjectMeta{Name: p.Name}})
	p.Stages = Watch[*kargoapi.Stage](t, c, &kargoapi.StageList{}, p.Name)
	p.Freight = Watch[*kargoapi.Freight](t, c, &kargoapi.FreightList{}, p.Name)
	p.Promotions = Watch[*kargoapi.Promotion](t, c, &kargoapi.PromotionList{}, p.Name)
	p.Shipments = Watch[*v1alpha1.Shipment](t, c, &v1alpha1.ShipmentList{}, p.Name)
	if c.RealKargo {
		p.awaitReady(t)
	}
	return p
}

// awaitReady returns when Kargo has made what a project needs.
func (p *Project) awaitReady(t testing.TB) {
	t.Helper()
	projects := Watch[*kargoapi.Project](t, p.cluster, &kargoapi.ProjectList{}, "")
	projects.AwaitOne(t, "Kargo to be ready for the project", kargoTimeout, func(o *kargoapi.Project) bool {
		return o.Name == p.Name && meta.IsStatusConditionTrue(o.Status.Conditions, kargoapi.ConditionTypeReady)
	})
}

// image is the repository of a service's image. Nothing answers there, and nothing has to: Freight
// is made by the tests.
func image(service string) string { return "127.0.0.1:9/acme/" + service }

// Warehouse makes a Warehouse for the image of a service. Its name is the service's.
func (p *Project) Warehouse(t testing.TB, service string) {
	t.Helper()
	p.WarehouseNamed(t, service, service)
}

// WarehouseNamed makes a Warehouse of any name for the image of a service.
func (p *Project) WarehouseNamed(t testing.TB, name, service string) {
	t.Helper()
	p.make(t, "Warehouse", name, map[string]any{
		"interval": "24h", "freightCreationPolicy": "Manual",
		"subscriptions": []any{map[string]any{"image": map[string]any{
			"repoURL": image(service), "imageSelectionStrategy": "SemVer", "constraint": ">=0.0.0",
		}}},
	})
}

// NewFreight makes Freight of one version of a service's image, as the Warehouse of that name would.
// Of two, the one that is made later is the newer.
func (p *Project) NewFreight(t testing.TB, warehouse, service, version string) *kargoapi.Freight {
	t.Helper()
	p.freight++
	// Kargo keeps full seconds; the order is not to depend on how long the test takes.
	f := p.freightOf(warehouse, service, version, time.Now().Add(-time.Hour+time.Duration(p.freight)*time.Second))
	p.cluster.create(t, f)
	return f
}

func (p *Project) freightOf(warehouse, service, version string, at time.Time) *kargoapi.Freight {
	discovered := metav1.NewTime(at)
	return &kargoapi.Freight{
		// Kargo's admission names it after what is in it.
		ObjectMeta:   metav1.ObjectMeta{Namespace: p.Name, Name: "to-be-named"},
		DiscoveredAt: &discovered,
		Origin:       kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: warehouse},
		Images: []kargoapi.Image{{
			RepoURL: image(service), Tag: version, Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(warehouse+version))),
		}},
	}
}

// StartPromotion makes a Promotion as the administrator, and does not wait.
func (p *Project) StartPromotion(t testing.TB, stage string, freight *kargoapi.Freight) *kargoapi.Promotion {
	t.Helper()
	p.awaitSteps(t, stage, freight)
	promotion := p.promotion(stage, freight)
	p.cluster.create(t, promotion)
	return promotion
}

func (p *Project) promotion(stage string, freight *kargoapi.Freight) *kargoapi.Promotion {
	return &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Name, GenerateName: stage + "-"},
		Spec:       kargoapi.PromotionSpec{Stage: stage, Freight: freight.Name},
	}
}

// awaitSteps returns when Kargo's admission would give a Promotion the steps that its Stage has: it
// reads them from a cache, which may have those from before.
func (p *Project) awaitSteps(t testing.TB, name string, freight *kargoapi.Freight) {
	t.Helper()
	stage := &kargoapi.Stage{}
	p.cluster.Get(t, p.Name, name, stage)
	want := stage.Spec.PromotionTemplate.Spec.Steps
	ctx, cancel := context.WithTimeout(t.Context(), admissionTimeout)
	defer cancel()
	var last error
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		tried := p.promotion(name, freight)
		last = p.cluster.Client.Create(ctx, tried, client.DryRunAll)
		return last == nil && slices.EqualFunc(tried.Spec.Steps, want, func(a, b kargoapi.PromotionStep) bool { return a.As == b.As && a.Uses == b.Uses }), nil
	})
	if err != nil {
		t.Fatalf("Kargo would not promote %s to %s with the Stage's steps: %v (%v)", freight.Name, name, err, last)
	}
}

// Promote promotes Freight as the administrator, and returns when Kargo has taken note of its end.
func (p *Project) Promote(t testing.TB, stage string, freight *kargoapi.Freight) {
	t.Helper()
	promotion := p.StartPromotion(t, stage, freight)
	p.Freight.AwaitOne(t, stage+" to have verified the Freight", kargoTimeout, func(f *kargoapi.Freight) bool {
		_, verified := f.Status.VerifiedIn[stage]
		return verified && f.Name == freight.Name
	})
	p.Stages.AwaitOne(t, stage+" to run the Freight", kargoTimeout, func(s *kargoapi.Stage) bool {
		return s.Name == stage && s.Status.Current().Includes(freight.Name) &&
			s.Status.LastPromotion != nil && s.Status.LastPromotion.Name == promotion.Name && s.Status.CurrentPromotion == nil
	})
}

// Key names an object of the project.
func (p *Project) Key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: p.Name, Name: name}
}

// make makes an object of Kargo's as one would write it down.
func (p *Project) make(t testing.TB, kind, name string, spec map[string]any) {
	t.Helper()
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetGroupVersionKind(kargoapi.GroupVersion.WithKind(kind))
	o.SetNamespace(p.Name)
	o.SetName(name)
	p.cluster.create(t, o)
}

// Annotate sets an annotation of a Promotion, as somebody with Kargo's UI or kubectl would.
func (p *Project) Annotate(t testing.TB, promotion, key, value string) {
	t.Helper()
	p.patch(t, &kargoapi.Promotion{ObjectMeta: p.meta(promotion)}, map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{key: value}},
	})
}
