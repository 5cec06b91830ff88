package release_test

import (
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// From its tag to production: what the issue asks for, on a simulated Kargo.
func TestAReleaseIsFollowedFromItsTagToProduction(t *testing.T) {
	sim := simulate(t, nil)
	sim.forge.tag("red/3.3.0", freightdiff.Tagged{
		Commit: "8d2f6b2aaaa", Author: "hubot", At: time.Now(), URL: "https://github.com/davidaparicio/microsvcs/releases/tag/red%2F3.3.0",
		Notes: "### Bug Fixes\n* retry", Published: true, PublishedAt: time.Now(),
	})
	// The image is not there yet.
	sim.hear(t, "DavidAparicio/microsvcs", "red/3.3.0")
	r := sim.awaits(t, "red-3.3.0", "is awaited", func(r *v1alpha1.Release) bool {
		return r.Status.Phase == v1alpha1.ReleaseAwaitingImage && r.Status.RefreshedAt != nil && r.Status.Notes != ""
	})
	if r.Spec.Source == nil || r.Spec.Source.Tag != "red/3.3.0" || r.Status.Author != "hubot" || r.Status.Commit != "8d2f6b2aaaa" || r.Status.URL == "" {
		t.Errorf("of its tag, this is known: %+v %+v", r.Spec.Source, r.Status)
	}
	if at := in(t, r, "production"); at.Phase != v1alpha1.ReleaseStageNotYet || at.Running != "3.1.0" {
		t.Errorf("production: %+v", at)
	}
	if len(r.Status.Stages) != 2 {
		t.Errorf("it can't reach development: %s", describe(r))
	}

	sim.push("3.3.0")
	sim.discover(t)
	r = sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
	if at := in(t, r, "staging"); at.Phase != v1alpha1.ReleaseStageLive || at.Since == nil || at.By != "" {
		t.Errorf("staging: %+v", at)
	}
	if at := in(t, r, "production"); at.Phase != v1alpha1.ReleaseStageWaiting || at.Running != "3.1.0" || at.Since == nil {
		t.Errorf("production: %+v", at)
	}
	if got := outcomes(r); !slices.Equal(got, []string{"Released", "Waiting production"}) {
		t.Errorf("happenings: %q", got)
	}
	if r.Status.Freight == "" || r.Status.Alias == "" || r.Status.DiscoveredAt == nil {
		t.Errorf("of its Freight, this is known: %+v", r.Status)
	}

	sim.promote(t, "red-production", r.Status.Freight)
	r = sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseLive)
	if at := in(t, r, "production"); at.By == "" || at.Promotion == "" || at.Running != "" {
		t.Errorf("production: %+v", at)
	}
	if got := outcomes(r); len(got) != 2 {
		t.Errorf("happenings: %q", got)
	}
}

// Nobody has announced it, so the Freight does.
func TestFreightMakesARelease(t *testing.T) {
	sim := simulate(t, nil)
	sim.forge.tag("red/3.3.0", freightdiff.Tagged{Commit: "8d2f6b2aaaa", Author: "hubot"})
	sim.push("3.3.0")
	sim.discover(t)
	r := sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
	if r.Spec.Source == nil || r.Spec.Source.Tag != "red/3.3.0" {
		t.Errorf("source: %+v", r.Spec.Source)
	}
	// The tag's webhook comes late.
	sim.hear(t, home, "red/3.3.0")
	sim.push("sha-1234567")
	sim.push("3.4.0-rc.1")
	sim.discover(t)
	if all := sim.releases(t); len(all) != 1 {
		t.Errorf("%d releases", len(all))
	}
}

func TestHistoryIsAdoptedSilently(t *testing.T) {
	sim := simulate(t, nil)
	sim.forge.tag("red/3.1.0", freightdiff.Tagged{At: time.Now().Add(-time.Hour), Published: true, PublishedAt: time.Now().Add(-time.Hour)})
	// Its notes are edited.
	sim.hear(t, home, "red/3.1.0")
	sim.push("3.3.0")
	sim.discover(t)
	sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
	for _, r := range sim.releases(t) {
		if r.Name != "red-3.3.0" {
			t.Errorf("there is %s", r.Name)
		}
	}
}

func TestANewerReleaseSupersedesAnOlderOne(t *testing.T) {
	sim := simulate(t, nil)
	sim.push("3.3.0")
	sim.discover(t)
	r := sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
	sim.push("3.4.0")
	sim.discover(t)
	newer := sim.reaches(t, "red-3.4.0", v1alpha1.ReleaseWaiting)
	r = sim.awaits(t, r.Name, "is replaced in staging", func(r *v1alpha1.Release) bool {
		return in(t, r, "staging").Phase == v1alpha1.ReleaseStageReplaced
	})
	if r.Status.SupersededBy != "3.4.0" || r.Status.Phase != v1alpha1.ReleaseSuperseded {
		t.Errorf("superseded by %s: %s", r.Status.SupersededBy, describe(r))
	}
	sim.promote(t, "red-production", newer.Status.Freight)
	sim.reaches(t, newer.Name, v1alpha1.ReleaseLive)
	sim.awaits(t, r.Name, "is skipped in production", func(r *v1alpha1.Release) bool {
		return in(t, r, "production").Phase == v1alpha1.ReleaseStageSkipped
	})
	// Somebody goes back to it.
	sim.promote(t, "red-production", r.Status.Freight)
	sim.awaits(t, r.Name, "is live in production", func(r *v1alpha1.Release) bool {
		return in(t, r, "production").Phase == v1alpha1.ReleaseStageLive
	})
	newer = sim.awaits(t, newer.Name, "is taken back", func(r *v1alpha1.Release) bool {
		return in(t, r, "production").Phase == v1alpha1.ReleaseStageReplaced
	})
	if newer.Status.Message != "production: rolled back to 3.3.0" || newer.Status.Phase != v1alpha1.ReleaseProgressing {
		t.Errorf("the newer one: %s", describe(newer))
	}
}

func TestAFailureSaysWhereAndWhy(t *testing.T) {
	sim := simulate(t, nil)
	staging := types.NamespacedName{Namespace: namespace, Name: "red-staging"}
	sim.Outcomes.FailStep(staging, 4, "remote rejected the push")
	sim.push("3.3.0")
	sim.discover(t)
	r := sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseFailed)
	at := in(t, r, "staging")
	if at.Step != "git-push" || at.StepNumber != 4 || at.Steps == 0 || at.Message != `step "push": remote rejected the push` || at.Running != "3.2.0" {
		t.Errorf("staging: %+v", at)
	}
	sim.Outcomes.PassSteps(staging)
	sim.promote(t, "red-staging", r.Status.Freight)
	sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
}

// What is said to people is found again after a restart, and nothing happens twice.
func TestReleasesSurviveARestart(t *testing.T) {
	sim := simulate(t, nil)
	sim.hear(t, home, "red/3.3.0") // the forge does not know it yet
	sim.forge.tag("red/3.3.0", freightdiff.Tagged{At: time.Now()})
	sim.awaits(t, "red-3.3.0", "is awaited", func(r *v1alpha1.Release) bool { return r.Status.RefreshedAt != nil })
	sim.stop()
	sim.push("3.3.0")
	sim.discover(t)
	sim.start(t)
	r := sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting)
	if got := outcomes(r); !slices.Equal(got, []string{"Released", "Waiting production"}) {
		t.Errorf("happenings: %q", got)
	}
	for range 3 {
		sim.stop()
		sim.start(t)
	}
	if again := sim.reaches(t, "red-3.3.0", v1alpha1.ReleaseWaiting); len(again.Status.Happenings) != 2 {
		t.Errorf("happenings: %q", outcomes(again))
	}
}
