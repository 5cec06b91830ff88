package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

var red = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}

func ago(minutes int) *metav1.Time {
	at := metav1.NewTime(noon.Add(-time.Duration(minutes) * time.Minute))
	return &at
}

// world is red in staging and production, where all is well.
type world struct {
	staging, production *kargoapi.Stage
	warehouse           *kargoapi.Warehouse
	freight             *kargoapi.Freight
	promotions          []*kargoapi.Promotion
	more                []client.Object
	services            []string
	environments        []kargo.Environment
}

func newWorld() *world {
	stage := func(name string, sources kargoapi.FreightSources) *kargoapi.Stage {
		return &kargoapi.Stage{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
			Spec: kargoapi.StageSpec{
				RequestedFreight: []kargoapi.FreightRequest{{Origin: red, Sources: sources}},
				PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{
					Steps: []kargoapi.PromotionStep{{Uses: "git-push"}, {Uses: "argocd-update"}},
				}},
			},
			Status: kargoapi.StageStatus{
				Health: &kargoapi.Health{Status: kargoapi.HealthStateHealthy},
				FreightHistory: []*kargoapi.FreightCollection{{Freight: map[string]kargoapi.FreightReference{
					red.String(): {Name: "aaaa", Origin: red, Images: []kargoapi.Image{{Tag: "3.1.0"}}},
				}}},
			},
		}
	}
	return &world{
		staging:    stage("red-staging", kargoapi.FreightSources{Direct: true}),
		production: stage("red-production", kargoapi.FreightSources{Stages: []string{"red-staging"}}),
		warehouse: &kargoapi.Warehouse{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red"},
			Spec: kargoapi.WarehouseSpec{Subscriptions: []kargoapi.RepoSubscription{{
				Image: &kargoapi.ImageSubscription{RepoURL: "quay.io/acme/red", Constraint: "^3.0.0"},
			}}},
		},
		freight: &kargoapi.Freight{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "bbbb"}, Origin: red, DiscoveredAt: ago(60),
			Images: []kargoapi.Image{{Tag: "3.2.0"}},
		},
		services:     []string{"red"},
		environments: []kargo.Environment{{Name: "staging"}, {Name: "production"}},
	}
}

type indexing struct{ builder *fake.ClientBuilder }

func (i indexing) IndexField(_ context.Context, o client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(o, field, values)
	return nil
}

func (w *world) examine(t *testing.T, service string) (answers.Diagnosis, error) {
	t.Helper()
	return w.doctor(t, doctor.Ports{}).Examine(t.Context(), service)
}

// examineWith looks at everything, with more to look with, and a cluster that has nothing to show.
func (w *world) examineWith(t *testing.T, p doctor.Ports) answers.Diagnosis {
	t.Helper()
	p.Reader = fake.NewClientBuilder().Build()
	diagnosis, err := w.doctor(t, p).Examine(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return diagnosis
}

func lastPromotion(p *kargoapi.Promotion) *kargoapi.PromotionReference {
	return &kargoapi.PromotionReference{Name: p.Name}
}

func (w *world) doctor(t *testing.T, p doctor.Ports) *doctor.Doctor {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := kargoapi.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	objects := append([]client.Object{w.staging, w.production, w.warehouse, w.freight}, w.more...)
	for _, p := range w.promotions {
		objects = append(objects, p)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
	if err := kargo.IndexPromotions(t.Context(), indexing{builder}); err != nil {
		t.Fatal(err)
	}
	catalogue := kargo.NewCatalogue(builder.Build(), []kargo.Pipeline{{
		Project: "microsvcs", Namespace: "microsvcs", Services: w.services, Environments: w.environments,
	}})
	d := doctor.New(catalogue, func() time.Time { return noon })
	if p.Reader != nil {
		d.Use(p)
	}
	return d
}

// promotion is one to production that has been at its last step since so many minutes.
func promotion(phase kargoapi.PromotionPhase, minutes int, message string) *kargoapi.Promotion {
	status := kargoapi.PromotionStepStatusRunning
	if phase.IsTerminal() {
		status = kargoapi.PromotionStepStatusErrored
	}
	p := &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red-production.01kqw.bbbb"},
		Spec: kargoapi.PromotionSpec{Stage: "red-production", Freight: "bbbb", Steps: []kargoapi.PromotionStep{
			{Uses: "git-push"}, {Uses: "argocd-update"},
		}},
		Status: kargoapi.PromotionStatus{Phase: phase, StartedAt: ago(minutes), StepExecutionMetadata: []kargoapi.StepExecutionMetadata{
			{Status: kargoapi.PromotionStepStatusSucceeded}, {Status: status, StartedAt: ago(minutes), Message: message},
		}},
	}
	if phase.IsTerminal() {
		p.Status.FinishedAt = ago(minutes)
	}
	return p
}

func verified(phase kargoapi.VerificationPhase, minutes int, message string) []kargoapi.VerificationInfo {
	return []kargoapi.VerificationInfo{{ID: "v", Phase: phase, StartTime: ago(minutes), Message: message}}
}

func cannotDiscover(message string) []metav1.Condition {
	return []metav1.Condition{{Type: kargoapi.ConditionTypeHealthy, Status: metav1.ConditionFalse, Message: message}}
}

func TestFindings(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*world)
		// want are the findings: check, severity, subject, what, fix.
		want []string
	}{
		{"all is well", func(*world) {}, nil},
		{"a Warehouse can't discover", func(w *world) {
			w.warehouse.Status.Conditions = cannotDiscover("Unable to discover artifacts: 401 Unauthorized")
		}, []string{"warehouse|error|Warehouse/red|Warehouse red can't discover artifacts. Kargo says: Unable to discover artifacts: 401 Unauthorized.|" +
			"Look at the credentials: a Secret with the label kargo.akuity.io/cred-type whose repoURL fits the repository. Then have Kargo look again."}},
		{"a Warehouse is looking", func(w *world) {
			w.warehouse.Status.Conditions = []metav1.Condition{{Type: kargoapi.ConditionTypeHealthy, Status: metav1.ConditionUnknown}}
		}, nil},
		{"allowTags, which explains why it can't", func(w *world) {
			w.warehouse.Spec.Subscriptions[0].Image.AllowTags = `^v\d+'s$`
			w.warehouse.Status.Conditions = cannotDiscover("AllowTags is deprecated and unsupported as of v1.11.0; use AllowTagsRegexes instead")
		}, []string{"warehouse|error|Warehouse/red|Warehouse red discovers no images of quay.io/acme/red: its subscription has allowTags, which Kargo refuses from 1.11 on.|" +
			`In spec.subscriptions[0].image, replace allowTags by allowTagsRegexes: ['^v\d+''s$'].`}},
		{"ignoreTags", func(w *world) { w.warehouse.Spec.Subscriptions[0].Image.IgnoreTags = []string{"a", "b"} }, []string{
			"warehouse|error|Warehouse/red|Warehouse red discovers no images of quay.io/acme/red: its subscription has ignoreTags, which Kargo refuses from 1.11 on.|" +
				"In spec.subscriptions[0].image, replace ignoreTags by ignoreTagsRegexes: ['^a$', '^b$'].",
		}},
		{"semverConstraint of an image", func(w *world) {
			w.warehouse.Spec.Subscriptions[0].Image.Constraint, w.warehouse.Spec.Subscriptions[0].Image.SemverConstraint = "", "^3.0.0"
		}, []string{"warehouse|warning|Warehouse/red|Warehouse red takes all versions of quay.io/acme/red: its semverConstraint does not count, since images call it constraint.|" +
			"In spec.subscriptions[0].image, write constraint: '^3.0.0' instead."}},
		{"unhealthy", func(w *world) {
			w.production.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{"a", "b.", "c", "d", "e"}}
		}, []string{"health|error|Stage/red-production|red is unhealthy in production. Kargo says: a. b. c. There are 2 more issues.|" +
			"Look at its Application in Argo CD. To go back: /rollback red production"}},
		{"the last promotion failed, for a well-known reason", func(w *world) {
			p := promotion(kargoapi.PromotionPhaseErrored, 5, `Argo CD Application "red" in namespace "argocd" is not authorized`)
			w.promotions = append(w.promotions, p)
			w.production.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name}
		}, []string{`promotion-failed|error|Stage/red-production|The last promotion of red to production, 3.2.0, failed at argocd-update. ` +
			`Kargo says: Argo CD Application "red" in namespace "argocd" is not authorized. ` +
			`The Application does not let the Stage change it: see the check argocd-authorization.|` +
			`add the annotation kargo.akuity.io/authorized-stage: microsvcs:red-production to the Application, or to the template of its ApplicationSet. The log has more.`}},
		{"the last promotion failed, for a reason of its own", func(w *world) {
			p := promotion(kargoapi.PromotionPhaseFailed, 5, "on fire")
			w.promotions = append(w.promotions, p)
			w.production.Status.LastPromotion = &kargoapi.PromotionReference{Name: p.Name}
		}, []string{"promotion-failed|error|Stage/red-production|The last promotion of red to production, 3.2.0, failed at argocd-update. Kargo says: on fire.|" +
			"Mend what Kargo names, then promote again: `/promote red production 3.2.0`. The log has more."}},
		{"a promotion has been waiting for long", func(w *world) {
			w.promotions = append(w.promotions, promotion(kargoapi.PromotionPhaseRunning, 25, ""))
		}, []string{"promotion-waits|warning|Stage/red-production|The promotion of red 3.2.0 to production has been at argocd-update for 25 min.|" +
			"Look at the Application in Argo CD: the step waits until it is synced and healthy. Or stop it: `/abort red production`"}},
		{"a promotion has been waiting for a while", func(w *world) {
			w.promotions = append(w.promotions, promotion(kargoapi.PromotionPhaseRunning, 9, ""))
		}, nil},
		{"somebody has to merge a pull request", func(w *world) {
			p := promotion(kargoapi.PromotionPhaseRunning, 180, "")
			p.Spec.Steps[1].Uses = "git-wait-for-pr"
			w.promotions = append(w.promotions, p)
		}, []string{"promotion-waits|info|Stage/red-production|The promotion of red 3.2.0 to production has been at git-wait-for-pr for 3 h.|" +
			"Merge the pull request, or close it: the step waits for somebody to do so."}},
		{"verification failed", func(w *world) {
			w.staging.Status.FreightHistory[0].VerificationHistory = verified(kargoapi.VerificationPhaseFailed, 30, "too slow")
		}, []string{"verification|error|Stage/red-staging|The verification of red in staging ended: failed. Kargo says: too slow.|" +
			"Verify again, or go back: `/verify red staging` or `/rollback red staging`"}},
		{"verification takes long", func(w *world) {
			w.staging.Status.FreightHistory[0].VerificationHistory = verified(kargoapi.VerificationPhaseRunning, 90, "")
		}, []string{"verification|warning|Stage/red-staging|The verification of red in staging has been running for 1 h.|" +
			"Look at the AnalysisRun of the Stage in Kargo: whether it gets its measurements."}},
		{"verification runs, or has ended well", func(w *world) {
			w.staging.Status.FreightHistory[0].VerificationHistory = verified(kargoapi.VerificationPhaseRunning, 10, "")
			w.production.Status.FreightHistory[0].VerificationHistory = verified(kargoapi.VerificationPhaseSuccessful, 90, "")
		}, nil},
		{"auto-promotion is held", func(w *world) {
			w.staging.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{red.String(): {
				FreightName: "bbbb", Actor: "email:hubot@acme.dev", CreatedAt: ago(60),
			}}
		}, []string{"auto-promotion|info|Stage/red-staging|Kargo does not promote red to staging by itself any more, since 11:00 UTC on 4 May: " +
			"3.2.0 was promoted instead of the newest, by hubot@acme.dev.|When what was wrong is mended: `/resume red staging`"}},
		{"Freight soaks", func(w *world) {
			w.production.Spec.RequestedFreight[0].Sources.RequiredSoakTime = &metav1.Duration{Duration: 2 * time.Hour}
			w.freight.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{"red-staging": {}}
			w.freight.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{"red-staging": {Since: ago(30)}}
		}, []string{"soaking|info|Stage/red-production|red 3.2.0 can't go to production before 13:30 UTC on 4 May.|" +
			"Wait. If it is urgent, and you may: /approve-freight red 3.2.0 production"}},
		{"a service, an environment and a Stage are missing", func(w *world) {
			w.services = []string{"red", "blue", "green"}
			w.environments = append(w.environments, kargo.Environment{Name: "moon"})
			green := w.staging.DeepCopy()
			green.Name = "green-staging"
			w.more = append(w.more, green)
		}, []string{
			"stages|warning|Project/microsvcs|No service has a Stage in moon.|" +
				"Make its Stages, or take the environment out of the configuration. Is the pattern of the Stages' names the right one?",
			"stages|warning|Project/microsvcs|blue has no Stage at all.|Make its Stages, such as blue-staging, or take the service out of the configuration.",
			"stages|info|Stage/green-production|There is no green in production: Kargo has no Stage green-production.|Make the Stage, if the service is meant to be there.",
		}},
		{"services that were found need not be everywhere", func(w *world) {
			w.services = nil
			green := w.staging.DeepCopy()
			green.Name = "green-staging"
			w.more = append(w.more, green)
		}, nil},
		{"a Stage is of no service", func(w *world) {
			infra := w.staging.DeepCopy()
			infra.Name = "infra"
			w.more = append(w.more, infra)
		}, []string{"unclaimed|info|Stage/infra|Stage infra is of no service and environment of the configuration.|" +
			"If it is meant to be, add its service or environment to the configuration."}},
		{"very many Stages are of no service", func(w *world) {
			for i := range 12 {
				stage := w.staging.DeepCopy()
				stage.Name = fmt.Sprintf("x%02d", i)
				w.more = append(w.more, stage)
			}
		}, []string{"unclaimed|info|Project/microsvcs|12 Stages are of no service and environment of the configuration: " +
			"x00, x01, x02, x03, x04, x05, x06, x07, x08, x09 and 2 more.|" +
			"If they are meant to be, add their services or environments to the configuration."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			test.change(w)
			diagnosis, err := w.examine(t, "")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range diagnosis.Findings {
				if f.Why == "" || f.Project != "microsvcs" {
					t.Errorf("incomplete: %+v", f)
				}
				got = append(got, strings.Join([]string{f.Check, string(f.Severity), f.Subject, f.What, f.Fix}, "|"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	w := newWorld()
	w.services = append(w.services, "blue")
	w.production.Status.Health.Status = kargoapi.HealthStateUnhealthy
	w.promotions = append(w.promotions, promotion(kargoapi.PromotionPhaseRunning, 25, ""))
	w.staging.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{red.String(): {FreightName: "bbbb"}}
	diagnosis, err := w.examine(t, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []answers.Severity
	for _, f := range diagnosis.Findings {
		got = append(got, f.Severity)
	}
	if diff := cmp.Diff([]answers.Severity{"error", "warning", "warning", "info"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOneServiceAlone(t *testing.T) {
	w := newWorld()
	w.services = append(w.services, "blue")
	infra := w.staging.DeepCopy()
	infra.Name = "infra"
	w.more = append(w.more, infra)
	diagnosis, err := w.examine(t, "RED")
	if err != nil {
		t.Fatal(err)
	}
	if len(diagnosis.Findings) > 0 {
		t.Errorf("what is no matter of red was found: %+v", diagnosis.Findings)
	}
	if diagnosis.Service != "red" || diagnosis.Stages != 2 || diagnosis.Warehouses != 1 || !slices.Contains(diagnosis.Checks, "health") {
		t.Errorf("%+v", diagnosis)
	}
	_, err = w.examine(t, "rde")
	var problem *chatops.Problem
	if !errors.As(err, &problem) || problem.Title != `No service "rde". Did you mean red?` {
		t.Errorf("%v", err)
	}
}
