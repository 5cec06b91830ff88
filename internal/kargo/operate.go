package kargo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// patchTimeout bounds a change of one of Kargo's objects, most of which is Kargo's admission.
const patchTimeout = 5 * time.Second

// Operator asks Kargo to do something about an object that exists. Kargo is asked by annotations, and by
// merge patches that name nothing else. Asking twice for the same is harmless.
//
// What an Operator returns is nil, a *Refused if a retry won't change it, or an error to be tried again.
// An object that does not exist is refused too; apierrors.IsNotFound tells.
type Operator struct {
	// writer speaks to the API server with the bot's identity.
	writer client.Client
}

// NewOperator returns an Operator that writes with writer.
func NewOperator(writer client.Client) *Operator { return &Operator{writer: writer} }

// AbortPromotion asks Kargo to end a Promotion that runs or waits, and leaves a note by whose command.
func (o *Operator) AbortPromotion(ctx context.Context, key client.ObjectKey, by string) error {
	return o.annotate(ctx, &kargoapi.Promotion{}, key, map[string]string{
		kargoapi.AnnotationKeyAbort: kargoapi.AbortActionTerminate, v1alpha1.AnnotationAbortedBy: by,
	}, request{
		noun: "abort", object: "Promotion",
		needs: "may not abort Promotions to this Stage: its ServiceAccount needs the verbs patch on promotions and promote on the Stage",
	})
}

// Reverify asks Kargo to repeat the verification with that ID, which has to be the newest of what the
// Stage runs. Kargo does so when it is over and the Stage is healthy.
func (o *Operator) Reverify(ctx context.Context, stage client.ObjectKey, id string) error {
	return o.annotate(ctx, &kargoapi.Stage{}, stage, map[string]string{kargoapi.AnnotationKeyReverify: id}, request{
		noun: "verification", object: "Stage",
		needs: "may not have this Stage verified: its ServiceAccount needs the verb patch on stages",
	})
}

// RefreshWarehouse asks Kargo to look for new artifacts. The token tells this request from others: once
// it is done, the Warehouse's status.lastHandledRefresh has it.
func (o *Operator) RefreshWarehouse(ctx context.Context, key client.ObjectKey, token string) error {
	return o.annotate(ctx, &kargoapi.Warehouse{}, key, map[string]string{kargoapi.AnnotationKeyRefresh: token}, request{
		noun: "refresh", object: "Warehouse",
		needs: "may not refresh this Warehouse: its ServiceAccount needs the verb patch on warehouses",
	})
}

// ApproveFreight approves a Freight for a Stage. Kargo checks nothing of it, neither that there is such a
// Stage nor that it takes Freight of that Warehouse: that is up to the caller.
func (o *Operator) ApproveFreight(ctx context.Context, freight client.ObjectKey, stage string, at time.Time) error {
	approval := kargoapi.ApprovedStage{ApprovedAt: &metav1.Time{Time: at}}
	body := map[string]any{"status": map[string]any{"approvedFor": map[string]any{stage: approval}}}
	return o.patch(ctx, o.writer.Status().Patch, &kargoapi.Freight{}, freight, body, request{
		noun: "approval", object: "Freight",
		needs: "may not approve Freight: its ServiceAccount needs the verb patch on freights/status",
	})
}

// request names for people what is asked for.
type request struct {
	// noun is what may be refused: "abort".
	noun string
	// object is the kind it is about.
	object string
	// needs completes "The bot itself …", should it lack a permission.
	needs string
}

func (o *Operator) annotate(ctx context.Context, object client.Object, key client.ObjectKey, annotations map[string]string, r request) error {
	send := func(ctx context.Context, object client.Object, patch client.Patch, _ ...client.SubResourcePatchOption) error {
		return o.writer.Patch(ctx, object, patch)
	}
	body := map[string]any{"metadata": map[string]any{"annotations": annotations}}
	return o.patch(ctx, send, object, key, body, r)
}

type sendFunc = func(context.Context, client.Object, client.Patch, ...client.SubResourcePatchOption) error

func (o *Operator) patch(ctx context.Context, send sendFunc, object client.Object, key client.ObjectKey, body map[string]any, r request) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode a patch: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patchTimeout)
	defer cancel()
	object.SetNamespace(key.Namespace)
	object.SetName(key.Name)
	if err := send(ctx, object, client.RawPatch(types.MergePatchType, data)); err != nil {
		return r.refusal(err)
	}
	return nil
}

// refusal tells answers that are final from those that a retry may change.
func (r request) refusal(err error) error {
	retry := fmt.Errorf("%s of %s: %w", r.noun, r.object, err)
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return retry
	}
	message := status.Status().Message
	switch {
	case mayNotPatch(message):
		return &Refused{Reason: "The bot itself " + r.needs + ".", Err: err}
	case apierrors.IsNotFound(err):
		return &Refused{Reason: fmt.Sprintf("The %s is gone from Kargo.", r.object), Err: err}
	case apierrors.IsInvalid(err), apierrors.IsForbidden(err), apierrors.IsBadRequest(err):
		return &Refused{Reason: fmt.Sprintf("The %s was refused: %s", r.noun, firstLine(causes(status, message))), Err: err}
	default:
		return retry
	}
}

// mayNotPatch recognises that the bot lacks a permission, as notPermitted does: to change a Promotion,
// Kargo's webhook wants the verb promote too, and says so with status 500.
func mayNotPatch(message string) bool {
	return strings.Contains(message, "is not permitted to update Promotions") ||
		strings.Contains(message, "cannot patch resource")
}
