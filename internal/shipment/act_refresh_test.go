package shipment

import (
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// refreshing is a world in which red's Warehouse is to look for artifacts.
func refreshing(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	s := the(v1alpha1.ActionRefresh, func(item *v1alpha1.ShipmentItem) {
		item.Environment, item.Path, item.Warehouse = "", nil, "red"
	})
	warehouse := &kargoapi.Warehouse{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red"}}
	return newWorld(t, append(objects, s, warehouse)...)
}

// warehouse changes red's Warehouse.
func (w *world) warehouse(t *testing.T, change func(*kargoapi.Warehouse)) {
	t.Helper()
	var warehouse kargoapi.Warehouse
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "red"}, &warehouse); err != nil {
		t.Fatal(err)
	}
	change(&warehouse)
	status := warehouse.Status
	if err := w.server.Update(t.Context(), &warehouse); err != nil {
		t.Fatal(err)
	}
	warehouse.Status = status
	if err := w.server.Status().Update(t.Context(), &warehouse); err != nil {
		t.Fatal(err)
	}
}

// looked says that the Warehouse has looked for the token that it was asked with.
func looked(conditions ...metav1.Condition) func(*kargoapi.Warehouse) {
	return func(warehouse *kargoapi.Warehouse) {
		warehouse.Status.LastHandledRefresh = warehouse.Annotations[kargoapi.AnnotationKeyRefresh]
		warehouse.Status.Conditions = conditions
	}
}

func is(kind string, status metav1.ConditionStatus, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, Reason: "Because", Message: message}
}

func TestRefresh(t *testing.T) {
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	well := []metav1.Condition{is("Healthy", yes, ""), is("Ready", yes, "")}
	for _, test := range []struct {
		name    string
		is      []metav1.Condition
		made    time.Duration // when the newest Freight was, from when the Shipment was
		phase   v1alpha1.ShipmentPhase
		result  string
		message string
	}{
		{"something new", well, time.Second, succeeded, "found 3.3.0 (rafting-starfish)", ""},
		{"something new at once", append([]metav1.Condition{is("FreightCreated", yes, "")}, well...), 0, succeeded, "found 3.3.0 (rafting-starfish)", ""},
		{"something that was there at once", append([]metav1.Condition{is("FreightCreated", no, "")}, well...), 0, succeeded, "nothing new", ""},
		{"something new, found by a look before", append([]metav1.Condition{is("FreightCreated", no, "")}, well...), time.Second, succeeded, "found 3.3.0 (rafting-starfish)", ""},
		{"nothing new", well, -time.Hour, succeeded, "nothing new", ""},
		{"no conditions", nil, -time.Hour, succeeded, "nothing new", ""},
		{"discovery failed", []metav1.Condition{is("Healthy", no, "Unable to discover artifacts: 401"), is("Ready", no, "x")}, 0,
			failed, "", "Unable to discover artifacts: 401"},
		{"not ready", []metav1.Condition{is("Healthy", yes, ""), is("Ready", no, "")}, 0, failed, "", "Kargo could not look: Because"},
		{"looks again already", []metav1.Condition{is("Healthy", unknown, "Pending"), is("Ready", no, "Waiting for discovery to complete")}, 0, pending, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			freight := newFreight()
			freight.CreationTimestamp = metav1.NewTime(at(-1).Add(test.made))
			freight.Alias, freight.Images = "rafting-starfish", []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: "3.3.0"}}
			w := refreshing(t, freight)
			s, _ := w.pass(t)
			want(t, s, "Pending", pending, "")
			w.warehouse(t, func(warehouse *kargoapi.Warehouse) {
				if got := warehouse.Annotations[kargoapi.AnnotationKeyRefresh]; got != "5d0c6f3e" {
					t.Errorf("token %q", got)
				}
				looked(test.is...)(warehouse)
				warehouse.Status.LastFreightID = theFreight
			})
			s, _ = w.pass(t)
			want(t, s, string(test.phase), test.phase, test.message)
			if got := s.Status.Items[0].Stages[0].Result; got != test.result {
				t.Errorf("result %q, want %q", got, test.result)
			}
		})
	}
}

// TestRefreshThatFindsSomethingInTheSameSecond as what there was: which one is the newer only Kargo knows.
func TestRefreshThatFindsSomethingInTheSameSecond(t *testing.T) {
	found, before := newFreight(), newFreight()
	found.Images = []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: "3.3.0"}}
	before.Name = "ffffffff" // of the same age, the greater name counts as the newer
	for _, f := range []*kargoapi.Freight{found, before} {
		f.CreationTimestamp = *at(-1)
	}
	w := refreshing(t, found, before)
	w.pass(t)
	w.warehouse(t, func(warehouse *kargoapi.Warehouse) {
		looked(is("FreightCreated", metav1.ConditionTrue, ""), is("Healthy", metav1.ConditionTrue, ""), is("Ready", metav1.ConditionTrue, ""))(warehouse)
		warehouse.Status.LastFreightID = theFreight
	})
	s, _ := w.pass(t)
	if got := s.Status.Items[0].Stages[0].Result; got != "found 3.3.0" {
		t.Errorf("result %q", got)
	}
}

func TestRefreshThatIsNotAnswered(t *testing.T) {
	w := refreshing(t)
	_, result := w.pass(t)
	if result.RequeueAfter == 0 {
		t.Error("not looked at again")
	}
	w.clock = w.clock.Add(refreshSilence - time.Second)
	s, _ := w.pass(t)
	want(t, s, "Pending", pending, "")
	w.clock = w.clock.Add(time.Second)
	s, _ = w.pass(t)
	want(t, s, "Failed", failed, "Kargo has not looked within 2 minutes. Its controller may be down.")

	w = refreshing(t)
	w.pass(t)
	w.warehouse(t, func(warehouse *kargoapi.Warehouse) {
		warehouse.Status.Conditions = []metav1.Condition{is("Reconciling", metav1.ConditionTrue, "")}
	})
	w.clock = w.clock.Add(refreshSilence)
	s, _ = w.pass(t)
	want(t, s, "Failed", failed, "Kargo is still looking after 2 minutes.")
}

func TestRefreshWhileSomebodyElseRefreshes(t *testing.T) {
	w := refreshing(t)
	w.pass(t)
	theirs := func(warehouse *kargoapi.Warehouse) { warehouse.Annotations[kargoapi.AnnotationKeyRefresh] = "theirs" }
	w.warehouse(t, theirs)
	w.warehouse(t, looked())
	w.clock = w.clock.Add(askAgain - time.Second)
	s, _ := w.pass(t)
	want(t, s, "Pending", pending, "")
	w.clock = w.clock.Add(time.Second)
	w.pass(t)
	w.warehouse(t, looked())
	s, _ = w.pass(t)
	want(t, s, "Succeeded", succeeded, "")
}

func TestRefreshOfAWarehouseThatIsGone(t *testing.T) {
	w := newWorld(t, the(v1alpha1.ActionRefresh, func(item *v1alpha1.ShipmentItem) { item.Path, item.Warehouse = nil, "red" }))
	s, _ := w.pass(t)
	want(t, s, "Failed", failed, "The Warehouse is gone from Kargo.")
}

func TestARefreshIsNotAskedForAnewAfterARestart(t *testing.T) {
	w := refreshing(t)
	w.faults.SubResourcePatch = losing
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.SubResourcePatch = nil
	w.warehouse(t, looked())
	s, _ := w.pass(t)
	want(t, s, "Succeeded", succeeded, "")
}
