package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func problem(code chatops.ProblemCode) error {
	return &chatops.Problem{Code: code, Title: "Because of " + string(code)}
}

func makeUnhealthy(w *world) {
	w.catalogue.target.Stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{"Degraded"}}
}

func TestRefusalsMakeNothing(t *testing.T) {
	for _, test := range []struct {
		name    string
		line    string
		prepare func(*world)
		code    chatops.ProblemCode
	}{
		{"unknown command", "/promte red production", func(*world) {}, chatops.CodeUnknownCommand},
		{"misused command", "/promote red", func(*world) {}, chatops.CodeUsage},
		{"help about nothing", "/help nothing", func(*world) {}, chatops.CodeUnknownCommand},
		{"unknown service", line, func(w *world) { w.catalogue.finds = problem(chatops.CodeUnknownService) }, chatops.CodeUnknownService},
		{"no Stage", line, func(w *world) { w.catalogue.finds = problem(chatops.CodeNoStage) }, chatops.CodeNoStage},
		{"control-flow Stage", line, func(w *world) { w.catalogue.target.Stage.Spec.PromotionTemplate = nil }, chatops.CodeControlFlowStage},
		{"Stage that goes", line, func(w *world) { w.catalogue.target.Stage.DeletionTimestamp = &metav1.Time{Time: noon} }, chatops.CodeNoStage},
		{"unknown person", line, func(w *world) { w.people.err = problem(chatops.CodeUnknownPerson) }, chatops.CodeUnknownPerson},
		{"person can't be looked up", line, func(w *world) { w.people.err = problem(chatops.CodeUnavailable) }, chatops.CodeUnavailable},
		{"forbidden", line, func(w *world) { w.permissions.decision = access.Decision{} }, chatops.CodeForbidden},
		{"forbidden, dry run", line + " --dry-run", func(w *world) { w.permissions.decision = access.Decision{} }, chatops.CodeForbidden},
		{"permission can't be asked for", line, func(w *world) { w.permissions.err = errDown }, chatops.CodeUnavailable},
		{"permission can't be asked for, though it came with a yes", line, func(w *world) {
			w.permissions.decision.Allowed, w.permissions.err = true, errDown
		}, chatops.CodeUnavailable},
		{"no Freight", line, func(w *world) { w.catalogue.chooses = problem(chatops.CodeNoFreight) }, chatops.CodeNoFreight},
		{"already there", line, func(w *world) { w.catalogue.chooses = problem(chatops.CodeAlreadyThere) }, chatops.CodeAlreadyThere},
		{"already there, dry run", line + " --dry-run", func(w *world) { w.catalogue.chooses = problem(chatops.CodeAlreadyThere) }, chatops.CodeAlreadyThere},
		{"unhealthy Stage", line, makeUnhealthy, chatops.CodeStageUnhealthy},
		{"API server down", line, func(w *world) { w.catalogue.finds = fmt.Errorf("get stage: %w", errDown) }, chatops.CodeUnavailable},
		{"API server slow", line, func(w *world) { w.catalogue.chooses = fmt.Errorf("list freight: %w", context.DeadlineExceeded) }, chatops.CodeUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.prepare(w)
			answer := w.Handle(t.Context(), ask(test.line, "1"))
			w.wantRefused(t, answer, test.code)
			for _, internal := range []string{"dial tcp", "deadline exceeded", "get stage"} {
				if said := fmt.Sprint(answer.Card); strings.Contains(said, internal) {
					t.Errorf("the person reads %q", said)
				}
			}
		})
	}
}

// Who may not is told so, and not what could be promoted.
func TestPermissionComesBeforeTheChoice(t *testing.T) {
	w := newWorld(t)
	w.permissions.decision = access.Decision{}
	w.catalogue.chooses = problem(chatops.CodeUnknownFreight)
	w.wantRefused(t, w.Handle(t.Context(), ask("/promote red production secret-name", "1")), chatops.CodeForbidden)
	if got := len(w.catalogue.asked); got != 2 {
		t.Errorf("the catalogue was asked to choose: %q", w.catalogue.asked)
	}
}

func TestTheOperatorFindsInTheLogWhatThePersonDoesNotRead(t *testing.T) {
	w := newWorld(t)
	w.permissions.err = errDown
	w.Handle(t.Context(), ask(line, "1"))
	for _, want := range []string{"level=ERROR", "connection refused", "code=unavailable", "actor=T01/U42", "command=promote"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, w.log.String())
		}
	}
}

func TestHandleMeasures(t *testing.T) {
	w := newWorld(t)
	w.Handle(t.Context(), ask(line, "1"))
	w.Handle(t.Context(), ask("/help", "2"))
	w.Handle(t.Context(), ask("/nonsense", "3"))
	w.permissions.decision = access.Decision{}
	w.Handle(t.Context(), ask(line, "4"))
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	observed := uint64(0)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			key := ""
			for _, label := range metric.GetLabel() {
				key += label.GetValue() + " "
			}
			if family.GetName() == "kargobot_requests_total" {
				counted[strings.TrimSpace(key)] = metric.GetCounter().GetValue()
			} else {
				observed += metric.GetHistogram().GetSampleCount()
			}
		}
	}
	for _, want := range []string{"promote accepted slack", "help answered slack", "unknown unknown_command slack", "promote forbidden slack"} {
		if counted[want] != 1 {
			t.Errorf("%q was counted %v times: %v", want, counted[want], counted)
		}
	}
	if observed != 4 {
		t.Errorf("%d durations", observed)
	}
}

func TestHandleMeasuresHowLongItTook(t *testing.T) {
	w := newWorld(t)
	now := noon
	w.Now = func() time.Time { now = now.Add(300 * time.Millisecond); return now }
	w.Handle(t.Context(), ask("/help", "1"))
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "kargobot_request_duration_seconds" {
			if got := family.GetMetric()[0].GetHistogram().GetSampleSum(); got != 0.3 {
				t.Errorf("%v seconds", got)
			}
		}
	}
}
