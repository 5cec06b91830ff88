package kargosim_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// refused checks that err is an answer with that status code and that text.
func refused(t *testing.T, err error, code int32, text string) {
	t.Helper()
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		t.Fatalf("got %v, want it refused with %d %q", err, code, text)
	}
	if status.Status().Code != code || !strings.Contains(err.Error(), text) {
		t.Errorf("refused with %d %q,\nwant %d %q", status.Status().Code, err, code, text)
	}
}

func TestPromotionIsFilledIn(t *testing.T) {
	s := prepare(t, kargosim.Options{}, func(service, environment string, stage *kargo.Stage) {
		stage.Spec.Shard = "eu"
		stage.Spec.Vars = []kargo.ExpressionVariable{{Name: "a", Value: "stage"}}
		stage.Spec.PromotionTemplate.Spec.Vars = []kargo.ExpressionVariable{{Name: "b", Value: "template"}}
	})
	s.allow(t, "octocat", rule("stages", "promote"), rule("promotions", "create"))
	next := s.release(t, "red", 0)
	made := newPromotion("red-production", next.Name)
	made.Labels = map[string]string{"kargobot.dev/shipment-uid": "u1"}
	made.Annotations = map[string]string{
		kargo.AnnotationKeyRollback: "true", kargo.AnnotationKeyCreateActor: "kubernetes:somebody-else",
	}
	made.Spec.Steps = []kargo.PromotionStep{{Uses: "something-else"}}
	made.Spec.Vars = []kargo.ExpressionVariable{{Name: "mine"}}
	if err := s.client(t, "octocat").Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	stored := s.promotion(t, made.Name)
	if len(stored.Spec.Steps) != 5 || stored.Spec.Steps[0].As != "step-1" || stored.Spec.Steps[1].As != "set-image" ||
		stored.Spec.Steps[0].Config == nil {
		t.Errorf("steps: %+v", stored.Spec.Steps)
	}
	if len(stored.Spec.Vars) != 2 || stored.Spec.Vars[0].Name != "a" || stored.Spec.Vars[1].Name != "b" {
		t.Errorf("vars: %+v", stored.Spec.Vars)
	}
	for key, want := range map[string]string{
		kargo.AnnotationKeyCreateActor: "kubernetes:octocat", kargo.AnnotationKeyStage: "red-production",
		kargo.AnnotationKeyRollback: "true",
	} {
		if stored.Annotations[key] != want {
			t.Errorf("annotation %s: %q, want %q", key, stored.Annotations[key], want)
		}
	}
	for key, want := range map[string]string{
		kargo.LabelKeyStage: "red-production", kargo.LabelKeyShard: "eu", "kargobot.dev/shipment-uid": "u1",
	} {
		if stored.Labels[key] != want {
			t.Errorf("label %s: %q, want %q", key, stored.Labels[key], want)
		}
	}
	stage := s.stage(t, "red-production")
	if len(stored.OwnerReferences) != 1 || stored.OwnerReferences[0].UID != stage.UID || !*stored.OwnerReferences[0].Controller {
		t.Errorf("owned by %+v", stored.OwnerReferences)
	}
}

func TestPromotionIsRefused(t *testing.T) {
	s := prepare(t, kargosim.Options{}, func(service, environment string, stage *kargo.Stage) {
		if service == "blue" && environment == world.Production {
			stage.Spec.PromotionTemplate = nil
		}
	})
	s.allow(t, "octocat", rule("stages", "promote"), rule("promotions", "create"))
	s.allow(t, "onlooker", rule("promotions", "create", "update", "delete", "get"))
	octocat, onlooker := s.client(t, "octocat"), s.client(t, "onlooker")
	next, dev := s.release(t, "red", 0), s.freightOf(t, "red", s.spec.Services[0].Builds[0].Tag)
	both := newPromotion("red-production", next.Name)
	both.Spec.Origin = &kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: "red-releases"}
	unknownOrigin := newPromotion("red-production", "")
	unknownOrigin.Spec.Origin = &kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: "blue-releases"}
	for name, test := range map[string]struct {
		as   client.Client
		what *kargo.Promotion
		code int32
		text string
	}{
		"without promote": {
			onlooker, newPromotion("red-production", next.Name), http.StatusInternalServerError,
			`subject "onlooker" is not permitted to create Promotions for Stage "red-production"`,
		},
		"without create": {
			s.client(t, "stranger"), newPromotion("red-production", next.Name), http.StatusForbidden,
			`User "stranger" cannot create resource "promotions"`,
		},
		"Freight of another origin": {
			octocat, newPromotion("red-production", dev.Name), http.StatusUnprocessableEntity,
			"Freight is not available to this Stage",
		},
		"unknown Freight": {
			octocat, newPromotion("red-production", "ffffffffffffffffffffffffffffffffffffffff"),
			http.StatusUnprocessableEntity, "Freight is not available to this Stage",
		},
		"unknown Stage": {
			octocat, newPromotion("red-prod", next.Name), http.StatusUnprocessableEntity,
			`could not find Stage "red-prod" in namespace "microsvcs"`,
		},
		"control-flow Stage": {
			octocat, newPromotion("blue-production", next.Name), http.StatusUnprocessableEntity,
			`Stage "blue-production" in namespace "microsvcs" defines no promotion steps`,
		},
		"Freight and origin": {
			octocat, both, http.StatusUnprocessableEntity, "exactly one of spec.freight or spec.origin must be set",
		},
		"neither": {
			octocat, newPromotion("red-production", ""), http.StatusUnprocessableEntity,
			"exactly one of spec.freight or spec.origin must be set",
		},
		"an origin without a candidate": {
			octocat, unknownOrigin, http.StatusUnprocessableEntity,
			`no auto-promotion candidate found for origin "Warehouse/blue-releases" on Stage "red-production"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.as.Create(t.Context(), test.what)
			refused(t, err, test.code, test.text)
			if test.code != http.StatusForbidden && !strings.HasPrefix(
				err.Error(), `admission webhook "promotion.kargo.akuity.io" denied the request: `) {
				t.Errorf("the refusal %q does not begin as the API server's", err)
			}
		})
	}
	t.Run("a namespace that is no project", func(t *testing.T) {
		if err := s.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "plain"}}); err != nil {
			t.Fatal(err)
		}
		stage := &kargo.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: "plain", Name: "s"}}
		refused(t, s.admin.Create(t.Context(), stage), http.StatusUnprocessableEntity, `namespace "plain" is not a project`)
	})
	t.Run("changes", func(t *testing.T) {
		made := promote(t, s.admin, "red-production", next.Name)
		patch := func(c client.Client, body string) error {
			return c.Patch(t.Context(), made.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(body)))
		}
		refused(t, patch(s.admin, `{"spec":{"freight":"abc"}}`), http.StatusUnprocessableEntity, "spec is immutable")
		refused(t, patch(s.admin, `{"spec":{"unknown":true}}`), http.StatusUnprocessableEntity, "spec is immutable")
		refused(t, onlooker.Delete(t.Context(), made.DeepCopy()), http.StatusForbidden,
			`subject "onlooker" is not permitted to delete Promotions for Stage "red-production"`)
		if err := patch(s.admin, `{"metadata":{"annotations":{"kargo.akuity.io/create-actor":"me"}}}`); err != nil {
			t.Fatal(err)
		}
		if got := s.promotion(t, made.Name).Annotations[kargo.AnnotationKeyCreateActor]; got != "kubernetes:system:admin" {
			t.Errorf("create-actor was changed to %q", got)
		}
	})
}

func TestPromotionByOrigin(t *testing.T) {
	s := prepare(t, kargosim.Options{}, nil)
	made := newPromotion("red-production", "")
	made.Spec.Origin = &kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: "red-releases"}
	if err := s.admin.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	if want := s.release(t, "red", 0).Name; made.Spec.Freight != want || made.Spec.Origin != nil {
		t.Errorf("resolved to %+v, want %s", made.Spec, want)
	}
}

func TestAvailability(t *testing.T) {
	s := prepare(t, kargosim.Options{}, func(service, environment string, stage *kargo.Stage) {
		if service == "red" && environment == world.Production {
			stage.Spec.RequestedFreight[0].Sources.RequiredSoakTime = &metav1.Duration{Duration: 2 * time.Hour}
		}
	})
	soaking, soaked := s.release(t, "red", 0), s.release(t, "red", 2)
	refused(t, s.admin.Create(t.Context(), newPromotion("red-production", soaking.Name)),
		http.StatusUnprocessableEntity, "Freight is not available to this Stage")
	promote(t, s.admin, "red-production", soaked.Name)

	approve := client.RawPatch(types.MergePatchType,
		[]byte(`{"status":{"approvedFor":{"red-production":{"approvedAt":"2026-01-01T00:00:00Z"}}}}`))
	if err := s.admin.Status().Patch(t.Context(), soaking, approve); err != nil {
		t.Fatal(err)
	}
	promote(t, s.admin, "red-production", soaking.Name)
}

func TestFreightIsNamedByItsContents(t *testing.T) {
	s := prepare(t, kargosim.Options{}, nil)
	known := s.release(t, "red", 0)
	again := &kargo.Freight{
		ObjectMeta: metav1.ObjectMeta{Namespace: project, Name: "anything"},
		Origin:     known.Origin, Images: known.Images,
	}
	if err := s.admin.Create(t.Context(), again.DeepCopy()); !apierrors.IsAlreadyExists(err) {
		t.Errorf("the same contents again: %v", err)
	}
	again.Images[0].Tag = "9.9.9"
	if err := s.admin.Create(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if len(again.Name) != 40 || strings.Count(again.Alias, "-") != 1 || again.Alias == known.Alias ||
		again.Labels[kargo.LabelKeyAlias] != again.Alias || again.DiscoveredAt == nil {
		t.Errorf("made %+v", again)
	}
	stranger := again.DeepCopy()
	stranger.ResourceVersion, stranger.Images[0].Tag, stranger.Alias = "", "9.9.8", known.Alias
	refused(t, s.admin.Create(t.Context(), stranger), http.StatusUnprocessableEntity, "alias already used")
	stranger.Alias, stranger.Origin.Name = "", "nowhere"
	refused(t, s.admin.Create(t.Context(), stranger), http.StatusUnprocessableEntity, "warehouse does not exist")
	patch := client.RawPatch(types.MergePatchType, []byte(`{"images":[]}`))
	refused(t, s.admin.Patch(t.Context(), again, patch), http.StatusUnprocessableEntity, "Freight is immutable")
	refused(t, s.admin.Delete(t.Context(), known), http.StatusForbidden, `freight is in-use by stages ("red-staging")`)
}

func TestStageSaysWhoAskedToVerify(t *testing.T) {
	s := prepare(t, kargosim.Options{}, nil)
	s.allow(t, "octocat", rbacv1.PolicyRule{
		APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"stages"}, Verbs: []string{"patch"},
	})
	stage := s.stage(t, "red-production")
	annotate(t, s.client(t, "octocat"), stage, kargo.AnnotationKeyReverify, "some-id")
	if got := stage.Annotations[kargo.AnnotationKeyReverify]; got != `{"actor":"kubernetes:octocat","id":"some-id"}` {
		t.Errorf("became %s", got)
	}
}
