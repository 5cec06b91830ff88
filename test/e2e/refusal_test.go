package e2e_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestWhatCannotBePromotedIsRefusedInItsOwnWords: one world with something wrong in each corner.
func TestWhatCannotBePromotedIsRefusedInItsOwnWords(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	refusalWorld(t, w)
	w.Start(t)

	for _, test := range []struct {
		name, text string
		says       []string
	}{
		{"unknown service", "rde production", []string{`No service "rde"`, "Did you mean red?"}},
		{"unknown environment", "red prodution", []string{`No environment "prodution"`, "Did you mean production?", "Usage: /promote"}},
		{"nothing to say", "", []string{"Usage: /promote"}},
		{"unknown option", "red production --now", []string{"--now"}},
		{"no Stage", "ochre staging", []string{"There is no ochre in staging", "ochre-staging"}},
		{"already there", "red staging 3.2.0", []string{"staging already runs red 3.2.0"}},
		{"already there by name", "red production 3.1.0", []string{"production already runs red 3.1.0"}},
		{"none exists", "empty production", []string{"There is no Freight that empty can go to production with", "No Freight of its Warehouses exists yet"}},
		{"none available", "fresh production", []string{"There is no Freight that fresh can go to production with", "1.0.0 is not verified in fresh-staging"}},
		{"not verified", "red production 3.3.0", []string{"red 3.3.0 can't go to production yet", "not verified in red-staging"}},
		{"unknown Freight", "red production 3.2.1", []string{`No Freight "3.2.1" for red in production`, "Did you mean 3.2.0?"}},
		{"ambiguous", "ochre production", []string{"ochre-production takes Freight from several Warehouses", "ochre-one", "ochre-two"}},
		{"ambiguous version", "ochre production 1.0.0", []string{`"1.0.0" names several Freight`}},
		{"control flow", "gate production", []string{"Nothing can be promoted to gate in production", "control-flow"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", test.text)
			if reply.ResponseType != "ephemeral" {
				t.Errorf("a refusal is for the person alone; this one was %q", reply.ResponseType)
			}
			mustSay(t, said(w, reply), test.says...)
		})
	}
	t.Run("unhealthy", func(t *testing.T) {
		w.MakeUnhealthy(t, "sick-production", "the disk is full")
		// The bot learns of it in its own time; a dry run does not ask for anything.
		ctx := soon(t)
		for !strings.Contains(ask(t, w, "sick production --dry-run"), "sick is unhealthy in production") {
			if ctx.Err() != nil {
				t.Fatal("the bot does not learn that the Stage is unhealthy")
			}
		}
		mustSay(t, ask(t, w, "sick production"), "sick is unhealthy in production", "the disk is full", "/promote sick production <freight>")
	})
	t.Run("unknown command", func(t *testing.T) {
		reply := w.Slack.Type(t, harness.Octocat, harness.Deploys, "/kargo", "promot red production")
		mustSay(t, said(w, reply), "promote")
	})
	t.Run("help", func(t *testing.T) {
		mustSay(t, said(w, w.Slack.Type(t, harness.Octocat, harness.Deploys, "/kargo", "help")), "/promote")
	})
	t.Run("dry run", func(t *testing.T) {
		mustSay(t, said(w, w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production --dry-run")),
			"red 3.2.0 would go to production", "Nothing was done")
	})
	nothingHappened(t, w)
}

// ask types /promote as somebody who may, and returns the answer.
func ask(t *testing.T, w *harness.World, text string) string {
	t.Helper()
	return said(w, w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", text))
}

// refusalWorld adds services to which nothing can be promoted, each for a reason of its own.
func refusalWorld(t *testing.T, w *harness.World) {
	t.Helper()
	steps := harness.Passes("clone", "push")
	production := func(service string, warehouses ...string) harness.Stage {
		return harness.Stage{Name: service + "-production", Warehouses: warehouses, Steps: steps}
	}
	w.NewFreight(t, "red", "red", "3.3.0")

	w.Warehouse(t, "empty")
	w.NewStage(t, production("empty", "empty"))

	w.Warehouse(t, "fresh")
	w.NewFreight(t, "fresh", "fresh", "1.0.0")
	w.NewStage(t, harness.Stage{Name: "fresh-staging", Warehouses: []string{"fresh"}, Steps: steps})
	fresh := production("fresh", "fresh")
	fresh.Upstream = "fresh-staging"
	w.NewStage(t, fresh)

	for _, warehouse := range []string{"ochre-one", "ochre-two"} {
		w.WarehouseNamed(t, warehouse, "ochre")
		w.NewFreight(t, warehouse, "ochre", "1.0.0")
	}
	w.NewStage(t, production("ochre", "ochre-one", "ochre-two"))

	w.NewStage(t, harness.Stage{Name: "gate-production", Warehouses: []string{"red"}})

	w.Warehouse(t, "sick")
	w.NewStage(t, production("sick", "sick"))
	w.Promote(t, "sick-production", w.NewFreight(t, "sick", "sick", "1.0.0"))
	w.NewFreight(t, "sick", "sick", "1.1.0")
}
