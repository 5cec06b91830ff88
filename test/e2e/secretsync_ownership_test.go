package e2e_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// declare writes the declaration without some of its Secrets.
func declare(t *testing.T, s *harness.Secretsync, without ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, "credentials.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "  - name: ")
	kept := parts[0]
	for _, part := range parts[1:] {
		name, _, _ := strings.Cut(part, "\n")
		if !strings.Contains(strings.Join(without, " "), name) {
			kept += "  - name: " + part
		}
	}
	s.Write(t, "credentials.yaml", kept)
}

// encoded is a value as it stands in a patch.
func encoded(value string) string { return base64.StdEncoding.EncodeToString([]byte(value)) }

func TestSecretsyncPutsDriftRight(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	rotated := s.Secret(t, "quay-creds").Annotations[credentials.AnnotationRotated]
	s.Edit(t, "quay-creds", fmt.Sprintf(`{"metadata": {"labels": {"team": "web", "kargo.akuity.io/cred-type": null}}, "data": {"password": %q, "githubAppID": %q, "note": %q}}`,
		encoded(harness.Sentinel+"-other"), encoded("1"), encoded("a note")))
	gone := s.Secret(t, "github-creds")
	if err := cluster.Client.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}

	mustSay(t, s.Run(t, "plan", "-f", "credentials.yaml").Stdout, "~password -githubAppID", "+password +repoURL", "Plan: 2 to restore, 1 unchanged.")
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "It had been changed by kubectl-edit.", "It had been deleted.", "Done: 2 restored, 1 unchanged.")
	quay := s.Secret(t, "quay-creds")
	if p := string(quay.Data["password"]); p != harness.Sentinel+"-quay-1" {
		t.Errorf("the password is %q", p)
	}
	if _, ok := quay.Data["githubAppID"]; ok {
		t.Error("what makes another credential of it is still there")
	}
	if quay.Labels["team"] != "web" || string(quay.Data["note"]) != "a note" {
		t.Errorf("what means nothing to Kargo was taken away: %v, %d keys", quay.Labels, len(quay.Data))
	}
	if quay.Labels[credentials.LabelType] != "image" || quay.Annotations[credentials.AnnotationRotated] != rotated {
		t.Errorf("labels %v, annotations %v", quay.Labels, quay.Annotations)
	}
	if again := s.Secret(t, "github-creds"); again.UID == gone.UID || again.Annotations[credentials.AnnotationRotated] != gone.Annotations[credentials.AnnotationRotated] {
		t.Errorf("what had been deleted has annotations %v", again.Annotations)
	}
	for _, name := range guideNames {
		if events := eventsOf(t, s, name); len(events) > 0 {
			t.Errorf("it is told of drift: %s", events[0].Reason)
		}
	}
	before := s.Versions(t)
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
	unchanged(t, s, before)
}

func TestSecretsyncDoesNotFightWhoDeclaresIt(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	theirs := corev1ac.Secret("quay-creds", s.Namespace).WithData(map[string][]byte{"password": []byte(harness.Sentinel + "-theirs")})
	if err := cluster.Client.Apply(t.Context(), theirs, client.FieldOwner("argocd-controller"), client.ForceOwnership); err != nil {
		t.Fatal(err)
	}
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "conflict", "data.password belongs to argocd-controller", "--adopt", "Done: 2 unchanged, 1 in conflict.")
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-theirs" {
		t.Errorf("their password is now %q", p)
	}
	before := s.Versions(t)
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 1)
	unchanged(t, s, before)

	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml", "--adopt"), 0)
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-1" {
		t.Errorf("taken over, the password is %q", p)
	}
	mustEnd(t, s.Run(t, "plan", "-f", "credentials.yaml", "--detailed-exitcode"), 0)
}

func TestSecretsyncTakesOverWhatTheGuidesScriptHasMade(t *testing.T) {
	t.Parallel()
	s := newGuide(t)
	made := func(name string, data map[string]string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: map[string]string{credentials.LabelType: "image"},
			// As kubectl apply leaves it, with the values in it.
			Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: "password: " + data["password"]},
		}, StringData: data}
	}
	s.Make(t, made("quay-creds", map[string]string{
		"repoURL": `^quay\.io/`, "repoURLIsRegex": "true", "username": "acme+robot", "password": harness.Sentinel + "-quay-1",
	}))
	s.Make(t, made("dockerhub-creds", map[string]string{"repoURL": "docker.io/*", "username": "acme", "password": harness.Sentinel + "-old"}))
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "Taken over", "There is a Secret of this name already", "repoURLIsRegex, password, repoURL", "--adopt", "Done: 1 added, 1 changed, 1 in conflict.")
	if p := password(t, s, "dockerhub-creds"); p != harness.Sentinel+"-old" {
		t.Errorf("what is not ours has password %q", p)
	}
	if owner := s.Secret(t, "quay-creds").Labels[credentials.LabelOwner]; owner != "kargo-secretsync" {
		t.Errorf("what has equal content has owner %q", owner)
	}
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml", "--adopt", "--only", "dockerhub-creds"), 0)
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
	for _, name := range []string{"quay-creds", "dockerhub-creds"} {
		if _, there := s.Secret(t, name).Annotations[corev1.LastAppliedConfigAnnotation]; there {
			t.Errorf("%s still has what kubectl remembers of it", name)
		}
	}
	// Whoever has made them owns them, too, by an Update. That keeps nothing from being rotated, again and again.
	for _, end := range []string{"2", "3"} {
		s.Write(t, ".env", env(end))
		ran := s.Run(t, "apply", "-f", "credentials.yaml")
		mustEnd(t, ran, 0)
		mustSay(t, ran.Stdout, "Done: 3 changed.")
		if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-"+end {
			t.Errorf("rotated, the password is %q", p)
		}
	}
}

func TestSecretsyncKeepsTheOldNameUntilTheNewOneWorks(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Permit(t, append([]string{"quay-robot"}, guideNames...)...)
	s.Write(t, ".env", env("1"))
	mustEnd(t, s.Run(t, "import", "--env-file", ".env", "-n", s.Namespace, "-o", "credentials.yaml"), 0)
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
	rename(t, s, "name: quay-creds", "name: quay-robot")
	s.Write(t, ".env", strings.Replace(env("1"), "QUAY_PASSWORD=", "QUAY_OTHER=", 1))
	ran := s.Run(t, "apply", "-f", "credentials.yaml", "--prune")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "as soon as "+s.Namespace+"/quay-robot", "Done: 2 unchanged, 1 orphaned, 1 failed.")
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-1" {
		t.Errorf("the password that works is %q", p)
	}
	s.Write(t, ".env", env("1"))
	ran = s.Run(t, "apply", "-f", "credentials.yaml", "--prune")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "Done: 1 added, 1 pruned, 2 unchanged.")
}

// rename writes the declaration with another text in place of one.
func rename(t *testing.T, s *harness.Secretsync, from, to string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, "credentials.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, "credentials.yaml", strings.Replace(string(text), from, to, 1))
}

func TestSecretsyncHandsOverWhatOthersDeclareByNow(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	theirs := corev1ac.Secret("quay-creds", s.Namespace).WithData(map[string][]byte{"password": []byte(harness.Sentinel + "-quay-1")})
	if err := cluster.Client.Apply(t.Context(), theirs, client.FieldOwner("argocd-controller")); err != nil {
		t.Fatal(err)
	}
	declare(t, s, "quay-creds")
	ran := s.Run(t, "apply", "-f", "credentials.yaml", "--prune")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "data.password is declared by argocd-controller")
	left := s.Secret(t, "quay-creds")
	if left.Labels[credentials.LabelOwner] != "" || left.Labels[credentials.LabelType] != "image" {
		t.Errorf("it has labels %v", left.Labels)
	}
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml", "--prune").Stdout, "Done: 2 unchanged.")
}

func TestSecretsyncTellsDeclarationsOfOneOwnerApart(t *testing.T) {
	t.Parallel()
	first := newApplied(t)
	other := cluster.NewSecretsync(t)
	other.Write(t, ".env", env("2"))
	mustEnd(t, other.Run(t, "import", "--env-file", ".env", "-n", other.Namespace, "-o", "credentials.yaml"), 0)
	rename(t, other, "name: quay-creds", "name: quay-creds\n    namespaces: "+first.Namespace)
	other.Permit(t, guideNames...)
	other.PermitNamespace(t, first.Namespace, "quay-creds")
	for range 2 {
		ran := other.Run(t, "apply", "-f", "credentials.yaml", "--prune")
		mustEnd(t, ran, 1)
		mustSay(t, ran.Stdout, "Another declaration with owner kargo-secretsync, of namespace "+first.Namespace+", keeps this Secret", "1 in conflict.")
		mustSay(t, first.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
	}
	declare(t, other, "quay-creds")
	mustEnd(t, other.Run(t, "apply", "-f", "credentials.yaml", "--prune"), 0)
	mustSay(t, first.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
}

func TestSecretsyncExplainsWhatCanNotBeChanged(t *testing.T) {
	t.Parallel()
	s := newGuide(t)
	immutable := true
	s.Make(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "github-creds"}, Immutable: &immutable, StringData: map[string]string{"username": "x"}})
	s.Make(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "quay-creds"}, Type: corev1.SecretTypeDockerConfigJson,
		StringData: map[string]string{corev1.DockerConfigJsonKey: "{}"}})
	ran := s.Run(t, "apply", "-f", "credentials.yaml", "--adopt")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "immutable", `has type "kubernetes.io/dockerconfigjson"`, "Done: 1 added, 2 in conflict.")
}

func TestSecretsyncDeletesWhatItHasMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	s.Make(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "by-hand", Labels: map[string]string{
		credentials.LabelManagedBy: credentials.Manager, credentials.LabelOwner: "kargo-secretsync", credentials.LabelType: "git",
	}}})
	s.Edit(t, "github-creds", `{"metadata": {"labels": {"kargobot.dev/secretsync": null}}}`)
	declare(t, s, "github-creds", "quay-creds")

	ran := s.Run(t, "apply", "-f", "credentials.yaml", "--only", "dockerhub-creds", "--prune")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "Done: 1 unchanged.")
	mustSay(t, s.Run(t, "plan", "-f", "credentials.yaml").Stdout, "orphaned", "no longer declared", "Plan: 1 unchanged, 2 orphaned.")
	mustEnd(t, s.Run(t, "plan", "-f", "credentials.yaml", "--prune", "--detailed-exitcode"), 2)
	s.Secret(t, "quay-creds")

	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml", "--prune"), 0)
	for _, kept := range []string{"by-hand", "github-creds", "dockerhub-creds"} {
		s.Secret(t, kept)
	}
	err := cluster.Client.Get(t.Context(), client.ObjectKey{Namespace: s.Namespace, Name: "quay-creds"}, &corev1.Secret{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("quay-creds is still there: %v", err)
	}
	var inventory corev1.ConfigMap
	cluster.Get(t, s.Namespace, "kargo-secretsync-inventory", &inventory)
	if _, ok := inventory.Data[s.Namespace+".dockerhub-creds"]; !ok || len(inventory.Data) != 1 {
		t.Errorf("the inventory has %v", inventory.Data)
	}
	mustEnd(t, s.Run(t, "plan", "-f", "credentials.yaml", "--prune", "--detailed-exitcode"), 0)
}

func TestSecretsyncRemembersWhatItHasMadeWithoutItsInventory(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	var inventory corev1.ConfigMap
	cluster.Get(t, s.Namespace, "kargo-secretsync-inventory", &inventory)
	if err := cluster.Client.Delete(t.Context(), &inventory); err != nil {
		t.Fatal(err)
	}
	mustSay(t, s.Run(t, "apply", "-f", "credentials.yaml").Stdout, "Done: 3 unchanged.")
	cluster.Get(t, s.Namespace, "kargo-secretsync-inventory", &inventory)
	if len(inventory.Data) != 3 {
		t.Errorf("the inventory has %v", inventory.Data)
	}
	s.Write(t, ".env", env("2"))
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
}
