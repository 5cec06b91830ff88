package memory_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

func TestCreateSetsWhatTheServerOwns(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("")
	made.GenerateName = "promote-"
	made.UID = "mine"
	made.Generation = 7
	made.Status.Phase = botv1.PhaseSucceeded
	create(t, admin, made)

	if !regexp.MustCompile(`^promote-[a-z0-9]{5}$`).MatchString(made.Name) {
		t.Errorf("generated name: %q", made.Name)
	}
	if made.UID == "" || made.UID == "mine" {
		t.Errorf("UID: %q, want one that the server chose", made.UID)
	}
	if made.Generation != 1 {
		t.Errorf("generation: %d, want 1", made.Generation)
	}
	if made.ResourceVersion == "" || time.Since(made.CreationTimestamp.Time) > time.Minute {
		t.Errorf("resourceVersion %q, created %s", made.ResourceVersion, made.CreationTimestamp)
	}
	if made.Status.Phase != "" {
		t.Errorf("the status %q was set by a create", made.Status.Phase)
	}
	stored := shipment(made.Name)
	get(t, admin, stored)
	if stored.UID != made.UID || stored.Spec.Summary != made.Spec.Summary {
		t.Errorf("stored %+v, answered %+v", stored, made)
	}
}

func TestCreateRefuses(t *testing.T) {
	_, admin := newCluster(t)
	create(t, admin, shipment("taken"))
	label := shipment("label")
	label.Labels = map[string]string{"kargobot.dev/shipment-uid": strings.Repeat("x", 64)}
	elsewhere := shipment("elsewhere")
	elsewhere.Namespace = "nowhere"
	versioned := shipment("versioned")
	versioned.ResourceVersion = "5"
	for name, test := range map[string]struct {
		object client.Object
		is     func(error) bool
	}{
		"a name that is taken":        {shipment("taken"), apierrors.IsAlreadyExists},
		"a name that is none":         {shipment("Not A Name"), apierrors.IsInvalid},
		"no name":                     {shipment(""), apierrors.IsInvalid},
		"a label value that is none":  {label, apierrors.IsInvalid},
		"a namespace that is missing": {elsewhere, apierrors.IsNotFound},
		"a resourceVersion":           {versioned, apierrors.IsBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			if err := admin.Create(t.Context(), test.object); !test.is(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestStatusAndSpecAreWrittenApart(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("one")
	create(t, admin, made)

	made.Status.Phase = botv1.PhasePromoting
	made.Spec.Summary = "changed through the status"
	made.Labels = map[string]string{"changed": "through-the-status"}
	if err := admin.Status().Update(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if made.Status.Phase != botv1.PhasePromoting || made.Spec.Summary != "red to production" || len(made.Labels) > 0 {
		t.Errorf("after a status update: %+v", made)
	}
	if made.Generation != 1 {
		t.Errorf("a status update made generation %d", made.Generation)
	}

	made.Spec.Summary = "changed"
	made.Status.Phase = botv1.PhaseFailed
	if err := admin.Update(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if made.Spec.Summary != "changed" || made.Status.Phase != botv1.PhasePromoting || made.Generation != 2 {
		t.Errorf("after an update: generation %d, %+v", made.Generation, made)
	}

	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"summary":"again"},"status":{"phase":"Failed"}}`))
	if err := admin.Patch(t.Context(), made, patch); err != nil {
		t.Fatal(err)
	}
	if made.Spec.Summary != "again" || made.Status.Phase != botv1.PhasePromoting {
		t.Errorf("after a patch: %+v", made)
	}
	patch = client.RawPatch(types.MergePatchType, []byte(`{"spec":{"summary":"no"},"status":{"phase":"Aborted"}}`))
	if err := admin.Status().Patch(t.Context(), made, patch); err != nil {
		t.Fatal(err)
	}
	if made.Spec.Summary != "again" || made.Status.Phase != botv1.PhaseAborted {
		t.Errorf("after a status patch: %+v", made)
	}
}

func TestUpdateLocksOptimistically(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("one")
	create(t, admin, made)
	stale := made.DeepCopy()
	made.Spec.Summary = "first"
	if err := admin.Update(t.Context(), made); err != nil {
		t.Fatal(err)
	}

	stale.Spec.Summary = "second"
	if err := admin.Update(t.Context(), stale.DeepCopy()); !apierrors.IsConflict(err) {
		t.Errorf("an update of an old version: %v", err)
	}
	if err := admin.Status().Update(t.Context(), stale.DeepCopy()); !apierrors.IsConflict(err) {
		t.Errorf("a status update of an old version: %v", err)
	}
	locked := client.MergeFromWithOptions(stale.DeepCopy(), client.MergeFromWithOptimisticLock{})
	changed := stale.DeepCopy()
	changed.Spec.Summary = "third"
	if err := admin.Patch(t.Context(), changed, locked); !apierrors.IsConflict(err) {
		t.Errorf("a patch that names an old version: %v", err)
	}
	stale.ResourceVersion = ""
	if err := admin.Update(t.Context(), stale.DeepCopy()); !apierrors.IsInvalid(err) {
		t.Errorf("an update without a version: %v", err)
	}
	precondition := client.Preconditions{ResourceVersion: new("1")}
	if err := admin.Delete(t.Context(), made.DeepCopy(), precondition); !apierrors.IsConflict(err) {
		t.Errorf("a delete of an old version: %v", err)
	}
}

func TestPatchesOfManyWritersAllArrive(t *testing.T) {
	_, admin := newCluster(t)
	create(t, admin, shipment("one"))
	const writers = 50
	var group sync.WaitGroup
	errs := make(chan error, writers)
	for i := range writers {
		group.Go(func() {
			patch := fmt.Sprintf(`{"metadata":{"annotations":{"writer-%d":"was here"}}}`, i)
			errs <- admin.Patch(t.Context(), shipment("one"), client.RawPatch(types.MergePatchType, []byte(patch)))
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	stored := shipment("one")
	get(t, admin, stored)
	if len(stored.Annotations) != writers {
		t.Errorf("%d of %d patches arrived", len(stored.Annotations), writers)
	}
}

func TestAWriteThatChangesNothingIsNone(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("one")
	create(t, admin, made)
	version := made.ResourceVersion
	if err := admin.Update(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"summary":"red to production"}}`))
	if err := admin.Patch(t.Context(), made, patch); err != nil {
		t.Fatal(err)
	}
	if made.ResourceVersion != version {
		t.Errorf("the version went from %s to %s", version, made.ResourceVersion)
	}
}

func TestDryRunKeepsNothing(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("one")
	if err := admin.Create(t.Context(), made, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if made.UID == "" {
		t.Error("a dry run did not answer with the object as it would be")
	}
	if err := admin.Get(t.Context(), client.ObjectKeyFromObject(made), made); !apierrors.IsNotFound(err) {
		t.Errorf("after a dry run: %v", err)
	}
}

func TestFinalizersHoldDeletionBack(t *testing.T) {
	_, admin := newCluster(t)
	made := shipment("one")
	made.Finalizers = []string{"kargobot.dev/finish"}
	create(t, admin, made)
	if err := admin.Delete(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	get(t, admin, made)
	if made.DeletionTimestamp.IsZero() {
		t.Fatal("the object was not marked")
	}
	made.Finalizers = nil
	if err := admin.Update(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if err := admin.Get(t.Context(), client.ObjectKeyFromObject(made), made); !apierrors.IsNotFound(err) {
		t.Errorf("after the last finalizer went: %v", err)
	}
}

func TestPatchKinds(t *testing.T) {
	_, admin := newCluster(t)
	create(t, admin, shipment("one"))
	if err := admin.Patch(t.Context(), shipment("one"),
		client.RawPatch(types.JSONPatchType, []byte(`[{"op":"replace","path":"/spec/summary","value":"json"}]`))); err != nil {
		t.Error(err)
	}
	stored := shipment("one")
	get(t, admin, stored)
	if stored.Spec.Summary != "json" {
		t.Errorf("after a JSON patch: %q", stored.Spec.Summary)
	}
	var status apierrors.APIStatus
	err := admin.Patch(t.Context(), shipment("one"), client.RawPatch(types.StrategicMergePatchType, []byte(`{}`)))
	if !errors.As(err, &status) || status.Status().Code != 415 {
		t.Errorf("a strategic merge patch of a custom resource: %v", err)
	}
	account := &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "bot"},
		Secrets:    []corev1.ObjectReference{{Name: "a"}},
	}
	create(t, admin, account)
	if err := admin.Patch(t.Context(), account,
		client.RawPatch(types.StrategicMergePatchType, []byte(`{"secrets":[{"name":"b"}]}`))); err != nil {
		t.Fatal(err)
	}
	if len(account.Secrets) != 2 {
		t.Errorf("after a strategic merge patch: %+v", account.Secrets)
	}
	err = admin.Patch(t.Context(), shipment("missing"), client.RawPatch(types.MergePatchType, []byte(`{}`)))
	if !apierrors.IsNotFound(err) {
		t.Errorf("a patch of nothing: %v", err)
	}
}

func TestDeletingMany(t *testing.T) {
	_, admin := newCluster(t)
	for i := range 4 {
		made := shipment(fmt.Sprintf("s-%d", i))
		made.Labels = map[string]string{"half": fmt.Sprint(i % 2)}
		create(t, admin, made)
	}
	if err := admin.DeleteAllOf(t.Context(), &botv1.Shipment{},
		client.InNamespace(project), client.MatchingLabels{"half": "1"}); err != nil {
		t.Fatal(err)
	}
	var left botv1.ShipmentList
	if err := admin.List(t.Context(), &left); err != nil {
		t.Fatal(err)
	}
	if len(left.Items) != 2 {
		t.Errorf("%d left, want 2", len(left.Items))
	}
	if err := admin.Delete(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: project}}); err != nil {
		t.Fatal(err)
	}
	if err := admin.List(t.Context(), &left); err != nil || len(left.Items) != 0 {
		t.Errorf("%d left in a namespace that is gone (%v)", len(left.Items), err)
	}
}
