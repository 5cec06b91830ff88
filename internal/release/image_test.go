package release

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// passes lets time pass, looking at the Release whenever it wants to be, and returns at which minutes the Warehouse
// was asked for the image.
func (w *world) passes(t *testing.T, c *Controller, until time.Time) []int {
	t.Helper()
	var asked []int
	before := ""
	for looks := 0; !w.clock.After(until); looks++ {
		_, again := w.look(t, c)
		if token := w.token(t, "red-releases"); token != before {
			asked, before = append(asked, int(w.clock.Sub(noon).Minutes())), token
		}
		if again <= 0 || looks > 500 {
			break
		}
		w.clock = w.clock.Add(again)
	}
	return asked
}

func TestTheImageIsAskedForUntilItIsThere(t *testing.T) {
	w := newWorld(t, released("3.2.0"))
	c := w.controller()
	if asked := w.passes(t, c, noon.Add(29*time.Minute)); !slices.Equal(asked, []int{0, 1, 2, 4, 9, 14, 19, 24, 29}) {
		t.Errorf("asked at minutes %v", asked)
	}
	if w.token(t, "red-dev") != "" {
		t.Error("the Warehouse of builds was asked, too")
	}
	if r := w.release(t, "red-3.2.0"); r.Status.Phase != v1alpha1.ReleaseAwaitingImage {
		t.Errorf("it is %s", r.Status.Phase)
	}
	if err := w.server.Create(t.Context(), freight("ours", "3.2.0", 28)); err != nil {
		t.Fatal(err)
	}
	r, again := w.look(t, c)
	if r.Status.Freight != "ours" || r.Status.Phase == v1alpha1.ReleaseAwaitingImage || again != 0 {
		t.Errorf("it is %s with Freight %q, looked at again in %s", r.Status.Phase, r.Status.Freight, again)
	}
}

func TestAnImageThatDoesNotComeIsSaidOnce(t *testing.T) {
	w := newWorld(t, released("3.2.0"))
	doctor := &diagnosis{Diagnosis: answers.Diagnosis{Findings: []answers.Finding{
		{Subject: "Stage/red-staging", What: "Stage red-staging is unhealthy.", Fix: "Look at it."},
		{Subject: "Warehouse/red-dev", What: "Warehouse red-dev is of no interest.", Fix: "None."},
		{Subject: "Warehouse/red-releases", What: "Warehouse red-releases discovers nothing.", Fix: "Mend it."},
	}}}
	w.options.Doctor = doctor
	c := w.controller()
	asked := w.passes(t, c, noon.Add(48*time.Hour))
	r := w.release(t, "red-3.2.0")
	if r.Status.Phase != v1alpha1.ReleaseOverdue || r.Status.Message != "Kargo has not discovered an image of red 3.2.0 within 30 minutes." {
		t.Errorf("it is %s: %s", r.Status.Phase, r.Status.Message)
	}
	if doctor.of != "microsvcs/red" || !slices.Equal(r.Status.Findings, []string{"Warehouse red-releases discovers nothing. Fix: Mend it."}) {
		t.Errorf("findings of %s: %q", doctor.of, r.Status.Findings)
	}
	if len(r.Status.Happenings) != 2 || r.Status.Happenings[1].Outcome != v1alpha1.OutcomeOverdue || !r.Status.Happenings[1].At.Equal(at(30)) {
		t.Errorf("happenings: %+v", r.Status.Happenings)
	}
	// It is still looked for, less often, for a day.
	if last := asked[len(asked)-1]; last > 24*60 || last < 23*60 || len(asked) < 140 || len(asked) > 160 {
		t.Errorf("asked %d times, at last at minute %d", len(asked), last)
	}
	if err := w.server.Create(t.Context(), freight("ours", "3.2.0", 3000)); err != nil {
		t.Fatal(err)
	}
	r, _ = w.look(t, c)
	if r.Status.Phase != v1alpha1.ReleaseWaiting || len(r.Status.Findings) != 0 || r.Status.Message != "" {
		t.Errorf("when it comes all the same: %+v", r.Status)
	}
}

func TestNobodyWaitsForTheImageOfWhatIsSuperseded(t *testing.T) {
	w := newWorld(t, released("3.2.0"), released("3.2.1"))
	w.clock = noon.Add(time.Hour)
	r, again := w.look(t, w.controller())
	if r.Status.Phase != v1alpha1.ReleaseSuperseded || r.Status.RefreshedAt != nil || again != 0 || len(r.Status.Happenings) != 1 {
		t.Errorf("%+v, looked at again in %s", r.Status, again)
	}
}

func TestADoctorWhoCanNotLookIsNoReasonToSayNothing(t *testing.T) {
	w := newWorld(t, released("3.2.0"))
	w.options.Doctor = &diagnosis{err: errors.New("no")}
	w.clock = noon.Add(time.Hour)
	if r, _ := w.look(t, w.controller()); r.Status.Phase != v1alpha1.ReleaseOverdue || len(r.Status.Findings) != 0 {
		t.Errorf("%+v", r.Status)
	}
}

func TestWarehousesThatDiscoverReleases(t *testing.T) {
	for strategy, want := range map[string]bool{"": true, "SemVer": true, "Newest": true, "NewestBuild": false, "Lexical": false, "Digest": false} {
		if got := choosesVersions(warehouse("w", strategy)); got != want {
			t.Errorf("%q: %t", strategy, got)
		}
	}
	charts := warehouse("w", "")
	charts.Spec.Subscriptions[0].Image = nil
	if !choosesVersions(charts) {
		t.Error("one of charts may have versions, too")
	}
}

// What was said of it is somebody else's to write.
func TestReportsAreLeftAlone(t *testing.T) {
	r := released("3.2.0")
	w := newWorld(t, r)
	c := w.controller()
	w.look(t, c)
	told := w.release(t, "red-3.2.0")
	told.Status.Reports = []v1alpha1.Report{{Sink: "slack", Target: "C7", Part: v1alpha1.PartCard, ID: "1", At: *at(0)}}
	stale := c.client
	if err := w.server.Status().Update(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	c.client = stale
	w.clock = noon.Add(time.Hour)
	if r, _ := w.look(t, c); len(r.Status.Reports) != 1 || r.Status.Phase != v1alpha1.ReleaseOverdue {
		t.Errorf("%s with reports %+v", r.Status.Phase, r.Status.Reports)
	}
}

func TestReleasesAreKeptForSomeTime(t *testing.T) {
	w := newWorld(t, released("3.2.0"), released("3.3.0"))
	w.options.Retention = 24 * time.Hour
	c := w.controller()
	_, again := w.look(t, c)
	if again != 24*time.Hour {
		t.Errorf("looked at again in %s", again)
	}
	w.clock = noon.Add(again)
	if _, err := c.Reconcile(t.Context(), theRelease); err != nil {
		t.Fatal(err)
	}
	if got := w.names(t); got != "red-3.3.0" {
		t.Errorf("left are %s", got)
	}
	// The newest is kept, whatever its age.
	w.clock = noon.Add(1000 * time.Hour)
	newest := theRelease
	newest.Name = "red-3.3.0"
	if _, err := c.Reconcile(t.Context(), newest); err != nil {
		t.Fatal(err)
	}
	if got := w.names(t); !strings.Contains(got, "red-3.3.0") {
		t.Errorf("left are %q", got)
	}
}
