package admission_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/admission"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

// newAdmission returns an Admission that lets octocat promote, to a Stage "red" that takes Freight "f"
// directly.
func newAdmission(t *testing.T) *admission.Admission {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, kargo.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	cluster, err := memory.New(memory.Options{Resources: memory.ResourcesOf(scheme, kargo.GroupVersion, "Project")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Client(cluster.AdminConfig(), scheme)
	if err != nil {
		t.Fatal(err)
	}
	origin := kargo.FreightOrigin{Kind: kargo.FreightOriginKindWarehouse, Name: "w"}
	stage := &kargo.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: "p", Name: "red"}}
	stage.Spec.RequestedFreight = []kargo.FreightRequest{{Origin: origin, Sources: kargo.FreightSources{Direct: true}}}
	stage.Spec.PromotionTemplate = &kargo.PromotionTemplate{
		Spec: kargo.PromotionTemplateSpec{Steps: []kargo.PromotionStep{{Uses: "git-push"}}},
	}
	project := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "p", Labels: map[string]string{kargo.LabelKeyProject: "true"}}}
	freight := &kargo.Freight{ObjectMeta: metav1.ObjectMeta{Namespace: "p", Name: "f"}, Origin: origin}
	if err := c.Create(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	if err := c.Create(t.Context(), stage); err != nil {
		t.Fatal(err)
	}
	if err := c.Create(t.Context(), freight); err != nil {
		t.Fatal(err)
	}
	mayPromote := func(_ context.Context, user authenticationv1.UserInfo, _ types.NamespacedName) (bool, error) {
		return user.Username == "octocat", nil
	}
	admitted, err := admission.New(admission.Options{Reader: c, MayPromote: mayPromote, Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return admitted
}

func TestHandlerAnswersAdmissionReviews(t *testing.T) {
	admitted := newAdmission(t)
	server := httptest.NewTLSServer(admitted.Handler())
	defer server.Close()
	ask := func(path, user, promotion string) *admissionv1.AdmissionResponse {
		t.Helper()
		body, err := json.Marshal(admissionv1.AdmissionReview{
			TypeMeta: metav1.TypeMeta{Kind: "AdmissionReview", APIVersion: "admission.k8s.io/v1"},
			Request: &admissionv1.AdmissionRequest{
				UID: "u", Operation: admissionv1.Create, Namespace: "p",
				UserInfo: authenticationv1.UserInfo{Username: user},
				Object:   runtime.RawExtension{Raw: []byte(promotion)},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Post(server.URL+path, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(answer.Body).Decode(&review); err != nil {
			t.Fatalf("%s answers %s: %v", path, answer.Status, err)
		}
		return review.Response
	}
	const promotion = `{"apiVersion":"kargo.akuity.io/v1alpha1","kind":"Promotion",
		"metadata":{"generateName":"x-","namespace":"p"},"spec":{"stage":"red","freight":"f"}}`

	mutated := ask("/mutate-kargo-akuity-io-v1alpha1-promotion", "octocat", promotion)
	if !mutated.Allowed || !strings.Contains(string(mutated.Patch), "kubernetes:octocat") ||
		!strings.Contains(string(mutated.Patch), `"/metadata/name"`) {
		t.Errorf("mutated: %+v %s", mutated, mutated.Patch)
	}
	if allowed := ask("/validate-kargo-akuity-io-v1alpha1-promotion", "octocat", promotion); !allowed.Allowed {
		t.Errorf("validated: %+v", allowed.Result)
	}
	denied := ask("/validate-kargo-akuity-io-v1alpha1-promotion", "stranger", promotion)
	if denied.Allowed || denied.Result.Code != 500 ||
		!strings.Contains(denied.Result.Message, `subject "stranger" is not permitted to create Promotions for Stage "red"`) {
		t.Errorf("denied: %+v", denied.Result)
	}
}

func TestConfigurationsAreKargos(t *testing.T) {
	admitted := newAdmission(t)
	mutating, validating := admitted.Configurations("https://127.0.0.1:9443/", []byte("PEM"))
	if len(mutating.Webhooks) != 3 || len(validating.Webhooks) != 3 {
		t.Fatalf("%d mutating and %d validating webhooks", len(mutating.Webhooks), len(validating.Webhooks))
	}
	for _, hook := range validating.Webhooks {
		if hook.Name != "freight.kargo.akuity.io" {
			continue
		}
		if got := *hook.ClientConfig.URL; got != "https://127.0.0.1:9443/validate-kargo-akuity-io-v1alpha1-freight" {
			t.Errorf("URL %s", got)
		}
		if got := strings.Join(hook.Rules[0].Resources, " "); got != "freights freights/status" {
			t.Errorf("resources %s", got)
		}
		if len(hook.Rules[0].Operations) != 3 || string(hook.ClientConfig.CABundle) != "PEM" {
			t.Errorf("webhook %+v", hook)
		}
	}
}

func TestNewNeedsItsPorts(t *testing.T) {
	if _, err := admission.New(admission.Options{}); err == nil {
		t.Error("an admission without a reader was made")
	}
}
