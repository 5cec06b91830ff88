package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// deniedStages permits everything but these Stages.
type deniedStages struct {
	stages map[string]bool

	mu    sync.Mutex
	asked []string
}

func (d *deniedStages) Decide(_ context.Context, subject access.Subject, q access.Question) (access.Decision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, q.Stage)
	return access.Decision{Allowed: !d.stages[q.Stage], Subject: subject}, nil
}

// pipelined is a world with the real catalogue: red, blue, green and yellow in staging and production.
// 3.1.0 runs in production and 3.2.0 in staging, where it is verified.
type pipelined struct {
	*world
	denied *deniedStages
}

func origin(service string) kargoapi.FreightOrigin {
	return kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: service}
}

func freightOf(service, version string, age time.Duration, verifiedIn ...string) *kargoapi.Freight {
	f := &kargoapi.Freight{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: strings.ReplaceAll(service+version, ".", "")},
		Origin:     origin(service), DiscoveredAt: &metav1.Time{Time: noon.Add(-age)},
		Images: []kargoapi.Image{{RepoURL: "quay.io/acme/" + service, Tag: version}},
	}
	for _, stage := range verifiedIn {
		if f.Status.VerifiedIn == nil {
			f.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{}
		}
		f.Status.VerifiedIn[stage] = kargoapi.VerifiedStage{}
	}
	return f
}

func stageOf(service, environment string, upstream []string, ran ...*kargoapi.Freight) *kargoapi.Stage {
	s := newStage()
	s.Name = service + "-" + environment
	s.Spec.RequestedFreight = []kargoapi.FreightRequest{{
		Origin: origin(service), Sources: kargoapi.FreightSources{Direct: len(upstream) == 0, Stages: upstream},
	}}
	s.Status.FreightHistory = nil
	for _, f := range ran {
		s.Status.FreightHistory = append(s.Status.FreightHistory, &kargoapi.FreightCollection{
			Freight:             map[string]kargoapi.FreightReference{f.Origin.String(): kargo.Reference(f)},
			VerificationHistory: []kargoapi.VerificationInfo{{ID: "v1", Phase: kargoapi.VerificationPhaseSuccessful}},
		})
	}
	s.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateHealthy}
	return s
}

func newPipelined(t *testing.T, extra ...client.Object) *pipelined {
	t.Helper()
	w := &pipelined{world: newWorld(t), denied: &deniedStages{stages: map[string]bool{}}}
	objects := extra
	for _, service := range []string{"red", "blue", "green", "yellow"} {
		older := freightOf(service, "3.0.0", 72*time.Hour, service+"-staging")
		old := freightOf(service, "3.1.0", 48*time.Hour, service+"-staging")
		now := freightOf(service, "3.2.0", 24*time.Hour, service+"-staging")
		objects = append(objects, older, old, now, freightOf(service, "3.3.0", time.Hour),
			stageOf(service, "staging", nil, now, old, older), stageOf(service, "production", []string{service + "-staging"}, old, old, older))
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	w.server = fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(&v1alpha1.Shipment{}).
		WithIndex(&kargoapi.Promotion{}, kargo.PromotionStage, func(o client.Object) []string { return []string{o.(*kargoapi.Promotion).Spec.Stage} }).Build()
	w.Catalogue = kargo.NewCatalogue(w.server, []kargo.Pipeline{{
		Project: "microsvcs", Namespace: "microsvcs", Services: []string{"red", "blue", "green", "yellow"},
		Environments: []kargo.Environment{{Name: "staging"}, {Name: "production", Aliases: []string{"prod"}}},
	}})
	w.Permissions, w.Shipments, w.Cache, w.Quorum = w.denied, w.server, w.server, w.server
	return w
}

// handle types a line as a request of its own.
func (w *pipelined) handle(t *testing.T, line string) bot.Answer {
	t.Helper()
	return w.Handle(t.Context(), ask(line, line))
}

// change changes a Stage.
func (w *pipelined) change(t *testing.T, name string, how func(*kargoapi.Stage)) {
	t.Helper()
	var s kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &s); err != nil {
		t.Fatal(err)
	}
	how(&s)
	if err := w.server.Update(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
}

// items writes the items of a Shipment: service, path, Freight.
func items(s *v1alpha1.Shipment) []string {
	var out []string
	for _, item := range s.Spec.Items {
		out = append(out, item.Service+" "+strings.Join(item.Path, ">")+" "+item.Freight)
	}
	return out
}

// changing is the change of red's image.
func changing(from, to string) []v1alpha1.ArtifactChange {
	return []v1alpha1.ArtifactChange{{Artifact: "quay.io/acme/red", From: from, To: to}}
}

func TestABatchIsOneShipment(t *testing.T) {
	for line, want := range map[string][]string{
		"/promote red,blue production": {"red red-production red320", "blue blue-production blue320"},
		"/promote all prod": {
			"red red-production red320", "blue blue-production blue320", "green green-production green320", "yellow yellow-production yellow320",
		},
		"/promote microsvcs/all production 3.0.0": {
			"red red-production red300", "blue blue-production blue300", "green green-production green300", "yellow yellow-production yellow300",
		},
		"/rollback blue,red production": {"blue blue-production blue300", "red red-production red300"},
	} {
		w := newPipelined(t)
		s := w.wantAccepted(t, w.handle(t, line))
		if diff := cmp.Diff(want, items(s)); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
		again := w.wantAccepted(t, w.handle(t, line))
		if again.Name != s.Name || len(w.shipments(t)) != 1 {
			t.Errorf("%s: a retry made %s beside %s", line, again.Name, s.Name)
		}
	}
}

func TestABatchWithAWrongNameIsRefusedAsAWhole(t *testing.T) {
	for line, code := range map[string]chatops.ProblemCode{
		"/promote red,blu production":     chatops.CodeUnknownService,
		"/promote red,blue prodution":     chatops.CodeUnknownEnvironment,
		"/promote all,red production":     chatops.CodeUsage,
		"/promote all prodution":          chatops.CodeUnknownEnvironment,
		"/promote other/all production":   chatops.CodeUnknownService,
		"/rollback red,purple production": chatops.CodeUnknownService,
		"/abort red,purple production":    chatops.CodeUnknownService,
	} {
		w := newPipelined(t)
		answer := w.handle(t, line)
		w.wantRefused(t, answer, code)
		if answer.Problem.Usage == "" {
			t.Errorf("%s: no usage line", line)
		}
		if len(w.denied.asked) > 0 {
			t.Errorf("%s: permission was asked for", line)
		}
	}
}

// What can't go is named, and whether the rest is to go is asked, bound to what was shown.
func TestAPartOfABatchGoesWhenThePersonSaysSo(t *testing.T) {
	w := newPipelined(t)
	w.denied.stages["blue-production"] = true
	w.change(t, "green-production", func(s *kargoapi.Stage) {
		s.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{"the disk is full"}}
	})
	answer := w.handle(t, "/promote all production")
	if answer.Problem == nil || answer.Problem.Code != chatops.CodePartial || answer.Shipment != nil || len(w.shipments(t)) > 0 {
		t.Fatalf("answer %+v", answer)
	}
	said := sentences(answer.Card)
	for _, want := range []string{"It can be done for 2 of 4 services.", "blue: You can't promote to production.", "green: green is unhealthy in production.", "the disk is full"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	button := answer.Card.Actions[0]
	if button.Command != "/promote all production --partial" || button.Plan == "" ||
		!strings.Contains(button.Confirm, "red 3.2.0") || !strings.Contains(button.Confirm, "yellow 3.2.0") {
		t.Errorf("the button: %+v", button)
	}

	// Meanwhile something else would go: what was shown is not what would happen.
	request := ask(button.Command, "click")
	request.Plan = "0000"
	stale := w.Handle(t.Context(), request)
	if stale.Problem == nil || stale.Problem.Code != chatops.CodePlanChanged || len(w.shipments(t)) > 0 || stale.Card.Actions[0].Plan != button.Plan {
		t.Errorf("another plan is answered with %+v", stale)
	}

	request.Plan = button.Plan
	s := w.wantAccepted(t, w.Handle(t.Context(), request))
	if diff := cmp.Diff([]string{"red red-production red320", "yellow yellow-production yellow320"}, items(s)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWhatIsThereAlreadyHoldsNobodyUp(t *testing.T) {
	w := newPipelined(t)
	s := w.wantAccepted(t, w.handle(t, "/promote all staging 3.3.0"))
	if len(s.Spec.Items) != 4 {
		t.Fatalf("%v", items(s))
	}
	w = newPipelined(t)
	w.change(t, "red-staging", func(s *kargoapi.Stage) {
		s.Status.FreightHistory = stageOf("red", "staging", nil, freightOf("red", "3.3.0", time.Hour)).Status.FreightHistory
	})
	answer := w.handle(t, "/promote all staging 3.3.0")
	s = w.wantAccepted(t, answer)
	if len(s.Spec.Items) != 3 || !strings.Contains(sentences(answer.Card), "red: staging already runs red 3.3.0") {
		t.Errorf("%v\n%s", items(s), sentences(answer.Card))
	}
	w = newPipelined(t)
	w.wantRefused(t, w.handle(t, "/promote red,blue production 3.1.0"), chatops.CodeAlreadyThere)
}

func TestAWalkGoesByTheStagesAndNeedsPermissionForEach(t *testing.T) {
	w := newPipelined(t)
	s := w.wantAccepted(t, w.handle(t, "/promote red --through production"))
	if diff := cmp.Diff([]string{"red red-staging>red-production red330"}, items(s)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if want := "red 3.1.0 → 3.3.0 to production, through red-staging"; s.Spec.Summary != want {
		t.Errorf("summary %q, want %q", s.Spec.Summary, want)
	}
	w = newPipelined(t)
	w.denied.stages["red-staging"] = true
	w.wantRefused(t, w.handle(t, "/promote red 3.3.0 --through production"), chatops.CodeForbidden)
}

func TestARollbackGoesToWhatRanBefore(t *testing.T) {
	w := newPipelined(t)
	s := w.wantAccepted(t, w.handle(t, "/rollback red production"))
	if diff := cmp.Diff([]string{"red red-production red300"}, items(s)); diff != "" || s.Spec.Action != v1alpha1.ActionRollback {
		t.Errorf("action %s, -want +got\n%s", s.Spec.Action, diff)
	}
	if want := "roll back red 3.1.0 → 3.0.0 in production"; s.Spec.Summary != want {
		t.Errorf("summary %q, want %q", s.Spec.Summary, want)
	}
	w.wantAccepted(t, w.handle(t, "/rollback red staging 3.0.0"))
	w = newPipelined(t)
	w.wantRefused(t, w.handle(t, "/rollback red production 3.2.0"), chatops.CodeNoHistory)
	w.change(t, "blue-production", func(s *kargoapi.Stage) { s.Status.FreightHistory = s.Status.FreightHistory[:2] })
	w.wantRefused(t, w.handle(t, "/rollback blue production"), chatops.CodeNoHistory)
	w.change(t, "green-production", func(s *kargoapi.Stage) { s.Status.FreightHistory = nil })
	w.wantRefused(t, w.handle(t, "/rollback green production"), chatops.CodeNoHistory)
}

func TestAnAbortNamesWhatRunsAndWaitsNow(t *testing.T) {
	promotion := func(name, stage string, phase kargoapi.PromotionPhase) *kargoapi.Promotion {
		return &kargoapi.Promotion{
			ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
			Spec:       kargoapi.PromotionSpec{Stage: stage}, Status: kargoapi.PromotionStatus{Phase: phase},
		}
	}
	walk := &v1alpha1.Shipment{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "a-walk"}, Spec: v1alpha1.ShipmentSpec{
		Action: v1alpha1.ActionPromote, Items: []v1alpha1.ShipmentItem{{Service: "red", Path: []string{"red-staging", "red-production"}}},
	}}
	w := newPipelined(t, walk, promotion("red-production.2.b", "red-production", ""),
		promotion("red-production.1.a", "red-production", kargoapi.PromotionPhaseRunning),
		promotion("red-production.0.z", "red-production", kargoapi.PromotionPhaseSucceeded),
		promotion("blue-production.1.a", "blue-production", kargoapi.PromotionPhaseRunning))
	s := w.wantAccepted(t, w.handle(t, "/abort red production"))
	want := v1alpha1.ShipmentItem{
		Service: "red", Environment: "production", Path: []string{"red-production"},
		Promotions: []string{"red-production.1.a", "red-production.2.b"}, Shipments: []string{"a-walk"},
	}
	if diff := cmp.Diff(want, s.Spec.Items[0]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	answer := w.handle(t, "/abort green production")
	if answer.Problem == nil || answer.Problem.Code != chatops.CodeNothingToDo {
		t.Errorf("nothing to abort is answered with %+v", answer)
	}
}

func TestVerifyRefreshResumeAndApprove(t *testing.T) {
	w := newPipelined(t)
	w.change(t, "red-staging", func(s *kargoapi.Stage) {
		s.Status.AutoPromotionEnabled = true
		s.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{"Warehouse/red": {Origin: origin("red"), FreightName: "red320"}}
	})
	for line, want := range map[string]v1alpha1.ShipmentItem{
		"/verify red staging": {
			Service: "red", Environment: "staging", Path: []string{"red-staging"}, Verification: "v1", Freight: "red320", Version: "3.2.0",
		},
		"/refresh red": {Service: "red", Warehouse: "red", From: "red330"},
		"/resume red staging": {
			Service: "red", Environment: "staging", Path: []string{"red-staging"}, Origin: "Warehouse/red",
			Freight: "red330", Version: "3.3.0", From: "red320", FromVersion: "3.2.0", Changes: changing("3.2.0", "3.3.0"),
		},
		"/approve-freight red 3.3.0 production": {
			Service: "red", Environment: "production", Path: []string{"red-production"},
			Freight: "red330", Version: "3.3.0", From: "red310", FromVersion: "3.1.0", Changes: changing("3.1.0", "3.3.0"),
		},
	} {
		s := w.wantAccepted(t, w.handle(t, line))
		if diff := cmp.Diff([]v1alpha1.ShipmentItem{want}, s.Spec.Items); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
		dry := w.handle(t, line+" --dry-run")
		if dry.Problem != nil || dry.Shipment != nil || !strings.HasPrefix(dry.Card.Title, "Dry run: ") {
			t.Errorf("%s --dry-run: %+v", line, dry)
		}
	}
	if got := len(w.shipments(t)); got != 4 {
		t.Errorf("%d Shipments", got)
	}
}

func TestOperationsThatMakeNoSenseAreRefused(t *testing.T) {
	for line, code := range map[string]chatops.ProblemCode{
		"/resume red production":                chatops.CodeNothingToDo,
		"/approve-freight red 3.2.0 production": chatops.CodeNothingToDo,
		"/approve-freight red 9.9.9 production": chatops.CodeUnknownFreight,
		"/verify green production":              chatops.CodeNotVerifiable,
		"/verify blue production":               chatops.CodeNotVerifiable,
		"/verify yellow production":             chatops.CodeNotVerifiable,
		"/refresh purple":                       chatops.CodeUnknownService,
	} {
		w := newPipelined(t)
		w.change(t, "green-production", func(s *kargoapi.Stage) { s.Status.FreightHistory = nil })
		w.change(t, "blue-production", func(s *kargoapi.Stage) {
			s.Status.LastPromotion = &kargoapi.PromotionReference{Status: &kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseAborted}}
		})
		w.change(t, "yellow-production", func(s *kargoapi.Stage) {
			s.Status.FreightHistory[0].VerificationHistory[0].Phase = kargoapi.VerificationPhaseRunning
		})
		w.wantRefused(t, w.handle(t, line), code)
	}
}

// Whoever may promote the service anywhere may have it looked for; whoever may not is told what is missing.
func TestRefreshNeedsSomePermission(t *testing.T) {
	w := newPipelined(t)
	w.denied.stages["red-staging"] = true
	w.wantAccepted(t, w.handle(t, "/refresh red"))
	w = newPipelined(t)
	w.denied.stages["red-staging"], w.denied.stages["red-production"] = true, true
	w.wantRefused(t, w.handle(t, "/refresh red"), chatops.CodeForbidden)
}

// sentences returns what a card says in its title and body.
func sentences(c chatops.Card) string {
	lines := []string{c.Title}
	for _, paragraph := range c.Body {
		lines = append(lines, paragraph.String())
	}
	return strings.Join(lines, "\n")
}

func TestADryRunOfWhatCanGoOnlyInPartSaysSo(t *testing.T) {
	w := newPipelined(t)
	w.denied.stages["blue-production"] = true
	answer := w.handle(t, "/promote red,blue production --dry-run")
	if answer.Problem == nil || answer.Problem.Code != chatops.CodePartial || answer.Shipment != nil || len(w.shipments(t)) > 0 {
		t.Fatalf("answer %+v", answer)
	}
	if said := sentences(answer.Card); !strings.Contains(said, "blue: You can't promote") || strings.Contains(said, "You may do this") {
		t.Errorf("it says\n%s", said)
	}
	if answer.Planned == nil || len(answer.Planned.Spec.Items) != 1 || len(answer.Left) != 1 || answer.Left[0].Service != "blue" {
		t.Errorf("planned %+v, left %+v", answer.Planned, answer.Left)
	}
}

// Before anybody decides, it is said that Kargo won't promote there by itself any more.
func TestAPlanSaysThatAutoPromotionWouldBeOnHold(t *testing.T) {
	w := newPipelined(t)
	w.change(t, "red-staging", func(s *kargoapi.Stage) { s.Status.AutoPromotionEnabled = true })
	for line, holds := range map[string]bool{
		"/rollback red staging --dry-run":      true,
		"/promote red staging 3.1.0 --dry-run": true,
		"/promote red staging 3.3.0 --dry-run": false,
		"/rollback blue staging --dry-run":     false,
	} {
		answer := w.handle(t, line)
		if said := strings.Contains(sentences(answer.Card), "would be on hold after this"); answer.Problem != nil || said != holds {
			t.Errorf("%s: said %v, want %v: %+v", line, said, holds, answer.Card)
		}
	}
}

// What was asked for a moment ago may not have reached the cache.
func TestAnAbortLooksBehindTheCache(t *testing.T) {
	w := newPipelined(t)
	w.Cache = newPipelined(t).server
	s := w.wantAccepted(t, w.handle(t, "/promote red production"))
	abort := w.wantAccepted(t, w.handle(t, "/abort red production"))
	if diff := cmp.Diff([]string{s.Name}, abort.Spec.Items[0].Shipments); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
