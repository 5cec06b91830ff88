package sync_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestARenameKeepsTheOldUntilTheNewIsThere(t *testing.T) {
	w := newWorld(t, "warn")
	w.run(credentials.Request{})
	w.file.Declaration.Prune = true
	w.file.Declaration.Secrets[1].Name = "quay-robot"
	delete(w.values, "ref+vault://kv/quay#/token")
	for _, request := range []credentials.Request{{}, {DryRun: true}, {Only: only("quay-creds")}} {
		report := w.run(request)
		if last := report.Secrets[len(report.Secrets)-1]; last.State != orphaned || !strings.Contains(last.Message, "as soon as microsvcs/quay-robot") {
			t.Errorf("%s is %s: %s", last.SecretName, last.State, last.Message)
		}
	}
	// Nor is it enough that the new one is there, if it does not work.
	w.values["ref+vault://kv/quay#/token"] = sentinel
	w.findings["quay-robot"] = probe.Finding{Verdict: probe.Refused, Message: "quay.io does not take it."}
	mustBe(t, w.run(credentials.Request{}), "", unchanged, added, orphaned)
	w.secretOf("quay-creds")
	w.findings["quay-robot"] = probe.Finding{Verdict: probe.Works}
	mustBe(t, w.run(credentials.Request{}), "", unchanged, unchanged, pruned)
	if err := w.client.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "quay-creds"}, &corev1.Secret{}); !apierrors.IsNotFound(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestWhatOthersDeclareByNowIsHandedOver(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	theirs := corev1ac.Secret("quay-creds", "microsvcs").WithData(map[string][]byte{"password": []byte(sentinel)})
	if err := w.client.Apply(t.Context(), theirs, client.FieldOwner("argocd-controller")); err != nil {
		t.Fatal(err)
	}
	w.file.Declaration.Secrets = w.file.Declaration.Secrets[:1]
	report := w.run(credentials.Request{Prune: true})
	outcome := mustBe(t, report, "quay-creds", unchanged, orphaned)
	if !strings.Contains(outcome.Message, "data.password is declared by argocd-controller") || report.Writes != 1 {
		t.Errorf("%s; %d writes", outcome.Message, report.Writes)
	}
	live := w.secretOf("quay-creds")
	if live.Labels[credentials.LabelOwner] != "" || live.Labels[credentials.LabelType] != "image" || string(live.Data["password"]) != sentinel {
		t.Errorf("it has labels %v and %d keys", live.Labels, len(live.Data))
	}
	mustBe(t, w.run(credentials.Request{Prune: true}), "", unchanged)
}
