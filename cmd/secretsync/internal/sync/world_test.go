package sync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	gosync "sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/sync"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// sentinel is in every value.
const sentinel = "never-to-be-seen"

// declaration has a Secret of each of two stores, and is checked as told.
const declaration = `namespace: microsvcs
credentials:
  backends: [vault, env]
  check: %s
  failingAfter: 0s
  secrets:
  - {name: github-creds, type: git, repoURL: 'https://github.com/acme/deploy', username: octocat, password: 'ref+env://GITHUB'}
  - {name: quay-creds, type: image, repoURLRegex: '^quay\.io/', username: acme, password: 'ref+vault://kv/quay#/token'}
`

// world is Kubernetes in memory, a store, a registry and a clock. What depends on the API server is tested on a real
// one, in test/e2e.
type world struct {
	t      *testing.T
	client client.Client
	pass   *sync.Pass
	file   *credentials.File
	now    time.Time

	mu       gosync.Mutex
	values   map[string]string // by reference; a problem begins with "!"
	asked    []string
	findings map[string]probe.Finding // by name of the credential
	panics   string                   // the name of a credential
	probed   int
}

func newWorld(t *testing.T, check string) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC), findings: map[string]probe.Finding{}, values: map[string]string{
		"ref+env://GITHUB": "ghp_" + sentinel, "ref+vault://kv/quay#/token": sentinel,
	}}
	w.client = fake.NewClientBuilder().WithReturnManagedFields().WithObjects(&corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: "microsvcs", Labels: map[string]string{credentials.LabelProject: "true"}},
	}).Build()
	w.declare(fmt.Sprintf(declaration, check))
	w.pass = &sync.Pass{Client: w.client, Resolver: w, Prober: w, Now: func() time.Time { return w.now }}
	return w
}

func (w *world) declare(text string) {
	w.t.Helper()
	file, err := credentials.Parse("credentials.yaml", []byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	w.file = file
}

// Resolve implements sync.Resolver.
func (w *world) Resolve(_ context.Context, references []string, skip map[string]string) resolve.Answers {
	answers := resolve.Answers{Values: map[string]resolve.Answer{}}
	w.asked = references
	for _, reference := range references {
		answer := resolve.Answer{Problem: "There is no such key."}
		if value, ok := w.values[reference]; ok {
			answer = resolve.Answer{Value: secret.NewText(value)}
		}
		for source, problem := range skip {
			if strings.Contains(reference, source) {
				answer = resolve.Answer{Problem: problem}
			}
		}
		answers.Values[reference] = answer
	}
	return answers
}

// Probe implements sync.Prober.
func (w *world) Probe(_ context.Context, credential credentials.Credential, data map[string][]byte) probe.Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probed++
	if credential.Name == w.panics {
		panic("it panicked with " + string(data[credentials.KeyPassword]))
	}
	return w.findings[credential.Name]
}

// run does a pass a minute after the last, and fails the test if its report has a value.
func (w *world) run(request credentials.Request) credentials.Report {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	return w.runAgain(request)
}

// runAgain does a pass at the same moment as the last.
func (w *world) runAgain(request credentials.Request) credentials.Report {
	w.t.Helper()
	report := w.pass.Run(w.t.Context(), w.file, request)
	text, err := json.Marshal(report)
	if err != nil || strings.Contains(string(text), sentinel) {
		w.t.Errorf("the report has a value (%v): %s", err, text)
	}
	return report
}

// mustBe fails the test unless the Secrets are in those states, and returns what became of the named one.
func mustBe(t *testing.T, report credentials.Report, name string, states ...credentials.State) credentials.Outcome {
	t.Helper()
	var found credentials.Outcome
	var got []credentials.State
	for _, outcome := range report.Secrets {
		got = append(got, outcome.State)
		if outcome.Name == name {
			found = outcome
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(states) || report.Problem != "" {
		t.Errorf("states are %v, want %v; problem %q", got, states, report.Problem)
	}
	return found
}

// secretOf reads a Secret.
func (w *world) secretOf(name string) *corev1.Secret {
	w.t.Helper()
	var live corev1.Secret
	if err := w.client.Get(w.t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &live); err != nil {
		w.t.Fatal(err)
	}
	return &live
}

// events are the reasons of the Events about a Secret and how often each was told, by occurrence.
func (w *world) events(namespace, name string) map[string]string {
	w.t.Helper()
	var list corev1.EventList
	if err := w.client.List(w.t.Context(), &list, client.InNamespace(namespace)); err != nil {
		w.t.Fatal(err)
	}
	told := map[string]string{}
	for _, event := range list.Items {
		if event.Annotations[credentials.AnnotationSecret] != name {
			continue
		}
		told[event.Reason] = fmt.Sprintf("%s %d", event.Annotations[credentials.AnnotationOccurrence], event.Count)
		if strings.Contains(event.Message, sentinel) {
			w.t.Errorf("an Event has a value: %s", event.Message)
		}
	}
	return told
}

// happened are the occurrences that Events with a reason tell of.
func (w *world) happened(reason string) []string {
	w.t.Helper()
	var list corev1.EventList
	if err := w.client.List(w.t.Context(), &list); err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, event := range list.Items {
		if event.Reason == reason {
			all = append(all, event.Annotations[credentials.AnnotationOccurrence])
		}
	}
	return all
}

// forbidden is what the API server says of what is not permitted.
func forbidden(resource, name string) error {
	return apierrors.NewForbidden(schema.GroupResource{Resource: resource}, name, fmt.Errorf("RBAC says %s", sentinel))
}

// only are Secrets of the declaration's namespace.
func only(names ...string) []credentials.SecretName {
	var all []credentials.SecretName
	for _, name := range names {
		all = append(all, credentials.SecretName{Namespace: "microsvcs", Name: name})
	}
	return all
}

// edit changes a Secret as somebody does with kubectl.
func (w *world) edit(name string, change func(*corev1.Secret)) {
	w.t.Helper()
	live := w.secretOf(name)
	change(live)
	if err := w.client.Update(w.t.Context(), live, client.FieldOwner("kubectl-edit")); err != nil {
		w.t.Fatal(err)
	}
}
