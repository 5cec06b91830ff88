package kargo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var (
	starfish320 = answers.Freight{Name: starfish, Alias: "rafting-starfish", Version: "3.2.0", Origin: "Warehouse/red"}
	walrus310   = answers.Freight{Name: walrus, Version: "3.1.0", Origin: "Warehouse/red"}
)

// production is red in production as the cache has it: 3.1.0 runs, 3.2.0 is verified in staging.
func production() (*kargoapi.Stage, []*kargoapi.Freight) {
	old := newFreight(walrus, "3.1.0", days(6), in("red-production", 60*24*5))
	next := newFreight(starfish, "3.2.0", time.Hour, verifiedIn("red-staging"), named("rafting-starfish"))
	stage := running(newStage("red-production", kargoapi.FreightSources{Stages: []string{"red-staging"}}), old)
	stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateHealthy}
	return stage, []*kargoapi.Freight{old, next}
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func TestOverviewOfAStage(t *testing.T) {
	const first, second = "red-production.01kqw.aaaaaaa", "red-production.01kqx.bbbbbbb"
	runningPromotion := newPromotion(first, "red-production", starfish, kargoapi.PromotionPhaseRunning,
		step(kargoapi.PromotionStepStatusSucceeded, ""), step(kargoapi.PromotionStepStatusRunning, "waiting for it"))
	started := ago(minutes(9)).UTC()
	base := answers.StageStatus{
		Environment: "production", Stage: "red-production", Health: "Healthy",
		Running: []answers.RunningFreight{{Freight: walrus310, Since: noon.Add(-days(5))}},
	}
	for _, test := range []struct {
		name       string
		change     func(*kargoapi.Stage, []*kargoapi.Freight)
		promotions []*kargoapi.Promotion
		want       func(*answers.StageStatus)
	}{
		{"newer Freight waits", nil, nil, func(s *answers.StageStatus) { s.Waiting = []answers.Freight{starfish320} }},
		{"newer Freight is not verified", func(_ *kargoapi.Stage, f []*kargoapi.Freight) { f[1].Status.VerifiedIn = nil }, nil,
			func(*answers.StageStatus) {}},
		{"newer Freight soaks", func(s *kargoapi.Stage, f []*kargoapi.Freight) {
			s.Spec.RequestedFreight[0].Sources.RequiredSoakTime = duration(time.Hour)
			in("red-staging", 20)(f[1])
		}, nil, func(s *answers.StageStatus) {
			s.Soaking = []answers.SoakingFreight{{Freight: starfish320, Until: noon.Add(minutes(40))}}
		}},
		{"it has left staging too early to ever soak", func(s *kargoapi.Stage, _ []*kargoapi.Freight) {
			s.Spec.RequestedFreight[0].Sources.RequiredSoakTime = duration(time.Hour)
		}, nil, func(*answers.StageStatus) {}},
		{"a promotion runs", nil, []*kargoapi.Promotion{runningPromotion}, func(s *answers.StageStatus) {
			s.Promotion = &answers.PromotionStatus{
				Name: first, Freight: starfish320, Phase: "Running", Step: 2, Steps: 5, StepName: "kustomize-set-image",
				StepStartedAt: noon.Add(-minutes(8)), Message: "waiting for it", CreatedAt: noon.Add(-minutes(10)), StartedAt: started,
			}
		}},
		{"one waits in the queue", nil, []*kargoapi.Promotion{newPromotion(second, "red-production", starfish, "")}, func(s *answers.StageStatus) {
			s.Queued = []answers.PromotionStatus{{Name: second, Freight: starfish320, Phase: "Pending", Steps: 5, CreatedAt: noon.Add(-minutes(10))}}
		}},
		{"promotions to other Stages and old ones are no matter", nil, []*kargoapi.Promotion{
			newPromotion(first, "red-staging", starfish, kargoapi.PromotionPhaseRunning),
			newPromotion(second, "red-production", walrus, kargoapi.PromotionPhaseSucceeded),
		}, func(s *answers.StageStatus) { s.Waiting = []answers.Freight{starfish320} }},
		{"the last one failed", func(s *kargoapi.Stage, _ []*kargoapi.Freight) {
			s.Status.LastPromotion = &kargoapi.PromotionReference{Name: first}
		}, []*kargoapi.Promotion{newPromotion(first, "red-production", starfish, kargoapi.PromotionPhaseErrored,
			step(kargoapi.PromotionStepStatusSucceeded, ""), step(kargoapi.PromotionStepStatusErrored, "on fire"),
		)}, func(s *answers.StageStatus) {
			s.Waiting = []answers.Freight{starfish320}
			s.Last = &answers.PromotionStatus{
				Name: first, Freight: starfish320, Phase: "Errored", Step: 2, Steps: 5, StepName: "kustomize-set-image", Message: "on fire",
				StepStartedAt: noon.Add(-minutes(8)), CreatedAt: noon.Add(-minutes(10)), StartedAt: started, FinishedAt: noon.Add(-minutes(7)),
			}
		}},
		{"the last one failed, and Kargo has only the Stage's word for it", func(s *kargoapi.Stage, f []*kargoapi.Freight) {
			ref := kargo.Reference(f[1])
			s.Status.LastPromotion = &kargoapi.PromotionReference{
				Name: first, Freight: &ref, FinishedAt: ago(minutes(7)),
				Status: &kargoapi.PromotionStatus{Phase: kargoapi.PromotionPhaseFailed, Message: "no"},
			}
		}, nil, func(s *answers.StageStatus) {
			s.Waiting = []answers.Freight{starfish320}
			s.Last = &answers.PromotionStatus{Name: first, Freight: starfish320, Phase: "Failed", Message: "no", FinishedAt: noon.Add(-minutes(7))}
		}},
		{"verification failed", func(s *kargoapi.Stage, _ []*kargoapi.Freight) {
			s.Status.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{
				{ID: "v2", Phase: kargoapi.VerificationPhaseFailed, Message: "too slow", StartTime: ago(minutes(20)), FinishTime: ago(minutes(14))},
				{ID: "v1", Phase: kargoapi.VerificationPhaseSuccessful},
			}
		}, nil, func(s *answers.StageStatus) {
			s.Waiting = []answers.Freight{starfish320}
			s.Verification = &answers.Verification{
				ID: "v2", Phase: "Failed", Message: "too slow", StartedAt: noon.Add(-minutes(20)), FinishedAt: noon.Add(-minutes(14)),
			}
		}},
		{"auto-promotion is held", func(s *kargoapi.Stage, _ []*kargoapi.Freight) {
			s.Status.AutoPromotionEnabled = true
			s.Status.EffectiveAutoPromotionHolds = map[string]kargoapi.AutoPromotionHold{"Warehouse/red": {
				FreightName: walrus, Origin: warehouse("red"), Actor: "email:hubot@acme.dev", CreatedAt: ago(minutes(5)),
			}}
		}, nil, func(s *answers.StageStatus) {
			s.AutoPromotion, s.Waiting = true, []answers.Freight{starfish320}
			s.Holds = []answers.Hold{{Origin: "Warehouse/red", Freight: walrus310, Since: noon.Add(-minutes(5)), By: "hubot@acme.dev"}}
		}},
		{"unhealthy", func(s *kargoapi.Stage, _ []*kargoapi.Freight) {
			s.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{"CrashLoopBackOff"}}
		}, nil, func(s *answers.StageStatus) {
			s.Waiting = []answers.Freight{starfish320}
			s.Health, s.Issues = "Unhealthy", []string{"CrashLoopBackOff"}
		}},
		{"a control-flow Stage", func(s *kargoapi.Stage, _ []*kargoapi.Freight) { s.Spec.PromotionTemplate = nil }, nil,
			func(s *answers.StageStatus) { s.Unpromotable = true }},
		{"nothing runs yet", func(s *kargoapi.Stage, f []*kargoapi.Freight) {
			s.Status = kargoapi.StageStatus{}
			f[0].Status.VerifiedIn = map[string]kargoapi.VerifiedStage{"red-staging": {}}
		}, nil, func(s *answers.StageStatus) {
			s.Running, s.Health, s.Waiting = nil, "", []answers.Freight{starfish320}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage, freight := production()
			if test.change != nil {
				test.change(stage, freight)
			}
			objects := []client.Object{stage, freight[0], freight[1]}
			for _, p := range test.promotions {
				objects = append(objects, p.DeepCopy())
			}
			want := base
			test.want(&want)
			// However it is looked up: by the Stage, or by going through everything.
			library := newLibrary(t, objects)
			for _, environment := range []string{"production", ""} {
				services := []string{"red"}
				if environment == "" {
					services = nil
				}
				scope, err := library.Scope(t.Context(), services, environment)
				if err != nil {
					t.Fatal(err)
				}
				status, err := library.Overview(t.Context(), scope, noon)
				if err != nil {
					t.Fatal(err)
				}
				stages := status.Projects[0].Services[0].Stages
				if diff := cmp.Diff(want, stages[len(stages)-1]); diff != "" {
					t.Errorf("asked for %v: -want +got\n%s", services, diff)
				}
			}
		})
	}
}

func TestOverviewHasAnEmptyCellForAStageThatIsNot(t *testing.T) {
	stage, _ := production()
	library := newLibrary(t, []client.Object{stage})
	scope, err := library.Everything(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, err := library.Overview(t.Context(), scope, noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(status.Projects) != 1 || len(status.Projects[0].Services) != 4 {
		t.Fatalf("%+v", status)
	}
	for _, service := range status.Projects[0].Services {
		var there []string
		for _, stage := range service.Stages {
			there = append(there, stage.Stage)
		}
		want := []string{"", "", ""}
		if service.Service == "red" {
			want[2] = "red-production"
		}
		if diff := cmp.Diff(want, there); diff != "" {
			t.Errorf("%s: %s", service.Service, diff)
		}
	}
}

func TestOverviewOfAStageThatIsNotSaysSo(t *testing.T) {
	library := newLibrary(t, nil)
	scope, err := library.Scope(t.Context(), []string{"red"}, "prod")
	if err != nil {
		t.Fatal(err)
	}
	_, err = library.Overview(t.Context(), scope, noon)
	if says := wantProblem(t, err, chatops.CodeNoStage); says != "There is no red in production.\nKargo has no Stage red-production in project microsvcs." {
		t.Error(says)
	}
}

func TestOverviewNamesFreightOfSeveralWarehousesInTheOrderOfTheStage(t *testing.T) {
	image := newFreight(walrus, "3.1.0", time.Hour)
	config := newFreight(otter, "", time.Hour, from("config"))
	config.Images, config.Commits = nil, []kargoapi.GitCommit{{ID: "8d2f6b2aaaa"}}
	stage := running(newStage("red-production", direct), config, image)
	stage.Status.FreightHistory[0].Freight["Warehouse/config"] = kargo.Reference(config)
	stage.Spec.RequestedFreight = append(stage.Spec.RequestedFreight, kargoapi.FreightRequest{Origin: warehouse("config"), Sources: direct})
	library := newLibrary(t, []client.Object{stage, image, config})
	scope, err := library.Scope(t.Context(), []string{"red"}, "production")
	if err != nil {
		t.Fatal(err)
	}
	status, err := library.Overview(t.Context(), scope, noon)
	if err != nil {
		t.Fatal(err)
	}
	var versions []string
	for _, f := range status.Projects[0].Services[0].Stages[0].Running {
		versions = append(versions, f.Version)
	}
	if diff := cmp.Diff([]string{"3.1.0", "8d2f6b2"}, versions); diff != "" {
		t.Error(diff)
	}
}

func TestScope(t *testing.T) {
	objects := []client.Object{stageIn("microsvcs", "red-production"), stageIn("billing-system", "red-dev"), stageIn("billing-system", "invoices-eu-production")}
	library := newLibrary(t, objects, guide(), billing())
	for _, test := range []struct {
		services    []string
		environment string
		// want has, of each project, its services and environments.
		want map[string][2]int
		code chatops.ProblemCode
		says string
	}{
		{nil, "", map[string][2]int{"microsvcs": {4, 3}, "billing": {2, 3}}, "", ""},
		{nil, "production", map[string][2]int{"microsvcs": {4, 1}, "billing": {2, 1}}, "", ""},
		{[]string{"blue"}, "", map[string][2]int{"microsvcs": {1, 3}}, "", ""},
		{[]string{"blue", "green"}, "prod", map[string][2]int{"microsvcs": {2, 1}}, "", ""},
		{[]string{"blue", "invoices"}, "", map[string][2]int{"microsvcs": {1, 3}, "billing": {1, 3}}, "", ""},
		{[]string{"production"}, "", map[string][2]int{"microsvcs": {4, 1}, "billing": {2, 1}}, "", ""},
		{[]string{"STG"}, "", map[string][2]int{"microsvcs": {4, 1}}, "", ""},
		{[]string{"all"}, "dev", map[string][2]int{"microsvcs": {4, 1}, "billing": {2, 1}}, "", ""},
		{[]string{"billing/all"}, "", map[string][2]int{"billing": {2, 3}}, "", ""},
		{[]string{"blue"}, "moon", nil, chatops.CodeUnknownEnvironment, ""},
		{[]string{"shop/all"}, "", nil, chatops.CodeUnknownService, "No project \"shop\".\nProjects: microsvcs, billing"},
		{[]string{"red"}, "", nil, chatops.CodeAmbiguousService, ""},
		{[]string{"prodction"}, "", nil, chatops.CodeUnknownService, `No service and no environment "prodction". Did you mean production?`},
		{[]string{"bleu"}, "", nil, chatops.CodeUnknownService, `No service and no environment "bleu". Did you mean blue?`},
		{[]string{"moon"}, "", nil, chatops.CodeUnknownService, "No service and no environment \"moon\".\n" +
			"Services: blue, green, invoices, red, yellow\nEnvironments: development, staging, production, eu-production, dev"},
		{[]string{"moon", "sun"}, "", nil, chatops.CodeUnknownService, ""},
	} {
		scope, err := library.Scope(t.Context(), test.services, test.environment)
		if test.code != "" {
			if says := wantProblem(t, err, test.code); test.says != "" && says != test.says {
				t.Errorf("%v %s: says\n%s", test.services, test.environment, says)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v %s: %v", test.services, test.environment, err)
			continue
		}
		status, err := library.Overview(t.Context(), scope, noon)
		if err != nil && !isNoStage(err) {
			t.Fatal(err)
		}
		got := map[string][2]int{}
		for _, p := range status.Projects {
			got[p.Project] = [2]int{len(p.Services), len(p.Environments)}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v %s: -want +got\n%s", test.services, test.environment, diff)
		}
	}
}

func isNoStage(err error) bool {
	p, ok := err.(*chatops.Problem) //nolint:errorlint // it is returned as it is
	return ok && p.Code == chatops.CodeNoStage
}

func TestInventoryHasWhatCanBePromotedTo(t *testing.T) {
	gate := newStage("blue-production", direct)
	gate.Spec.PromotionTemplate = nil
	library := newLibrary(t, []client.Object{newStage("red-staging", direct), newStage("red-production", direct), gate, newStage("infra", direct)})
	got, err := library.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []kargo.Inventory{{Project: "microsvcs", Namespace: "microsvcs", Stages: []kargo.NamedStage{
		{Service: "red", Environment: "staging", Stage: "red-staging"}, {Service: "red", Environment: "production", Stage: "red-production"},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSurvey(t *testing.T) {
	of := func(name string) client.Object {
		w := &kargoapi.Warehouse{}
		w.ObjectMeta = metav1.ObjectMeta{Namespace: namespace, Name: name}
		return w
	}
	blue := newStage("blue-staging", direct)
	blue.Spec.RequestedFreight[0].Origin = warehouse("blue")
	library := newLibrary(t, []client.Object{
		newStage("red-staging", direct), blue, newStage("infra", direct), of("red"), of("blue"), of("unused"),
	})
	for _, test := range []struct {
		service    string
		warehouses []string
	}{{"red", []string{"red"}}, {"blue", []string{"blue"}}, {"all", []string{"blue", "red", "unused"}}} {
		scope, err := library.ServiceScope(t.Context(), test.service)
		if err != nil {
			t.Fatal(err)
		}
		surveys, err := library.Survey(t.Context(), scope, noon)
		if err != nil || len(surveys) != 1 {
			t.Fatalf("%v, %v", surveys, err)
		}
		var names []string
		for _, w := range surveys[0].Warehouses {
			names = append(names, w.Name)
		}
		if diff := cmp.Diff(test.warehouses, names); diff != "" {
			t.Errorf("%s: %s", test.service, diff)
		}
		if diff := cmp.Diff([]string{"infra"}, surveys[0].Unclaimed); diff != "" {
			t.Errorf("%s: unclaimed: %s", test.service, diff)
		}
		if diff := cmp.Diff(map[string][]string{"red": {"red"}, "blue": {"blue"}}, surveys[0].ServicesOf); diff != "" {
			t.Errorf("%s: services: %s", test.service, diff)
		}
	}
}
