package sync_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	added     = credentials.StateAdded
	changed   = credentials.StateChanged
	restored  = credentials.StateRestored
	unchanged = credentials.StateUnchanged
	failed    = credentials.StateFailed
	conflict  = credentials.StateConflict
	orphaned  = credentials.StateOrphaned
	pruned    = credentials.StatePruned
)

func TestNothingChangedIsNothingWritten(t *testing.T) {
	w := newWorld(t, "off")
	if report := w.run(credentials.Request{}); report.Writes != 2 {
		t.Errorf("two Secrets take %d writes", report.Writes)
	}
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), noWrites(t))
	for range 2 {
		report := w.run(credentials.Request{Probe: true, Prune: true, Adopt: true})
		mustBe(t, report, "", unchanged, unchanged)
		if report.Writes != 0 {
			t.Errorf("%d writes are counted", report.Writes)
		}
	}
	mustBe(t, w.run(credentials.Request{DryRun: true, Only: []credentials.SecretName{{Namespace: "microsvcs", Name: "quay-creds"}}}), "", unchanged)
}

// noWrites fails the test at every write.
func noWrites(t *testing.T) interceptor.Funcs {
	return interceptor.Funcs{
		Create: func(_ context.Context, _ client.WithWatch, obj client.Object, _ ...client.CreateOption) error {
			t.Errorf("it makes %T %s", obj, obj.GetName())
			return nil
		},
		Patch: func(_ context.Context, _ client.WithWatch, obj client.Object, _ client.Patch, _ ...client.PatchOption) error {
			t.Errorf("it patches %T %s", obj, obj.GetName())
			return nil
		},
		Apply: func(context.Context, client.WithWatch, runtime.ApplyConfiguration, ...client.ApplyOption) error {
			t.Error("it applies something")
			return nil
		},
		Delete: func(_ context.Context, _ client.WithWatch, obj client.Object, _ ...client.DeleteOption) error {
			t.Errorf("it deletes %T %s", obj, obj.GetName())
			return nil
		},
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	w := newWorld(t, "off")
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), noWrites(t))
	mustBe(t, w.run(credentials.Request{DryRun: true}), "", added, added)
	delete(w.values, "ref+env://GITHUB")
	outcome := mustBe(t, w.run(credentials.Request{DryRun: true}), "github-creds", failed, added)
	if outcome.Message != "There is no such key." || outcome.Reference != "ref+env://GITHUB" {
		t.Errorf("it says of %s: %s", outcome.Reference, outcome.Message)
	}
}

func TestWhatIsContestedIsLeftAloneAndNotReadFor(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	outcome := mustBe(t, w.run(credentials.Request{Contested: []credentials.SecretName{{Namespace: "microsvcs", Name: "github-creds"}}}), "github-creds", conflict, unchanged)
	if !strings.Contains(outcome.Message, "left alone for a while") || fmt.Sprint(w.asked) != "[ref+vault://kv/quay#/token]" {
		t.Errorf("%s; asked for %v", outcome.Message, w.asked)
	}
	mustBe(t, w.run(credentials.Request{}), "", changed, unchanged)
}

func TestASourceThatIsSkippedFailsAsItDid(t *testing.T) {
	w := newWorld(t, "off")
	outcome := mustBe(t, w.run(credentials.Request{Skip: map[string]string{"vault": "vault did not answer."}}), "quay-creds", added, failed)
	if outcome.Message != "vault did not answer." || outcome.FailingSince == nil || !outcome.FailingSince.Equal(w.now) {
		t.Errorf("%+v", outcome)
	}
	since := *outcome.FailingSince
	outcome = mustBe(t, w.run(credentials.Request{Skip: map[string]string{"vault": "vault did not answer."}}), "quay-creds", unchanged, failed)
	if !outcome.FailingSince.Equal(since) {
		t.Errorf("it is said to fail since %s", outcome.FailingSince)
	}
}

func TestAFaultOfOneSecretStopsNoOther(t *testing.T) {
	w := newWorld(t, "warn")
	w.panics = "github-creds"
	outcome := mustBe(t, w.run(credentials.Request{}), "github-creds", failed, added)
	if !strings.Contains(outcome.Message, "world_test.go:") {
		t.Errorf("it does not say where: %s", outcome.Message)
	}
	w.panics = ""
	w.values["ref+vault://kv/quay#/token"] = sentinel + "\nmore"
	outcome = mustBe(t, w.run(credentials.Request{}), "quay-creds", added, failed)
	if !strings.Contains(outcome.Message, "password, from ref+vault://kv/quay#/token,") {
		t.Errorf("it does not say what is wrong with the value: %s", outcome.Message)
	}
}

func TestWhatKubernetesSaysIsNotRepeated(t *testing.T) {
	w := newWorld(t, "off")
	for says, err := range map[string]error{
		"not permitted to patch secrets":        forbidden("secrets", "quay-creds"),
		"Kubernetes refused to patch secrets":   errors.New(sentinel),
		"Kubernetes did not answer within 20s":  fmt.Errorf("%s: %w", sentinel, context.DeadlineExceeded),
		"Kubernetes could not be reached to pa": &timeoutless{},
	} {
		w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
			Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
				if named, ok := obj.(interface{ GetName() *string }); ok && *named.GetName() == "quay-creds" {
					return err
				}
				return c.Apply(ctx, obj, opts...)
			},
		})
		report := w.run(credentials.Request{})
		outcome := report.Secrets[1]
		if outcome.State != failed || !strings.Contains(outcome.Message, says) {
			t.Errorf("of %v it says: %s", err, outcome.Message)
		}
	}
}

// timeoutless is an error of the network.
type timeoutless struct{}

func (*timeoutless) Error() string   { return sentinel }
func (*timeoutless) Timeout() bool   { return false }
func (*timeoutless) Temporary() bool { return false }

func TestAPassThatIsStoppedTellsNoFailures(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	ctx, stop := context.WithCancel(t.Context())
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Apply: func(ctx context.Context, _ client.WithWatch, _ runtime.ApplyConfiguration, _ ...client.ApplyOption) error {
			stop()
			return ctx.Err()
		},
	})
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	report := w.pass.Run(ctx, w.file, credentials.Request{})
	if !strings.Contains(report.Problem, "was stopped") {
		t.Errorf("it says %q", report.Problem)
	}
	if told := w.events("microsvcs", "github-creds"); len(told) > 0 {
		t.Errorf("it tells %v", told)
	}
	w.pass.Client = w.client
	mustBe(t, w.run(credentials.Request{}), "", changed, unchanged)
}

func TestARotationThatWasNotToldIsToldByTheNextPass(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	down := errors.New("down")
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return down },
	})
	mustBe(t, w.run(credentials.Request{}), "", changed, unchanged)
	at := w.now
	w.pass.Client = w.client
	for range 2 {
		outcome := mustBe(t, w.run(credentials.Request{}), "github-creds", unchanged, unchanged)
		if !outcome.RotatedAt.Equal(at) {
			t.Errorf("it was rotated at %s, not %s", outcome.RotatedAt, at)
		}
	}
	if told := w.events("microsvcs", "github-creds"); !strings.HasSuffix(told[credentials.ReasonRotated], " 1") {
		t.Errorf("it tells %v", told)
	}
}

func TestWhoMayNotWriteEventsIsWarned(t *testing.T) {
	w := newWorld(t, "off")
	delete(w.values, "ref+env://GITHUB")
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
			return forbidden("events", "")
		},
	})
	report := w.run(credentials.Request{})
	mustBe(t, report, "", failed, added)
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], `resources: [events], verbs: [get, create, patch]}`) {
		t.Errorf("it warns of %q", report.Warnings)
	}
}

func TestANamespaceWithoutItsLabelIsWarnedOfAndLeftAlone(t *testing.T) {
	w := newWorld(t, "off")
	var namespace corev1.Namespace
	if err := w.client.Get(t.Context(), client.ObjectKey{Name: "microsvcs"}, &namespace); err != nil {
		t.Fatal(err)
	}
	namespace.Labels = nil
	if err := w.client.Update(t.Context(), &namespace); err != nil {
		t.Fatal(err)
	}
	w.file.Declaration.CreateNamespaces = true
	report := w.run(credentials.Request{})
	mustBe(t, report, "", added, added)
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "kubectl label namespace microsvcs kargo.akuity.io/project=true") {
		t.Errorf("it warns of %q", report.Warnings)
	}
	if err := w.client.Get(t.Context(), client.ObjectKey{Name: "microsvcs"}, &namespace); err != nil || len(namespace.Labels) > 0 {
		t.Errorf("it has labels %v (%v)", namespace.Labels, err)
	}
}

func TestWhatRestoresIsNoRotation(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	was := w.now
	live := w.secretOf("quay-creds")
	live.Data[credentials.KeyPassword] = []byte(sentinel + " by hand")
	live.Annotations = nil
	if err := w.client.Update(t.Context(), live, client.FieldOwner("kubectl-edit")); err != nil {
		t.Fatal(err)
	}
	outcome := mustBe(t, w.run(credentials.Request{}), "quay-creds", unchanged, restored)
	if !outcome.RotatedAt.Equal(was) || fmt.Sprint(outcome.Changed) != "[password]" {
		t.Errorf("%+v", outcome)
	}
	if text := w.secretOf("quay-creds").Annotations[credentials.AnnotationRotated]; text != was.Format(time.RFC3339) {
		t.Errorf("it says that it was rotated at %s", text)
	}
}

func TestWhatIsRightByNowIsNotWrittenAnyMore(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	applied := 0
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			// Another pass is quicker.
			if applied++; applied == 1 {
				w.pass.Client = w.client
				w.run(credentials.Request{})
			}
			return c.Apply(ctx, obj, opts...)
		},
	})
	report := w.runAgain(credentials.Request{})
	outcome := mustBe(t, report, "github-creds", unchanged, unchanged)
	if applied != 1 || report.Writes != 0 || len(outcome.Changed) > 0 {
		t.Errorf("%d applied, %d writes are counted, changed %v", applied, report.Writes, outcome.Changed)
	}
}

func TestAnInventoryThatIsDeletedMeanwhileIsMadeAgain(t *testing.T) {
	w := newWorld(t, "off")
	w.run(credentials.Request{})
	w.values["ref+env://GITHUB"] = "ghp_new_" + sentinel
	inventory := func() *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "kargo-secretsync-inventory"}}
	}
	w.pass.Client = interceptor.NewClient(w.client.(client.WithWatch), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			if err := client.IgnoreNotFound(c.Delete(ctx, inventory())); err != nil {
				return err
			}
			w.pass.Client = w.client
			return c.Apply(ctx, obj, opts...)
		},
	})
	mustBe(t, w.run(credentials.Request{}), "", changed, unchanged)
	live := inventory()
	if err := w.client.Get(t.Context(), client.ObjectKeyFromObject(live), live); err != nil || len(live.Data) != 2 {
		t.Errorf("it has %v (%v)", live.Data, err)
	}
}
