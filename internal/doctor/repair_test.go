package doctor_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// cluster has the Warehouse of the world.
func (w *world) cluster(t *testing.T) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := kargoapi.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(w.warehouse.DeepCopy()).Build()
}

// repair returns the only repair that there is.
func (w *world) repair(t *testing.T) doctor.Repair {
	t.Helper()
	_, repairs, err := w.doctor(t, doctor.Ports{}).ExamineToRepair(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(repairs) != 1 || !repairs[0].Finding.Fixable || repairs[0].Says == "" || repairs[0].Finding.Command == "" {
		t.Fatalf("%+v", repairs)
	}
	return repairs[0]
}

func TestARepairHasKargoLookAgain(t *testing.T) {
	w := newWorld()
	w.warehouse.Status.Conditions = cannotDiscover("dial tcp: i/o timeout")
	cluster := w.cluster(t)
	if err := w.repair(t).Do(t.Context(), cluster); err != nil {
		t.Fatal(err)
	}
	var after kargoapi.Warehouse
	if err := cluster.Get(t.Context(), client.ObjectKeyFromObject(w.warehouse), &after); err != nil {
		t.Fatal(err)
	}
	if got := after.Annotations[kargoapi.AnnotationKeyRefresh]; got != noon.Format(time.RFC3339) {
		t.Errorf("annotation %q", got)
	}
}

// TestARepairOfWhatHasChangedIsNotDone: somebody may have mended it in the meantime, in another way.
func TestARepairOfWhatHasChangedIsNotDone(t *testing.T) {
	w := newWorld()
	w.warehouse.Spec.Subscriptions[0].Image.AllowTags = "^v"
	repair := w.repair(t)
	w.warehouse.Spec.Subscriptions[0].Image.AllowTags = "^w"
	cluster := w.cluster(t)
	if err := repair.Do(t.Context(), cluster); err == nil {
		t.Error("it was done")
	}
	var after kargoapi.Warehouse
	if err := cluster.Get(t.Context(), client.ObjectKeyFromObject(w.warehouse), &after); err != nil {
		t.Fatal(err)
	}
	if image := after.Spec.Subscriptions[0].Image; image.AllowTags != "^w" || len(image.AllowTagsRegexes) > 0 {
		t.Errorf("%+v", image)
	}
}

// TestForeignTextsAreBounded, and never end the quotes that they stand in.
func TestForeignTextsAreBounded(t *testing.T) {
	w := newWorld()
	w.warehouse.Spec.Subscriptions[0].Image.AllowTags = `'; rm -rf / #`
	command := w.repair(t).Finding.Command
	if strings.Count(command, `'\''; rm -rf / #`) != 2 || strings.Contains(strings.ReplaceAll(command, `'\''`, ""), `'; rm`) {
		t.Errorf("%s", command)
	}
	w = newWorld()
	w.warehouse.Status.Conditions = cannotDiscover(strings.Repeat("unauthorized ", 10_000))
	if got := said(w.examineWith(t, doctor.Ports{}), "warehouse"); len(got) > 1000 {
		t.Errorf("%d characters", len(got))
	}
}
