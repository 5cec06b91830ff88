package e2e_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestSecretsyncRunPutsRightWithinSeconds(t *testing.T) {
	t.Parallel()
	s := newGuide(t)
	secrets := harness.Watch[*corev1.Secret](t, cluster, &corev1.SecretList{}, s.Namespace)
	s.Start(t, "credentials.yaml")
	quay := func(password string) func(*corev1.Secret) bool {
		return func(o *corev1.Secret) bool { return o.Name == "quay-creds" && string(o.Data["password"]) == password }
	}
	first := secrets.AwaitOne(t, "the Secret", patience, quay(harness.Sentinel+"-quay-1"))

	const seconds = 20 * time.Second // on a machine that is busy with the other tests
	s.Edit(t, "quay-creds", `{"data": {"password": "`+encoded("by hand")+`"}}`)
	secrets.AwaitOne(t, "the password to be put right", seconds, func(o *corev1.Secret) bool {
		return quay(harness.Sentinel+"-quay-1")(o) && o.ResourceVersion != first.ResourceVersion
	})
	if err := cluster.Client.Delete(t.Context(), s.Secret(t, "quay-creds")); err != nil {
		t.Fatal(err)
	}
	secrets.AwaitOne(t, "the Secret to be made again", seconds, func(o *corev1.Secret) bool {
		return quay(harness.Sentinel+"-quay-1")(o) && o.UID != first.UID
	})

	// What is declared otherwise is taken up.
	s.Write(t, "other.env", strings.ReplaceAll(env("2"), "quay-2", "quay-3"))
	mustEnd(t, s.Run(t, "import", "--env-file", "other.env", "-n", s.Namespace, "-o", "other.yaml"), 0)
	s.Move(t, "other.yaml", "credentials.yaml")
	secrets.AwaitOne(t, "the new declaration's password", seconds, quay(harness.Sentinel+"-quay-3"))
}
