package sync_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestWhatIsRefusedIsNotWrittenIfItMustWork(t *testing.T) {
	w := newWorld(t, "require")
	w.run(credentials.Request{})
	w.values["ref+vault://kv/quay#/token"] = "worse-" + sentinel
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Refused, Message: "quay.io does not take it."}
	for range 2 {
		outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, failed)
		if outcome.Message != "quay.io does not take it. The Secret is left as it is." || outcome.Probe != "refused" {
			t.Errorf("%+v", outcome)
		}
	}
	if has := string(w.secretOf("quay-creds").Data[credentials.KeyPassword]); has != sentinel {
		t.Errorf("the Secret has %s", has)
	}
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Works}
	mustBe(t, w.run(credentials.Request{}), "", unchanged, changed)
	told := w.events("microsvcs", "quay-creds")
	if told[credentials.ReasonFailing] == "" || told[credentials.ReasonRecovered] != told[credentials.ReasonFailing] || told[credentials.ReasonRotated] == "" {
		t.Errorf("it tells %v", told)
	}
}

func TestWhatIsRefusedIsWrittenAndToldOfOtherwise(t *testing.T) {
	w := newWorld(t, "warn")
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Refused, Message: "quay.io does not take it."}
	outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", added, added)
	if outcome.Probe != "refused" || outcome.Message != "quay.io does not take it." || outcome.FailingSince == nil {
		t.Errorf("%+v", outcome)
	}
	// A look at it alone does not try it again, and it is not well meanwhile.
	probed := w.probed
	outcome = mustBe(t, w.run(credentials.Request{Only: only("quay-creds")}), "quay-creds", unchanged)
	if outcome.FailingSince == nil || outcome.Probe != "refused" || w.probed != probed {
		t.Errorf("%+v, tried %d times", outcome, w.probed)
	}
	// A look at everything tries what did not work, and nothing else.
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Works}
	outcome = mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, unchanged)
	if outcome.FailingSince != nil || outcome.Probe != "works" || w.probed != probed+1 {
		t.Errorf("%+v, tried %d times", outcome, w.probed)
	}
	if told := w.events("microsvcs", "quay-creds"); len(told) != 2 || told[credentials.ReasonRecovered] == "" {
		t.Errorf("it tells %v", told)
	}
}

func TestATokenThatExpiresIsToldOfUntilItIsRotated(t *testing.T) {
	w := newWorld(t, "warn")
	expires := w.now.Add(8 * 24 * time.Hour)
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &expires}
	if outcome := mustBe(t, w.run(credentials.Request{}), "github-creds", added, added); !outcome.ExpiresAt.Equal(expires) {
		t.Errorf("it is said to expire at %v", outcome.ExpiresAt)
	}
	if told := w.events("microsvcs", "github-creds"); len(told) != 0 {
		t.Errorf("eight days before, it tells %v", told)
	}
	w.now = w.now.Add(2 * 24 * time.Hour)
	w.run(credentials.Request{})
	first := w.events("microsvcs", "github-creds")[credentials.ReasonExpiring]
	if !strings.HasSuffix(first, " 1") {
		t.Errorf("six days before, it tells %q", first)
	}
	// It is renewed each half hour, so that it does not vanish.
	for range 59 {
		w.run(credentials.Request{})
	}
	if told := w.events("microsvcs", "github-creds")[credentials.ReasonExpiring]; !strings.HasSuffix(told, " 2") {
		t.Errorf("an hour later, it tells %q", told)
	}

	later := expires.Add(90 * 24 * time.Hour)
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &later}
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	w.run(credentials.Request{})
	occurrence, _, _ := strings.Cut(first, " ")
	if told := w.events("microsvcs", "github-creds")[credentials.ReasonRotated]; told != occurrence+" 1" {
		t.Errorf("it tells of the rotation as %q, and of what was to expire as %q", told, first)
	}
}

func TestTheSharedNamespacesCredentialsAreToldOfInTheProjects(t *testing.T) {
	w := newWorld(t, "off")
	w.file.Declaration.SharedNamespace = "shared"
	for i := range w.file.Declaration.Secrets {
		w.file.Declaration.Secrets[i].Namespaces = []string{"shared"}
	}
	delete(w.values, "ref+env://GITHUB")
	w.run(credentials.Request{})
	if told := w.events("microsvcs", "github-creds"); told[credentials.ReasonFailing] == "" {
		t.Errorf("it tells %v there, and %v in the shared one", told, w.events("shared", "github-creds"))
	}
}

func TestAHostThatDoesNotAnswerTakesNothingBack(t *testing.T) {
	w := newWorld(t, "warn")
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Refused, Message: "quay.io does not take it."}
	since := mustBe(t, w.run(credentials.Request{}), "quay-creds", added, added).FailingSince
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Unreachable, Message: "quay.io did not answer."}
	outcome := mustBe(t, w.run(credentials.Request{Probe: true}), "quay-creds", unchanged, unchanged)
	if outcome.FailingSince == nil || !outcome.FailingSince.Equal(*since) || outcome.Probe != "refused" {
		t.Errorf("%+v", outcome)
	}
	if told := w.events("microsvcs", "quay-creds"); told[credentials.ReasonRecovered] != "" {
		t.Errorf("it tells %v", told)
	}
}

func TestWhatCouldNotBeTriedIsTriedAgain(t *testing.T) {
	w := newWorld(t, "warn")
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Unreachable, Message: "quay.io did not answer."}
	w.run(credentials.Request{})
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Refused, Message: "quay.io does not take it."}
	if outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, unchanged); outcome.FailingSince == nil {
		t.Errorf("%+v", outcome)
	}
}

func TestWhatExpiredNoLongerDoes(t *testing.T) {
	w := newWorld(t, "warn")
	expires := w.now.Add(3 * 24 * time.Hour)
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &expires}
	w.run(credentials.Request{})
	w.findings["github-creds"] = probe.Finding{Verdict: probe.Works}
	for range 2 {
		if outcome := mustBe(t, w.run(credentials.Request{Probe: true}), "github-creds", unchanged, unchanged); outcome.ExpiresAt != nil {
			t.Errorf("it is said to expire at %s", outcome.ExpiresAt)
		}
	}
}

func TestWhatSomebodyChangedIsPutRightWhateverTheHostSays(t *testing.T) {
	w := newWorld(t, "require")
	w.run(credentials.Request{})
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Unreachable, Message: "quay.io did not answer."}
	w.edit("quay-creds", func(s *corev1.Secret) { s.Data["password"] = []byte(sentinel + " by hand") })
	mustBe(t, w.run(credentials.Request{}), "", unchanged, restored)
	if err := w.client.Delete(t.Context(), w.secretOf("quay-creds")); err != nil {
		t.Fatal(err)
	}
	mustBe(t, w.run(credentials.Request{}), "", unchanged, restored)
}

func TestWhatIsAskedToBeTriedIsTriedAlsoWhereItFails(t *testing.T) {
	w := newWorld(t, "warn")
	w.run(credentials.Request{})
	delete(w.values, "ref+vault://kv/quay#/token")
	expires := w.now.Add(30 * 24 * time.Hour)
	w.findings["quay-creds"] = probe.Finding{Verdict: probe.Works, ExpiresAt: &expires}
	probed := w.probed
	outcome := mustBe(t, w.run(credentials.Request{Only: only("quay-creds"), Probe: true}), "quay-creds", failed)
	if w.probed != probed+1 || outcome.ExpiresAt == nil || outcome.Message != "There is no such key." {
		t.Errorf("%+v, tried %d times", outcome, w.probed-probed)
	}
	if outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, failed); outcome.ExpiresAt == nil {
		t.Errorf("%+v", outcome)
	}
}
