package notice

import (
	"slices"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestATroubleHasOneNoticeToItsEnd(t *testing.T) {
	w := newWorld(t)
	c := w.controller()
	w.tells(t, credentials.ReasonFailing, -time.Minute)
	w.look(t, c)
	n := w.notice(t)
	want := v1alpha1.NoticeSpec{About: v1alpha1.NoticeCredential, Secret: "github-creds", SecretNamespace: namespace, Type: "git"}
	if n == nil || n.Spec != want || n.Status.Phase != v1alpha1.NoticeFailing || n.Status.Message != "CredentialFailing it is." {
		t.Fatalf("the notice is %+v", n)
	}
	w.tells(t, credentials.ReasonRecovered, 0)
	w.look(t, c)
	w.wantHappened(t, "Failing Recovered")
	if n := w.notice(t); n.Status.Phase != v1alpha1.NoticeRecovered || !n.Status.Happenings[1].At.Time.Equal(noon) {
		t.Errorf("the notice is %+v", n.Status)
	}
}

func TestTheSameAgainIsNoWrite(t *testing.T) {
	w := newWorld(t)
	e := w.tells(t, credentials.ReasonFailing, -time.Minute)
	w.look(t, w.controller())
	if want := []string{"create", "patch status"}; !slices.Equal(w.writes, want) {
		t.Fatalf("writes %v; want %v", w.writes, want)
	}
	e.Count, e.LastTimestamp = 2, metav1.NewTime(noon.Add(30*time.Minute))
	if err := w.server.Update(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller())
	if len(w.writes) != 2 {
		t.Errorf("writes %v", w.writes)
	}
	w.wantHappened(t, "Failing")
}

func TestAnotherReasonForTheSameTroubleIsTold(t *testing.T) {
	w := newWorld(t)
	e := w.tells(t, credentials.ReasonFailing, -time.Minute)
	w.look(t, w.controller())
	e.Message = "The token has no access to it."
	if err := w.server.Update(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller())
	n := w.notice(t)
	if n.Status.Message != e.Message || n.Status.Happenings[0].Message != "CredentialFailing it is." {
		t.Errorf("the notice says %+v", n.Status)
	}
}

// It may be the same Event that tells how it ended.
func TestAnEventMayBecomeAnother(t *testing.T) {
	w := newWorld(t)
	e := w.tells(t, credentials.ReasonFailing, -time.Minute)
	w.look(t, w.controller())
	e.Reason, e.Annotations[credentials.AnnotationAt] = credentials.ReasonRecovered, noon.Format(time.RFC3339)
	if err := w.server.Update(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller())
	w.wantHappened(t, "Failing Recovered")
}

func TestEventsComeInAnyOrder(t *testing.T) {
	type tell struct {
		reason string
		// after is how many seconds after the beginning it happened.
		after int
	}
	const (
		failing, recovered = credentials.ReasonFailing, credentials.ReasonRecovered
		expiring, rotated  = credentials.ReasonExpiring, credentials.ReasonRotated
	)
	for name, test := range map[string]struct {
		// batches are seen one after the other, what is in one at once.
		batches [][]tell
		want    string
	}{
		"both, after a while without a bot":         {[][]tell{{{recovered, 9}, {failing, 0}}}, "Failing Recovered"},
		"the end alone":                             {[][]tell{{{recovered, 9}}}, "Recovered"},
		"the beginning comes after the end":         {[][]tell{{{recovered, 9}}, {{failing, 0}}}, "Recovered"},
		"the beginning is told anew after the end":  {[][]tell{{{failing, 0}}, {{recovered, 9}}, {{failing, 10}}}, "Failing Recovered"},
		"what was to expire was rotated":            {[][]tell{{{expiring, 0}}, {{rotated, 9}}}, "Expiring Rotated"},
		"nothing comes after it was rotated":        {[][]tell{{{rotated, 0}}, {{expiring, 1}, {recovered, 9}}}, "Rotated"},
		"what is of one second ended well":          {[][]tell{{{rotated, 0}, {expiring, 0}}}, "Expiring Rotated"},
		"an end that is dated before what it ends":  {[][]tell{{{failing, 5}}, {{recovered, 0}}}, "Failing"},
		"an end of the same second, seen afterward": {[][]tell{{{failing, 0}}, {{recovered, 0}}}, "Failing Recovered"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, batch := range test.batches {
				for i, tell := range batch {
					w.tells(t, tell.reason, time.Duration(tell.after-60)*time.Second, func(e *corev1.Event) { e.Name += strconv.Itoa(i) })
				}
				w.look(t, w.controller())
			}
			w.wantHappened(t, test.want)
		})
	}
}

// The cache may not show yet what this process wrote.
func TestACacheThatIsBehindAddsNothing(t *testing.T) {
	w := newWorld(t)
	w.tells(t, credentials.ReasonFailing, -time.Minute)
	w.look(t, w.controller())
	before := w.notice(t)
	w.tells(t, credentials.ReasonRecovered, 0)
	w.look(t, w.controller())
	w.stale = before
	if again := w.look(t, w.controller()); again != conflictRetry {
		t.Errorf("it is looked again after %s", again)
	}
	w.stale = nil
	w.wantHappened(t, "Failing Recovered")
}

func TestABotThatDiesBeforeItHasWrittenWhatHappenedGoesOn(t *testing.T) {
	w := newWorld(t)
	w.tells(t, credentials.ReasonFailing, -time.Minute)
	n := &v1alpha1.Notice{Spec: v1alpha1.NoticeSpec{About: v1alpha1.NoticeCredential, Secret: "github-creds", SecretNamespace: namespace}}
	n.Namespace, n.Name = namespace, occurrence
	if err := w.server.Create(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller())
	w.wantHappened(t, "Failing")
}

func TestANoticeIsKeptForItsTimeAndAsLongAsThereAreEvents(t *testing.T) {
	w := newWorld(t)
	w.retention = 24 * time.Hour
	e := w.tells(t, credentials.ReasonRotated, 0)
	if again := w.look(t, w.controller()); again != w.retention {
		t.Errorf("it is looked again after %s", again)
	}
	w.clock = w.clock.Add(w.retention)
	if again := w.look(t, w.controller()); again != eventCheck || w.notice(t) == nil {
		t.Errorf("it is looked again after %s", again)
	}
	if err := w.server.Delete(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	w.look(t, w.controller())
	if n := w.notice(t); n != nil {
		t.Errorf("there is still %+v", n)
	}
}

func TestWithoutEventsThereIsNoNotice(t *testing.T) {
	w := newWorld(t)
	if again := w.look(t, w.controller()); again != 0 || w.notice(t) != nil || len(w.writes) > 0 {
		t.Errorf("writes %v, again after %s", w.writes, again)
	}
}
