package memory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	botv1 "github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

var shipments = schema.GroupResource{Group: botv1.GroupVersion.Group, Resource: "shipments"}

// renamer renames what is created and notes who did it.
type renamer struct{}

func (renamer) Default(ctx context.Context, s *botv1.Shipment) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return err
	}
	if request.Operation == admissionv1.Create {
		s.Name = "renamed." + s.Spec.Reason
	}
	s.Annotations = map[string]string{"by": request.UserInfo.Username}
	return nil
}

// guard refuses by reason.
type guard struct{}

func (guard) ValidateCreate(_ context.Context, s *botv1.Shipment) (admission.Warnings, error) {
	return nil, refusal(s)
}

func (guard) ValidateUpdate(_ context.Context, before, s *botv1.Shipment) (admission.Warnings, error) {
	if before.Spec.Reason != s.Spec.Reason {
		return nil, errors.New("reasons stay")
	}
	return nil, refusal(s)
}

func (guard) ValidateDelete(_ context.Context, s *botv1.Shipment) (admission.Warnings, error) {
	return nil, refusal(s)
}

func refusal(s *botv1.Shipment) error {
	switch s.Spec.Reason {
	case "internal":
		return apierrors.NewInternalError(errors.New("no"))
	case "keep":
		if s.ResourceVersion != "" {
			return errors.New("kept")
		}
	}
	return nil
}

func hooks(t *testing.T) []memory.Webhook {
	t.Helper()
	scheme := newScheme(t)
	all := []admissionv1.Operation{admissionv1.Create, admissionv1.Update, admissionv1.Delete}
	return []memory.Webhook{
		{Name: "guard.test", Resource: shipments, Operations: all,
			Handler: admission.WithValidator(scheme, admission.Validator[*botv1.Shipment](guard{})).Handler},
		{Name: "renamer.test", Resource: shipments, Operations: all[:2], Mutating: true,
			Handler: admission.WithDefaulter(scheme, admission.Defaulter[*botv1.Shipment](renamer{})).Handler},
	}
}

func TestWebhooksChangeAndRefuse(t *testing.T) {
	cluster, admin := newCluster(t)
	cluster.AddWebhooks(hooks(t)...)

	made := shipment("")
	made.GenerateName = "ignored-"
	made.Spec.Reason = "keep"
	create(t, admin, made)
	if made.Name != "renamed.keep" || made.Annotations["by"] != "system:admin" {
		t.Errorf("created %s by %v", made.Name, made.Annotations)
	}
	get(t, admin, shipment("renamed.keep"))

	refused := shipment("x")
	refused.Spec.Reason = "internal"
	err := admin.Create(t.Context(), refused)
	const want = `admission webhook "guard.test" denied the request: Internal error occurred: no`
	if !apierrors.IsInternalError(err) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Code != 500 {
		t.Errorf("got status %+v", status)
	}
	err = admin.Patch(t.Context(), shipment("renamed.keep"),
		client.RawPatch(types.MergePatchType, []byte(`{"spec":{"reason":"other"}}`)))
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "reasons stay") {
		t.Errorf("got %v", err)
	}
	if err := admin.Delete(t.Context(), made); !apierrors.IsForbidden(err) {
		t.Errorf("got %v", err)
	}
	if err := admin.Status().Patch(t.Context(), made,
		client.RawPatch(types.MergePatchType, []byte(`{"status":{"phase":"Failed"}}`))); err != nil {
		t.Errorf("a webhook was asked about the status: %v", err)
	}
}

// TestApplyOfRenamedObject holds on to a trap of the real API server: what a webhook renames while it is
// made by applying is listed under its new name and found under the old one.
func TestApplyOfRenamedObject(t *testing.T) {
	cluster, admin := newCluster(t)
	cluster.AddWebhooks(hooks(t)...)
	fields := map[string]any{"spec": map[string]any{"action": "Promote", "summary": "s", "reason": "applied"}}
	if err := apply(t, admin, "bot", fields); err != nil {
		t.Fatal(err)
	}
	found := &botv1.Shipment{}
	if err := admin.Get(t.Context(), client.ObjectKey{Namespace: project, Name: "one"}, found); err != nil {
		t.Fatal(err)
	}
	if found.Name != "renamed.applied" {
		t.Errorf("found %s", found.Name)
	}
	err := admin.Get(t.Context(), client.ObjectKey{Namespace: project, Name: found.Name}, &botv1.Shipment{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}
