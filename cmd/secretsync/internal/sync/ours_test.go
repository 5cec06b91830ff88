package sync_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestWhatWasTakenOverRotates(t *testing.T) {
	w := newWorld(t, "off")
	made := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "quay-creds", Labels: map[string]string{credentials.LabelType: "image"}},
		Type:       corev1.SecretTypeOpaque,
		Data: map[string][]byte{"repoURL": []byte(`^quay\.io/`), "repoURLIsRegex": []byte("true"), "username": []byte("acme"),
			"password": []byte(sentinel)},
	}
	if err := w.client.Create(t.Context(), made, client.FieldOwner("kubectl-client-side-apply")); err != nil {
		t.Fatal(err)
	}
	mustBe(t, w.run(credentials.Request{}), "", added, changed)
	last := *mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, unchanged).RotatedAt
	for n := range 2 {
		w.values["ref+vault://kv/quay#/token"] = fmt.Sprintf("%s-%d", sentinel, n)
		outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, changed)
		if !outcome.RotatedAt.After(last) || string(w.secretOf("quay-creds").Data["password"]) != w.values["ref+vault://kv/quay#/token"] {
			t.Errorf("%+v", outcome)
		}
		last = *outcome.RotatedAt
	}
}

func TestTwoDeclarationsWithOneOwnerDoNotFight(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	other := *w.file
	other.Namespace = "billing"
	other.Declaration.Secrets = append([]credentials.Credential{}, other.Declaration.Secrets...)
	for i := range other.Declaration.Secrets {
		other.Declaration.Secrets[i].Namespaces = []string{"microsvcs"}
		other.Declaration.Secrets[i].Username = "somebody"
	}
	if err := w.client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "billing"}}); err != nil {
		t.Fatal(err)
	}
	first := w.file
	for range 2 {
		w.file = &other
		outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", conflict, conflict)
		if !strings.Contains(outcome.Message, "Another declaration with owner kargo-secretsync, of namespace microsvcs, keeps this Secret") {
			t.Error(outcome.Message)
		}
		w.file = first
		mustBe(t, w.run(credentials.Request{}), "", unchanged, unchanged)
	}
	// Nor does the one delete what the other has made.
	w.file = &other
	other.Declaration.Secrets = nil
	mustBe(t, w.run(credentials.Request{Prune: true}), "", orphaned, orphaned)
	mustBe(t, w.run(credentials.Request{Prune: true}), "")
	w.file = first
	mustBe(t, w.run(credentials.Request{}), "", unchanged, unchanged)
}

func TestWhatADeclarationChangesAfterSomebodyElsesTouchIsNoDrift(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.edit("quay-creds", func(s *corev1.Secret) { s.Labels["team"] = "web" })
	// A pass that has something to remember remembers this, too.
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	mustBe(t, w.run(credentials.Request{}), "", changed, unchanged)
	w.file.Declaration.Secrets[1].RepoURL, w.file.Declaration.Secrets[1].RepoURLRegex = "quay.io/acme/red", ""
	w.values["ref+vault://kv/quay#/token"] = sentinel + "-new"
	outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, changed)
	if !outcome.RotatedAt.Equal(w.now) || outcome.Message != "" {
		t.Errorf("%+v", outcome)
	}
}

func TestWhatSomebodyPutsInAheadOfTheStoreIsARotationAndOursFromThen(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.edit("quay-creds", func(s *corev1.Secret) { s.Data["password"] = []byte(sentinel + "-2") })
	w.values["ref+vault://kv/quay#/token"] = sentinel + "-2"
	if outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, changed); !outcome.RotatedAt.Equal(w.now) {
		t.Errorf("its age counts from %s", outcome.RotatedAt)
	}
	mustBe(t, w.run(credentials.Request{}), "", unchanged, unchanged)
	w.values["ref+vault://kv/quay#/token"] = sentinel + "-3"
	if outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, changed); !outcome.RotatedAt.Equal(w.now) {
		t.Errorf("its age counts from %s", outcome.RotatedAt)
	}
}
