package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestWhatIsNoNewsOfACredentialIsRefused(t *testing.T) {
	for name, change := range map[string]func(*corev1.Event){
		"an unknown reason":             func(e *corev1.Event) { e.Reason = "CredentialStolen" },
		"no name of a Secret":           func(e *corev1.Event) { e.Annotations[credentials.AnnotationSecret] = "<!channel>" },
		"a name that is too long":       func(e *corev1.Event) { e.Annotations[credentials.AnnotationSecret] = strings.Repeat("a", 254) },
		"no namespace":                  func(e *corev1.Event) { e.Annotations[credentials.AnnotationSecretNamespace] = "a/b" },
		"no name of the object, either": func(e *corev1.Event) { delete(e.Annotations, credentials.AnnotationSecret); e.InvolvedObject.Name = "" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.tells(t, credentials.ReasonFailing, 0, change)
			w.look(t, w.controller())
			if n := w.notice(t); n != nil {
				t.Errorf("there is %+v", n)
			}
			if n := w.refused(t); n != 1 {
				t.Errorf("%v were refused", n)
			}
		})
	}
}

func TestAnEventLeadsToItsOccurrence(t *testing.T) {
	w := newWorld(t)
	c := w.controller()
	for name, test := range map[string]struct {
		change func(*corev1.Event)
		want   string
	}{
		"usually":            {func(*corev1.Event) {}, namespace + "/" + occurrence},
		"of somebody else":   {func(e *corev1.Event) { e.ReportingController = "kargo-secretsync2" }, ""},
		"without occurrence": {func(e *corev1.Event) { delete(e.Annotations, credentials.AnnotationOccurrence) }, ""},
		"with a path":        {func(e *corev1.Event) { e.Annotations[credentials.AnnotationOccurrence] = "../secrets" }, ""},
		"with a long name":   {func(e *corev1.Event) { e.Annotations[credentials.AnnotationOccurrence] = strings.Repeat("a", 64) }, ""},
	} {
		e := w.tells(t, credentials.ReasonFailing, 0, func(e *corev1.Event) { e.Name = strings.ReplaceAll(name, " ", "-") })
		test.change(e)
		got := ""
		for _, r := range c.ofEvent(t.Context(), e) {
			got += r.String()
		}
		if got != test.want {
			t.Errorf("%s: it leads to %q; want %q", name, got, test.want)
		}
	}
}

// What is taken from an Event fits into a Notice, whatever it has.
func TestWhatIsTakenIsBounded(t *testing.T) {
	w := newWorld(t)
	w.tells(t, credentials.ReasonExpiring, 0, func(e *corev1.Event) {
		e.Message = strings.Repeat("\u202e\x00line\n ", 5000)
		e.Annotations[credentials.AnnotationType] = "root"
		e.Annotations[credentials.AnnotationAt] = noon.AddDate(50, 0, 0).Format(time.RFC3339)
		e.Annotations[credentials.AnnotationExpires] = "tomorrow"
	})
	w.look(t, w.controller())
	n := w.notice(t)
	h := n.Status.Happenings[0]
	if n.Spec.Type != "" || n.Status.ExpiresAt != nil {
		t.Errorf("it was taken: %+v, %+v", n.Spec, n.Status)
	}
	if !h.At.Time.Equal(noon) {
		t.Errorf("it is said to be of %s", h.At)
	}
	if utf8.RuneCountInString(h.Message) > maxMessage || strings.ContainsAny(h.Message, "\u202e\x00\n") || !strings.HasPrefix(h.Message, "line line") {
		t.Errorf("message %q", h.Message)
	}
}

// Somebody who forges an Event of an occurrence can't turn it into one about another Secret.
func TestAnOccurrenceIsOfOneSecret(t *testing.T) {
	w := newWorld(t)
	w.tells(t, credentials.ReasonFailing, -2*time.Minute)
	w.look(t, w.controller())
	w.tells(t, credentials.ReasonRecovered, -time.Minute, func(e *corev1.Event) { e.Annotations[credentials.AnnotationSecret] = "quay-creds" })
	w.look(t, w.controller())
	w.wantHappened(t, "Failing")
}

// Who forges times can't have a Notice that the API server does not take, which would be tried for ever.
func TestATimeThatCanNotBeIsLeftOut(t *testing.T) {
	for _, forged := range []string{"9999-12-31T23:59:59-23:00", "0000-01-01T00:00:00+23:00", "1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z"} {
		w := newWorld(t)
		w.tells(t, credentials.ReasonExpiring, 0, func(e *corev1.Event) {
			e.Annotations[credentials.AnnotationAt], e.Annotations[credentials.AnnotationExpires] = forged, forged
		})
		w.look(t, w.controller())
		if n := w.notice(t); n.Status.ExpiresAt != nil || !n.Status.Happenings[0].At.Time.Equal(noon) {
			t.Errorf("%s is taken: %+v", forged, n.Status)
		}
	}
}

// fill makes that many Notices in a phase, the first of them the oldest.
func (w *world) fill(t *testing.T, from, to int, phase v1alpha1.NoticePhase) {
	t.Helper()
	for i := from; i < to; i++ {
		n := &v1alpha1.Notice{Spec: v1alpha1.NoticeSpec{About: v1alpha1.NoticeCredential, Secret: "s", SecretNamespace: namespace}}
		n.Namespace, n.Name = namespace, fmt.Sprintf("n-%d", i)
		n.CreationTimestamp = metav1.NewTime(noon.Add(time.Duration(i-mostTroubles) * time.Minute))
		n.Status.Phase = phase
		if err := w.server.Create(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
}

func TestThereAreNotAnyNumberOfNotices(t *testing.T) {
	w := newWorld(t)
	w.fill(t, 0, mostNotices, v1alpha1.NoticeExpiring)
	e := w.tells(t, credentials.ReasonRotated, 0)
	w.look(t, w.controller())
	if n := w.notice(t); n != nil || w.refused(t) != 1 {
		t.Errorf("of what is well, there is %+v", n)
	}
	// What is not well has room all the same, and not without end either.
	e.Reason = credentials.ReasonFailing
	if err := w.server.Update(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	w.fill(t, mostNotices, mostTroubles, v1alpha1.NoticeFailing)
	w.look(t, w.controller())
	if n := w.notice(t); n != nil {
		t.Errorf("there is %+v", n)
	}
	w.drop(t, "n-7")
	w.look(t, w.controller())
	w.wantHappened(t, "Failing")
}

// What is over, and can't come again, makes room: the oldest first.
func TestWhatIsOverMakesRoom(t *testing.T) {
	for _, reason := range []string{credentials.ReasonRotated, credentials.ReasonFailing} {
		w := newWorld(t)
		w.fill(t, 0, 1, v1alpha1.NoticeFailing)
		w.fill(t, 1, mostNotices, v1alpha1.NoticeRotated)
		w.tells(t, credentials.ReasonRotated, -time.Minute, func(e *corev1.Event) { e.Annotations[credentials.AnnotationOccurrence] = "n-1" })
		w.tells(t, reason, 0)
		w.look(t, w.controller())
		if n := w.notice(t); n == nil {
			t.Errorf("there is no notice of %s", reason)
		}
		for name, kept := range map[string]bool{"n-0": true, "n-1": true, "n-2": false, "n-3": true} {
			err := w.server.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &v1alpha1.Notice{})
			if (err == nil) != kept {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// drop deletes a Notice.
func (w *world) drop(t *testing.T, name string) {
	t.Helper()
	n := &v1alpha1.Notice{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	if err := w.server.Delete(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// The cache has of an Event what is read of it, and no more.
func TestACacheHoldsWhatIsRead(t *testing.T) {
	w := newWorld(t)
	full := w.tells(t, credentials.ReasonFailing, 0, func(e *corev1.Event) {
		e.Labels = map[string]string{"a": "b"}
		e.Annotations["big"] = strings.Repeat("x", 1<<16)
		e.Annotations[credentials.AnnotationExpires] = strings.Repeat("x", 1<<16)
		e.Message = strings.Repeat("word ", 1<<16)
		e.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "secretsync"}}
	})
	before, err := read(full, noon)
	if err != nil {
		t.Fatal(err)
	}
	out, err := slim(full.DeepCopy())
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := out.(*corev1.Event)
	if !ok {
		t.Fatalf("it is %T", out)
	}
	after, err := read(kept, noon)
	if err != nil || after.spec != before.spec || !after.at.Equal(before.at) || after.message != before.message || occurrenceOf(kept) != occurrence {
		t.Errorf("%v: read %+v; want %+v", err, after, before)
	}
	if kept.Size() > 3000 {
		t.Errorf("it takes %d bytes", kept.Size())
	}
}
