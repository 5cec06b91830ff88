package memory_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

// next returns the next event of a watch.
func next(t *testing.T, w watch.Interface) watch.Event {
	t.Helper()
	select {
	case event, ok := <-w.ResultChan():
		if !ok {
			t.Fatal("the watch ended")
		}
		return event
	case <-time.After(time.Minute):
		t.Fatal("no event in time")
	}
	return watch.Event{}
}

func expect(t *testing.T, w watch.Interface, kind watch.EventType, name string) {
	t.Helper()
	event := next(t, w)
	object, ok := event.Object.(client.Object)
	if !ok || event.Type != kind || object.GetName() != name {
		t.Fatalf("got %s of %+v, want %s of %s", event.Type, event.Object, kind, name)
	}
}

func TestWatchSeesThroughItsSelector(t *testing.T) {
	_, admin := newCluster(t)
	chosen := shipment("chosen")
	chosen.Labels = map[string]string{"team": "web"}
	create(t, admin, shipment("other"), chosen)
	w, err := admin.Watch(t.Context(), &botv1.ShipmentList{},
		client.InNamespace(project), client.MatchingLabels{"team": "web"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	expect(t, w, watch.Added, "chosen")

	label := func(name, value string) {
		t.Helper()
		patch := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"team":`+value+`}}}`))
		if err := admin.Patch(t.Context(), shipment(name), patch); err != nil {
			t.Fatal(err)
		}
	}
	label("other", `"web"`)
	expect(t, w, watch.Added, "other")
	label("chosen", "null")
	expect(t, w, watch.Deleted, "chosen")
	if err := admin.Delete(t.Context(), shipment("chosen")); err != nil {
		t.Fatal(err)
	}
	if err := admin.Status().Patch(t.Context(), shipment("other"),
		client.RawPatch(types.MergePatchType, []byte(`{"status":{"phase":"Failed"}}`))); err != nil {
		t.Fatal(err)
	}
	expect(t, w, watch.Modified, "other")
	if err := admin.Delete(t.Context(), shipment("other")); err != nil {
		t.Fatal(err)
	}
	expect(t, w, watch.Deleted, "other")
}

func TestWatchContinuesWhereAListEnded(t *testing.T) {
	_, admin := newCluster(t)
	create(t, admin, shipment("before"))
	var list botv1.ShipmentList
	if err := admin.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	create(t, admin, shipment("between"))
	w, err := admin.Watch(t.Context(), &botv1.ShipmentList{},
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	expect(t, w, watch.Added, "between")
	create(t, admin, shipment("after"))
	expect(t, w, watch.Added, "after")
}

func TestWatchThatFellBehindIsToldToListAgain(t *testing.T) {
	_, admin := newClusterWith(t, memory.Options{History: 10})
	create(t, admin, shipment("busy"))
	made := shipment("busy")
	get(t, admin, made)
	version := made.ResourceVersion
	for i := range 30 {
		patch := fmt.Sprintf(`{"spec":{"summary":"%d"}}`, i)
		if err := admin.Patch(t.Context(), made, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
			t.Fatal(err)
		}
	}
	_, err := admin.Watch(t.Context(), &botv1.ShipmentList{},
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version}})
	if !apierrors.IsResourceExpired(err) {
		t.Errorf("got %v", err)
	}
}

func TestWatchEndsWhenItsTimeIsOver(t *testing.T) {
	_, admin := newCluster(t)
	second := int64(1)
	w, err := admin.Watch(t.Context(), &botv1.ShipmentList{},
		&client.ListOptions{Raw: &metav1.ListOptions{TimeoutSeconds: &second}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	select {
	case event, open := <-w.ResultChan():
		if open {
			t.Errorf("got %+v", event)
		}
	case <-time.After(time.Minute):
		t.Error("the watch goes on")
	}
}

func TestMetadataOnly(t *testing.T) {
	_, admin := newCluster(t)
	account := &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: project, Name: "promoter",
			Annotations: map[string]string{"rbac.kargo.akuity.io/claims": `{"email":["octocat@acme.dev"]}`},
		},
		Secrets: []corev1.ObjectReference{{Name: "token"}},
	}
	create(t, admin, account)
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
	if err := admin.List(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 || list.Items[0].Annotations["rbac.kargo.akuity.io/claims"] == "" {
		t.Errorf("got %+v", list.Items)
	}
	one := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "promoter"}}
	one.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	get(t, admin, one)
	if one.UID != account.UID {
		t.Errorf("got %+v", one)
	}
}

func TestListInOrderAndSelected(t *testing.T) {
	cluster, admin := newCluster(t)
	create(t, admin, shipment("c"), shipment("a"), shipment("b"))
	var list botv1.ShipmentList
	if err := admin.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 3 || list.Items[0].Name != "a" || list.Items[2].Name != "c" || list.ResourceVersion == "" {
		t.Errorf("got %+v", list)
	}
	if err := admin.List(t.Context(), &list, client.MatchingFields{"metadata.name": "b"}); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 || list.Items[0].Name != "b" {
		t.Errorf("by name: %+v", list.Items)
	}
	if err := admin.List(t.Context(), &list, client.MatchingFields{"spec.action": "Promote"}); !apierrors.IsBadRequest(err) {
		t.Errorf("by a field that cannot be selected: %v", err)
	}
	bare, err := rest.HTTPClientFor(cluster.AdminConfig())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := bare.Get("http://cluster.in.memory/apis/kargobot.dev/v1alpha1/namespaces/microsvcs/unknowns")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("a resource that is none: %d", answer.StatusCode)
	}
}
