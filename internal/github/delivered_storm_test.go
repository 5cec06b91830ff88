package github_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// recorded is a notify.Record in memory.
type recorded struct{ report *v1alpha1.Report }

// Load implements notify.Record.
func (r *recorded) Load() *v1alpha1.Report { return r.report }

// Save implements notify.Record.
func (r *recorded) Save(_ context.Context, report v1alpha1.Report) error {
	r.report = &report
	return nil
}

// settle delivers a message until nothing is left to do, by a bot that dies after every third attempt.
func (f forge) settle(t *testing.T, name string, sink notify.Sink, message notify.Message, record *recorded) {
	t.Helper()
	metrics := notify.NewMetrics(prometheus.NewRegistry())
	deliverer := notify.NewDeliverer(name, sink, f.now.Now, metrics)
	for attempt := 1; attempt < 100; attempt++ {
		again, err := deliverer.Deliver(soon(t), message, record)
		f.now.advance(again + 5*time.Second)
		if attempt%3 == 0 {
			deliverer = notify.NewDeliverer(name, sink, f.now.Now, metrics)
		}
		if err == nil && record.report.Error != "" {
			t.Fatalf("%s: %s", name, record.report.Error)
		}
		if err == nil && record.report.Hash == message.Hash() {
			return
		}
	}
	t.Fatalf("%s: %+v is not delivered after 100 attempts", name, record.report)
}

// With GitHub failing at every third call, before and after it has done what it was asked to, each deployment and
// each check run is there once and says how things stand.
func TestNothingIsDoubledInAStorm(t *testing.T) {
	const promotions = 25
	f := releasing(t)
	deployments, checks := github.NewDeploymentSink(f.source), github.NewCheckSink(f.source)
	f.SetStorm(githubfake.Storm{Seed: 7, Share: 0.3})
	for n := range promotions {
		deployment, check := f.deployment(t), f.check(t)
		deployment.Marker, check.Marker = fmt.Sprintf("kargo-bot:deployment:%d", n), fmt.Sprintf("kargo-bot:check:%d", n)
		var ofDeployment, ofCheck recorded
		for _, state := range []chatops.State{chatops.StateRunning, chatops.StateSucceeded} {
			deployment.Card.State, check.Card.State = state, state
			f.settle(t, "deployment", deployments, deployment, &ofDeployment)
			f.settle(t, "check", checks, check, &ofCheck)
		}
	}
	f.SetStorm(githubfake.Storm{})
	seen := map[string]bool{}
	for _, d := range f.Deployments(repository) {
		if d.State() != "success" || seen[d.Payload] {
			t.Errorf("%s: %s, %v", d.Payload, d.State(), seen[d.Payload])
		}
		seen[d.Payload] = true
	}
	for _, c := range f.CheckRuns(repository) {
		if c.Conclusion != "success" || seen[c.ExternalID] {
			t.Errorf("%s: %s, %v", c.ExternalID, c.Conclusion, seen[c.ExternalID])
		}
		seen[c.ExternalID] = true
	}
	if len(seen) != 2*promotions || f.Stormed() < promotions {
		t.Errorf("%d things after %d failures", len(seen), f.Stormed())
	}
}
