package sync_test

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestWhatFailsForAMomentIsNotTold(t *testing.T) {
	w := newWorld(t, "off")
	w.file.Declaration.FailingAfter = 2 * time.Minute
	w.run(credentials.Request{})
	fails := credentials.Request{Skip: map[string]string{"vault": "vault did not answer."}}
	outcome := mustBe(t, w.run(fails), "quay-creds", unchanged, failed)
	if outcome.FailingSince == nil || !outcome.FailingSince.Equal(w.now) {
		t.Errorf("it fails since %v", outcome.FailingSince)
	}
	w.run(fails)
	mustBe(t, w.run(credentials.Request{}), "", unchanged, unchanged)
	if told := w.events("microsvcs", "quay-creds"); len(told) > 0 {
		t.Errorf("after a minute, it tells %v", told)
	}

	for range 3 {
		w.run(fails)
	}
	told := w.events("microsvcs", "quay-creds")
	if len(told) != 1 || told[credentials.ReasonFailing] == "" {
		t.Errorf("after two minutes, it tells %v", told)
	}
	w.run(credentials.Request{})
	if all := w.events("microsvcs", "quay-creds"); all[credentials.ReasonRecovered] != told[credentials.ReasonFailing] {
		t.Errorf("it tells %v", all)
	}
}

func TestAnotherRepositoryIsNoRotationAndEndsNoWarning(t *testing.T) {
	w := newWorld(t, "warn")
	expires := w.now.Add(3 * 24 * time.Hour)
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &expires}
	was := mustBe(t, w.run(credentials.Request{}), "github-creds", added, added).RotatedAt
	w.file.Declaration.Secrets[0].RepoURL = "https://github.com/acme/deployment"
	outcome := mustBe(t, w.run(credentials.Request{}), "github-creds", changed, unchanged)
	if !outcome.RotatedAt.Equal(*was) || !outcome.ExpiresAt.Equal(expires) {
		t.Errorf("%+v", outcome)
	}
	if told := w.events("microsvcs", "github-creds"); len(told) != 1 || told[credentials.ReasonExpiring] == "" {
		t.Errorf("it tells %v", told)
	}
}

func TestNewValuesThatExpireAtTheSameTimeAreWarnedOfAnew(t *testing.T) {
	w := newWorld(t, "warn")
	expires := w.now.Add(3 * 24 * time.Hour)
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &expires}
	w.run(credentials.Request{})
	first := w.events("microsvcs", "github-creds")[credentials.ReasonExpiring]
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	w.run(credentials.Request{})
	if ended := w.events("microsvcs", "github-creds")[credentials.ReasonRotated]; ended != first {
		t.Errorf("the rotation ends %s, not %s", ended, first)
	}
	if again := w.happened(credentials.ReasonExpiring); len(again) != 2 || again[0] == again[1] {
		t.Errorf("it warns of %v", again)
	}
}

func TestWhatWasFailingAndIsNoLongerDeclaredHasRecovered(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	delete(w.values, "ref+vault://kv/quay#/token")
	w.run(credentials.Request{})
	w.file.Declaration.Secrets = w.file.Declaration.Secrets[:1]
	for range 2 {
		mustBe(t, w.run(credentials.Request{}), "", unchanged, orphaned)
	}
	told := w.events("microsvcs", "quay-creds")
	if told[credentials.ReasonFailing] == "" || told[credentials.ReasonRecovered] != told[credentials.ReasonFailing] {
		t.Errorf("it tells %v", told)
	}
}
