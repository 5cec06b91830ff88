package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// guideNames are the Secrets of the guide's apply-secrets.sh.
var guideNames = []string{"github-creds", "quay-creds", "dockerhub-creds"}

// env is a .env as the guide has it, with tokens that end alike.
func env(end string) string {
	return fmt.Sprintf(`# Accounts
GITHUB_USERNAME=octocat
GITHUB_PAT=ghp_%[1]s-github-%[2]s
QUAY_USERNAME="acme+robot"
QUAY_PASSWORD=%[1]s-quay-%[2]s
DOCKERHUB_USERNAME=acme
DOCKERHUB_PAT=dckr_pat_%[1]s-hub-%[2]s
`, harness.Sentinel, end)
}

// newGuide makes a secretsync with the guide's .env, and a declaration of it.
func newGuide(t *testing.T) *harness.Secretsync {
	t.Helper()
	s := cluster.NewSecretsync(t)
	s.Permit(t, guideNames...)
	s.Write(t, ".env", env("1"))
	mustEnd(t, s.Run(t, "import", "--env-file", ".env", "-n", s.Namespace, "-o", "credentials.yaml"), 0)
	return s
}

// newApplied is newGuide, with the Secrets applied.
func newApplied(t *testing.T) *harness.Secretsync {
	t.Helper()
	s := newGuide(t)
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
	return s
}

// unchanged fails the test if anything was written since.
func unchanged(t *testing.T, s *harness.Secretsync, before map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, s.Versions(t)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
}

// password is what a Secret has for one.
func password(t *testing.T, s *harness.Secretsync, name string) string {
	t.Helper()
	return string(s.Secret(t, name).Data["password"])
}

func TestSecretsyncMakesTheGuidesSecretsOfItsEnv(t *testing.T) {
	t.Parallel()
	s := cluster.NewSecretsync(t)
	s.Permit(t, guideNames...)
	s.Write(t, ".env", env("1"))
	before := s.Versions(t)

	ran := s.Run(t, "plan", "--env-file", ".env", "-n", s.Namespace, "--detailed-exitcode")
	mustEnd(t, ran, 2)
	mustSay(t, ran.Stdout, "added", s.Namespace+"/github-creds", "+password +repoURL", "Plan: 3 to add.")
	unchanged(t, s, before)

	ran = s.Run(t, "apply", "--env-file", ".env", "-n", s.Namespace)
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "Done: 3 added.")
	quay := s.Secret(t, "quay-creds")
	if _, ok := quay.Annotations[credentials.AnnotationRotated]; !ok {
		t.Error("it does not say since when the values are what they are")
	}
	if in := quay.Annotations[credentials.AnnotationDeclaredIn]; in != s.Namespace {
		t.Errorf("it says that it is declared in %q", in)
	}
	delete(quay.Annotations, credentials.AnnotationRotated)
	delete(quay.Annotations, credentials.AnnotationDeclaredIn)
	for what, pair := range map[string][2]any{
		"data": {map[string][]byte{
			"repoURL": []byte(`^quay\.io/`), "repoURLIsRegex": []byte("true"),
			"username": []byte("acme+robot"), "password": []byte(harness.Sentinel + "-quay-1"),
		}, quay.Data},
		"labels": {map[string]string{
			"kargo.akuity.io/cred-type": "image", "app.kubernetes.io/managed-by": "kargo-secretsync", "kargobot.dev/secretsync": "kargo-secretsync",
		}, quay.Labels},
		"annotations": {map[string]string{"kargo.akuity.io/repo-url-pattern": "quay.io/*"}, quay.Annotations},
		"type":        {corev1.SecretTypeOpaque, quay.Type},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
	}
	if p := password(t, s, "github-creds"); p != "ghp_"+harness.Sentinel+"-github-1" {
		t.Errorf("github-creds has another password: %q", p)
	}

	before = s.Versions(t)
	ran = s.Run(t, "apply", "--env-file", ".env", "-n", s.Namespace)
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "Done: 3 unchanged.")
	mustEnd(t, s.Run(t, "plan", "--env-file", ".env", "-n", s.Namespace, "--detailed-exitcode"), 0)
	unchanged(t, s, before)

	// The declaration that is made of it means the same.
	mustEnd(t, s.Run(t, "import", "--env-file", ".env", "-n", s.Namespace, "-o", "credentials.yaml"), 0)
	mustEnd(t, s.Run(t, "plan", "-f", "credentials.yaml", "--detailed-exitcode"), 0)
	unchanged(t, s, before)
}

func TestSecretsyncRotates(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	was := s.Secret(t, "quay-creds").Annotations[credentials.AnnotationRotated]
	s.Write(t, ".env", strings.ReplaceAll(env("1"), "quay-1", "quay-2"))
	mustSay(t, s.Run(t, "plan", "-f", "credentials.yaml").Stdout, "changed", "~password", "Plan: 1 to change, 2 unchanged.")
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-1" {
		t.Errorf("plan has changed the password to %q", p)
	}
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-2" {
		t.Errorf("the password is %q", p)
	}
	if is := s.Secret(t, "quay-creds").Annotations[credentials.AnnotationRotated]; is <= was {
		t.Errorf("it was rotated at %s, after %s", is, was)
	}
	events := eventsOf(t, s, "quay-creds")
	if len(events) != 1 || events[0].Reason != credentials.ReasonRotated || events[0].ReportingController != credentials.Component {
		t.Errorf("it is told by %+v", events)
	}
	if len(eventsOf(t, s, "github-creds")) > 0 {
		t.Error("it is told of what has not changed")
	}
}

// eventsOf are the Events about a Secret, as they were made.
func eventsOf(t *testing.T, s *harness.Secretsync, name string) []corev1.Event {
	t.Helper()
	var list corev1.EventList
	if err := cluster.Client.List(t.Context(), &list, client.InNamespace(s.Namespace)); err != nil {
		t.Fatal(err)
	}
	var events []corev1.Event
	for _, event := range list.Items {
		if event.Annotations[credentials.AnnotationSecret] == name {
			events = append(events, event)
		}
	}
	return events
}

func TestSecretsyncKeepsTheOldWhereAReferenceFails(t *testing.T) {
	t.Parallel()
	s := newApplied(t)
	tellAtOnce(t, s)
	s.Write(t, ".env", strings.ReplaceAll(strings.Replace(env("2"), "QUAY_PASSWORD=", "QUAY_OTHER=", 1), "octocat", "hubot"))
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	mustEnd(t, ran, 1)
	mustSay(t, ran.Stdout, "failed", "ref+envfile://.env#/QUAY_PASSWORD", "Done: 2 changed, 1 failed.")
	if p := password(t, s, "quay-creds"); p != harness.Sentinel+"-quay-1" {
		t.Errorf("the old password is now %q", p)
	}
	if p := password(t, s, "github-creds"); p != "ghp_"+harness.Sentinel+"-github-2" {
		t.Errorf("what has not failed has %q", p)
	}
	before := s.Versions(t)
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 1)
	unchanged(t, s, before)

	s.Write(t, ".env", env("2"))
	mustEnd(t, s.Run(t, "apply", "-f", "credentials.yaml"), 0)
	occurrences := map[string]string{}
	for _, event := range eventsOf(t, s, "quay-creds") {
		occurrences[event.Reason] = event.Annotations[credentials.AnnotationOccurrence]
		if strings.Contains(event.Message, harness.Sentinel) {
			t.Errorf("the Event has a value: %s", event.Message)
		}
	}
	if failing := occurrences[credentials.ReasonFailing]; failing == "" || occurrences[credentials.ReasonRecovered] != failing {
		t.Errorf("failing and recovered are told as %v", occurrences)
	}
	if occurrences[credentials.ReasonRotated] == "" {
		t.Errorf("it is not told that it was rotated: %v", occurrences)
	}
}

// tellAtOnce has people told of what fails without waiting whether it passes.
func tellAtOnce(t *testing.T, s *harness.Secretsync) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, "credentials.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, "credentials.yaml", strings.Replace(string(text), "\ncredentials:\n", "\ncredentials:\n  failingAfter: 0s\n", 1))
}

func TestSecretsyncPassSpeaksJSON(t *testing.T) {
	t.Parallel()
	s := newGuide(t)
	ran := s.RunWith(t, fmt.Sprintf(`{"only": [{"namespace": %q, "name": "quay-creds"}]}`, s.Namespace), "pass", "-f", "credentials.yaml")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, `"state":"added"`, `"name":"quay-creds"`, `"resourceVersion":"`+s.Secret(t, "quay-creds").ResourceVersion+`"`)
	if strings.Contains(ran.Stdout, "github-creds") || ran.Stderr != "" {
		t.Errorf("it says more than it was asked for: %s %s", ran.Stdout, ran.Stderr)
	}
	ran = s.RunWith(t, "{", "pass", "-f", "credentials.yaml")
	mustSay(t, ran.Stdout, `"problem":"the request on standard input`)
}

func TestSecretsyncAtScale(t *testing.T) {
	t.Parallel()
	const secrets = 1000
	s := cluster.NewSecretsync(t)
	var file, variables strings.Builder
	fmt.Fprintf(&file, "namespace: %s\ncredentials:\n  backends: [envfile]\n  secrets:\n", s.Namespace)
	names := make([]string, secrets)
	for i := range names {
		names[i] = fmt.Sprintf("creds-%04d", i)
		fmt.Fprintf(&file, "  - {name: %s, type: image, repoURL: quay.io/acme/app%d, username: acme, password: 'ref+envfile://many.env#/KEY_%d'}\n", names[i], i, i)
		fmt.Fprintf(&variables, "KEY_%d=%s%d\n", i, harness.Sentinel, i)
	}
	s.Permit(t, names...)
	s.Write(t, "many.env", variables.String())
	s.Write(t, "credentials.yaml", file.String())
	start := time.Now()
	ran := s.Run(t, "apply", "-f", "credentials.yaml")
	if took := time.Since(start); took > time.Minute {
		t.Errorf("the first apply takes %s", took)
	}
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, "Done: 1000 added.")
	before := s.Versions(t)
	ran = s.Run(t, "apply", "-f", "credentials.yaml", "-o", "json")
	mustEnd(t, ran, 0)
	mustSay(t, ran.Stdout, `"writes": 0`, `"reads": 1`)
	unchanged(t, s, before)
	if len(before) < secrets {
		t.Errorf("there are %d objects", len(before))
	}
}
