package kargo_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// sent is what an API server was asked to change.
type sent struct {
	// Object is the kind and name, with the subresource if it is about one.
	Object string
	// Patch is the body.
	Patch string
	// Type is the content type.
	Type string
}

// patching returns a client of an API server that notes what it is asked to change, and answers so.
func patching(t *testing.T, answer error) (client.Client, *sent) {
	t.Helper()
	got := &sent{}
	note := func(ctx context.Context, kind string, o client.Object, patch client.Patch) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("no deadline")
		}
		data, err := patch.Data(o)
		if err != nil {
			t.Fatal(err)
		}
		*got = sent{Object: kind + " " + o.GetNamespace() + "/" + o.GetName(), Patch: string(data), Type: string(patch.Type())}
		return answer
	}
	kind := func(o client.Object) string {
		switch o.(type) {
		case *kargoapi.Promotion:
			return "promotions"
		case *kargoapi.Stage:
			return "stages"
		case *kargoapi.Warehouse:
			return "warehouses"
		default:
			return "freights"
		}
	}
	return newClientBuilder(t).WithInterceptorFuncs(interceptor.Funcs{
		Patch: func(ctx context.Context, _ client.WithWatch, o client.Object, patch client.Patch, _ ...client.PatchOption) error {
			return note(ctx, kind(o), o, patch)
		},
		SubResourcePatch: func(ctx context.Context, _ client.Client, name string, o client.Object, patch client.Patch, _ ...client.SubResourcePatchOption) error {
			return note(ctx, kind(o)+"/"+name, o, patch)
		},
	}).Build(), got
}

func key(name string) client.ObjectKey { return client.ObjectKey{Namespace: namespace, Name: name} }

// operations are all that an Operator does.
var operations = []struct {
	name string
	do   func(context.Context, *kargo.Operator) error
	sent sent
	// noun is what is refused, object what is gone, needs what is lacking.
	noun, object, needs string
}{
	{"abort", func(ctx context.Context, o *kargo.Operator) error { return o.AbortPromotion(ctx, key("p"), "octocat") },
		sent{"promotions microsvcs/p", `{"metadata":{"annotations":{"kargo.akuity.io/abort":"terminate","kargobot.dev/aborted-by":"octocat"}}}`, "application/merge-patch+json"},
		"abort", "Promotion", "abort Promotions to this Stage: its ServiceAccount needs the verbs patch on promotions and promote on the Stage"},
	{"verify", func(ctx context.Context, o *kargo.Operator) error {
		return o.Reverify(ctx, key("red-production"), "v1")
	},
		sent{"stages microsvcs/red-production", `{"metadata":{"annotations":{"kargo.akuity.io/reverify":"v1"}}}`, "application/merge-patch+json"},
		"verification", "Stage", "have this Stage verified: its ServiceAccount needs the verb patch on stages"},
	{"refresh", func(ctx context.Context, o *kargo.Operator) error {
		return o.RefreshWarehouse(ctx, key("red"), "token")
	},
		sent{"warehouses microsvcs/red", `{"metadata":{"annotations":{"kargo.akuity.io/refresh":"token"}}}`, "application/merge-patch+json"},
		"refresh", "Warehouse", "refresh this Warehouse: its ServiceAccount needs the verb patch on warehouses"},
	{"approve", func(ctx context.Context, o *kargo.Operator) error {
		return o.ApproveFreight(ctx, key(starfish), "red-production", time.Date(2026, time.May, 4, 12, 0, 0, 5, time.UTC))
	}, sent{"freights/status microsvcs/" + starfish, `{"status":{"approvedFor":{"red-production":{"approvedAt":"2026-05-04T12:00:00Z"}}}}`, "application/merge-patch+json"},
		"approval", "Freight", "approve Freight: its ServiceAccount needs the verb patch on freights/status"},
}

func TestOperatorPatchesNothingElse(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			c, got := patching(t, nil)
			if err := op.do(t.Context(), kargo.NewOperator(c)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(op.sent, *got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestOperatorTellsWhatIsFinal(t *testing.T) {
	for _, op := range operations {
		for _, test := range []struct {
			name   string
			answer error
			reason string
		}{
			{"no verb patch", answer(http.StatusForbidden, metav1.StatusReasonForbidden, `x is forbidden: User "bot" cannot patch resource "x"`),
				"The bot itself may not " + op.needs + "."},
			{"no verb promote", answer(http.StatusInternalServerError, metav1.StatusReasonInternalError,
				`denied the request: Internal error occurred: subject "bot" is not permitted to update Promotions for Stage "red-production"`),
				"The bot itself may not " + op.needs + "."},
			{"gone", answer(http.StatusNotFound, metav1.StatusReasonNotFound, "not found"), "The " + op.object + " is gone from Kargo."},
			{"a policy", answer(http.StatusForbidden, metav1.StatusReasonForbidden, `admission webhook "x" denied the request: not on Fridays`),
				"The " + op.noun + " was refused: not on Fridays"},
		} {
			t.Run(op.name+" "+test.name, func(t *testing.T) {
				c, _ := patching(t, test.answer)
				err := op.do(t.Context(), kargo.NewOperator(c))
				var refused *kargo.Refused
				if !errors.As(err, &refused) || refused.Reason != test.reason || !errors.Is(err, test.answer) {
					t.Errorf("error %v, want %q", err, test.reason)
				}
				if got := apierrors.IsNotFound(err); got != (test.name == "gone") {
					t.Errorf("not found: %v", got)
				}
			})
		}
	}
}

func TestOperatorTellsWhatToTryAgain(t *testing.T) {
	for _, op := range operations {
		for name, given := range map[string]error{
			"timeout":       context.DeadlineExceeded,
			"no connection": errors.New("connection refused"),
			"conflict":      answer(http.StatusConflict, metav1.StatusReasonConflict, "changed"),
			"webhook down":  answer(http.StatusInternalServerError, metav1.StatusReasonInternalError, "failed calling webhook"),
		} {
			t.Run(op.name+" "+name, func(t *testing.T) {
				c, _ := patching(t, given)
				err := op.do(t.Context(), kargo.NewOperator(c))
				var refused *kargo.Refused
				if errors.As(err, &refused) || !errors.Is(err, given) {
					t.Errorf("error %v, want one to be tried again", err)
				}
			})
		}
	}
}
