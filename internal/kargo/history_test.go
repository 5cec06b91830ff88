package kargo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// shipped is a Shipment of octocat's that has ended so in red-production, so many minutes after noon.
func shipped(name, freight, version, promotion string, phase v1alpha1.ShipmentPhase, at int, changes ...func(*v1alpha1.Shipment)) *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{}
	s.Namespace, s.Name, s.CreationTimestamp = namespace, name, *ago(minutes(-at))
	s.Spec = v1alpha1.ShipmentSpec{
		Action: v1alpha1.ActionPromote, Reason: "weekly release",
		Items:       []v1alpha1.ShipmentItem{{Service: "red", Environment: "production", Path: []string{"red-production"}, Freight: freight, Version: version}},
		RequestedBy: v1alpha1.Actor{Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev"},
	}
	s.Status = v1alpha1.ShipmentStatus{Phase: phase, Items: []v1alpha1.ItemStatus{{
		Service: "red", Stages: []v1alpha1.StageStatus{{Stage: "red-production", Phase: phase, Promotion: promotion}},
	}}}
	for _, change := range changes {
		change(s)
	}
	return s
}

func past(p answers.PastPromotion, minutesAfterNoon int) answers.PastPromotion {
	p.CreatedAt = noon.Add(minutes(minutesAfterNoon))
	return p
}

func TestHistory(t *testing.T) {
	const kept, gone = "red-production.01kqw.e72fb09", "red-production.01aaa.2873e6b"
	f := newFreight(starfish, "3.2.0", time.Hour, named("rafting-starfish"))
	version320 := answers.Freight{Name: starfish, Alias: "rafting-starfish", Version: "3.2.0", Origin: "Warehouse/red"}
	started, finished := noon.Add(-minutes(9)), noon.Add(-minutes(7))
	base := answers.PastPromotion{
		Promotion: kept, Freight: version320, Phase: "Succeeded", CreatedAt: noon.Add(-minutes(10)), StartedAt: started, FinishedAt: finished,
		DurationSeconds: 120,
	}
	by := func(who string) answers.PastPromotion { p := base; p.By = who; return p }
	succeeded := func() *kargoapi.Promotion {
		return newPromotion(kept, "red-production", starfish, kargoapi.PromotionPhaseSucceeded)
	}
	for _, test := range []struct {
		name    string
		objects []client.Object
		want    []answers.PastPromotion
	}{
		{"nothing yet", nil, []answers.PastPromotion{}},
		{"Kargo by itself", []client.Object{succeeded()}, []answers.PastPromotion{base}},
		{"somebody in Kargo", []client.Object{annotated(succeeded(), kargoapi.AnnotationKeyCreateActor, "email:hubot@acme.dev")},
			[]answers.PastPromotion{by("hubot@acme.dev")}},
		{"somebody through the bot, whose Shipment is gone", []client.Object{
			annotated(annotated(succeeded(), kargoapi.AnnotationKeyCreateActor, "kubernetes:system:serviceaccount:kargo-bot:kargo-bot"),
				v1alpha1.AnnotationRequestedBy, "slack:T01/U42 (octocat@acme.dev)"),
		}, []answers.PastPromotion{by("octocat@acme.dev")}},
		{"a Shipment tells who and why", []client.Object{succeeded(), shipped("s1", starfish, "3.2.0", kept, v1alpha1.PhaseSucceeded, -10)},
			func() []answers.PastPromotion {
				p := by("octocat")
				p.Shipment, p.Reason = "s1", "weekly release"
				return []answers.PastPromotion{p}
			}()},
		{"a rollback that failed", []client.Object{
			annotated(newPromotion(kept, "red-production", starfish, kargoapi.PromotionPhaseFailed, step(kargoapi.PromotionStepStatusFailed, "on fire")),
				kargoapi.AnnotationKeyRollback, "true"),
		}, func() []answers.PastPromotion {
			p := base
			p.Phase, p.Message, p.Rollback = "Failed", "on fire", true
			return []answers.PastPromotion{p}
		}()},
		{"one that runs has no end", []client.Object{newPromotion(kept, "red-production", starfish, kargoapi.PromotionPhaseRunning)},
			func() []answers.PastPromotion {
				p := base
				p.Phase, p.FinishedAt, p.DurationSeconds = "Running", time.Time{}, 0
				return []answers.PastPromotion{p}
			}()},
		{"of Freight that is gone, the short name is left", []client.Object{newPromotion(kept, "red-production", walrus, kargoapi.PromotionPhaseSucceeded)},
			func() []answers.PastPromotion {
				p := base
				p.Freight = answers.Freight{Name: walrus, Version: "2873e6b"}
				return []answers.PastPromotion{p}
			}()},
		{"what Kargo has no more, and what it refused, newest first", []client.Object{
			shipped("old", walrus, "3.1.0", gone, v1alpha1.PhaseSucceeded, -60*24*30),
			shipped("refused", starfish, "3.2.0", "", v1alpha1.PhaseFailed, -5, func(s *v1alpha1.Shipment) {
				s.Status.Items[0].Stages[0].Message = "The Promotion was refused: quota"
			}),
			succeeded(),
		}, []answers.PastPromotion{
			past(answers.PastPromotion{Shipment: "refused", Freight: version320, By: "octocat", Reason: "weekly release", Phase: "Failed",
				Message: "The Promotion was refused: quota"}, -5),
			base,
			past(answers.PastPromotion{Promotion: gone, Shipment: "old", Freight: answers.Freight{Name: walrus, Version: "3.1.0"}, By: "octocat",
				Reason: "weekly release", Phase: "Succeeded"}, -60*24*30),
		}},
		{"auto-promotion that was resumed, of whose Promotion nothing is left", []client.Object{
			shipped("resumed", "", "", gone, v1alpha1.PhaseAborted, -5, func(s *v1alpha1.Shipment) { s.Spec.Action = v1alpha1.ActionResume }),
		}, []answers.PastPromotion{past(answers.PastPromotion{
			Promotion: gone, Shipment: "resumed", Freight: answers.Freight{Version: "unknown"}, By: "octocat", Reason: "weekly release", Phase: "Aborted",
		}, -5)}},
		{"what never was a promotion there", []client.Object{
			shipped("a", starfish, "3.2.0", "", v1alpha1.PhaseSkipped, -1),
			shipped("b", starfish, "3.2.0", "", v1alpha1.PhaseNotReached, -1),
			shipped("c", starfish, "3.2.0", "", v1alpha1.PhasePending, -1),
			shipped("d", starfish, "3.2.0", "", v1alpha1.PhaseSucceeded, -1, func(s *v1alpha1.Shipment) { s.Spec.Action = v1alpha1.ActionVerify }),
			shipped("e", starfish, "3.2.0", "", v1alpha1.PhaseSucceeded, -1, func(s *v1alpha1.Shipment) { s.Status.Items[0].Stages[0].Stage = "red-staging" }),
			newPromotion(kept, "red-staging", starfish, kargoapi.PromotionPhaseSucceeded),
		}, []answers.PastPromotion{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			library := newLibrary(t, append([]client.Object{newStage("red-production", direct), f.DeepCopy()}, test.objects...))
			target, err := library.Find(t.Context(), "red", "production")
			if err != nil {
				t.Fatal(err)
			}
			history, err := library.History(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, history.Promotions); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// Anybody who may promote can write our annotation on what they make.
func TestAPromotionThatAPersonMadeIsThatPersons(t *testing.T) {
	p := annotated(&kargoapi.Promotion{}, v1alpha1.AnnotationRequestedBy, "slack:T01/U42 (octocat@acme.dev)")
	p = annotated(p, kargoapi.AnnotationKeyCreateActor, "kubernetes:hubot")
	if got := kargo.Requester(p); got != "hubot" {
		t.Errorf("said to be asked for by %q", got)
	}
	p = annotated(p, kargoapi.AnnotationKeyCreateActor, "kubernetes:system:serviceaccount:kargo-bot:kargo-bot")
	if got := kargo.Requester(p); got != "octocat@acme.dev" {
		t.Errorf("said to be asked for by %q", got)
	}
}

func TestRequester(t *testing.T) {
	for actor, want := range map[string]string{
		"":                            "",
		"admin":                       "Kargo's administrator",
		"email:hubot@acme.dev":        "hubot@acme.dev",
		"kubernetes:octocat":          "octocat",
		"groups:x":                    "x",
		"controller:stage-controller": "",
		"unknown actor":               "unknown actor",
		"kubernetes:system:serviceaccount:ci:deployer": "ServiceAccount ci/deployer",
	} {
		if got := kargo.Requester(annotated(&kargoapi.Promotion{}, kargoapi.AnnotationKeyCreateActor, actor)); got != want {
			t.Errorf("%q is said to be %q, want %q", actor, got, want)
		}
	}
}
