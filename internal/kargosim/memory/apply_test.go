package memory_test

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// configuration is what a manager wants of the Shipment "one".
func configuration(fields map[string]any) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: fields}
	object.SetGroupVersionKind(botv1.GroupVersion.WithKind("Shipment"))
	object.SetNamespace(project)
	object.SetName("one")
	return object
}

func apply(t *testing.T, c client.Client, manager string, fields map[string]any, options ...client.ApplyOption) error {
	t.Helper()
	options = append(options, client.FieldOwner(manager))
	return c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(configuration(fields)), options...)
}

func TestApplyOwnsFields(t *testing.T) {
	_, admin := newCluster(t)
	spec := func(summary string) map[string]any {
		return map[string]any{"spec": map[string]any{"action": "Promote", "summary": summary}}
	}
	if err := apply(t, admin, "bot", spec("made by applying")); err != nil {
		t.Fatal(err)
	}
	made := shipment("one")
	get(t, admin, made)
	if made.Spec.Summary != "made by applying" || made.UID == "" || made.Generation != 1 {
		t.Fatalf("made: %+v", made)
	}
	version := made.ResourceVersion
	if err := apply(t, admin, "bot", spec("made by applying")); err != nil {
		t.Fatal(err)
	}
	if get(t, admin, made); made.ResourceVersion != version {
		t.Error("applying the same twice changed the object")
	}
	if err := apply(t, admin, "somebody", spec("mine")); !apierrors.IsConflict(err) {
		t.Errorf("applying what another owns: %v", err)
	}
	if err := apply(t, admin, "somebody", spec("mine"), client.ForceOwnership); err != nil {
		t.Fatal(err)
	}
	if get(t, admin, made); made.Spec.Summary != "mine" || made.Generation != 2 {
		t.Errorf("after forcing: %+v", made)
	}
	labels := map[string]any{"metadata": map[string]any{"labels": map[string]any{"team": "web"}}}
	if err := apply(t, admin, "labeller", labels); err != nil {
		t.Fatal(err)
	}
	if err := apply(t, admin, "labeller", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	if get(t, admin, made); len(made.Labels) != 0 || made.Spec.Summary != "mine" {
		t.Errorf("after dropping a field: %+v", made)
	}
}

func TestApplyStatusLeavesTheRest(t *testing.T) {
	_, admin := newCluster(t)
	create(t, admin, shipment("one"))
	fields := map[string]any{
		"spec":   map[string]any{"summary": "changed through the status"},
		"status": map[string]any{"phase": "Promoting"},
	}
	err := admin.Status().Apply(t.Context(),
		client.ApplyConfigurationFromUnstructured(configuration(fields)), client.FieldOwner("bot"), client.ForceOwnership)
	if err != nil {
		t.Fatal(err)
	}
	made := shipment("one")
	get(t, admin, made)
	if made.Status.Phase != botv1.PhasePromoting || made.Spec.Summary != "red to production" {
		t.Errorf("got %+v", made)
	}
	made.Status.Phase = botv1.PhaseFailed
	if err := admin.Status().Update(t.Context(), made, client.FieldOwner("other")); err != nil {
		t.Fatal(err)
	}
	fields = map[string]any{"status": map[string]any{"phase": "Promoting"}}
	err = admin.Status().Apply(t.Context(),
		client.ApplyConfigurationFromUnstructured(configuration(fields)), client.FieldOwner("bot"))
	if !apierrors.IsConflict(err) {
		t.Errorf("applying what another has updated since: %v", err)
	}
}
