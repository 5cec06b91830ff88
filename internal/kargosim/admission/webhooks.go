package admission

import (
	"net/http"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/memory"
)

// configurationName is what Kargo's chart names both configurations.
const configurationName = "kargo"

// webhook is one of Kargo's webhooks.
type webhook struct {
	kind       string // in lower case, as in the webhook's name and path
	plural     string
	status     bool
	mutating   bool
	operations []admissionv1.Operation
	handler    admission.Handler
}

// webhooks returns the webhooks with the names and rules that Kargo's chart gives them.
func (a *Admission) webhooks() []webhook {
	change := []admissionv1.Operation{admissionv1.Create, admissionv1.Update}
	all := append(slices.Clone(change), admissionv1.Delete)
	return []webhook{
		{"freight", "freights", false, true, change,
			admission.WithDefaulter(a.scheme, admission.Defaulter[*kargo.Freight](freights{a}))},
		{"promotion", "promotions", false, true, change,
			admission.WithDefaulter(a.scheme, admission.Defaulter[*kargo.Promotion](promotions{a}))},
		{"stage", "stages", false, true, change,
			admission.WithDefaulter(a.scheme, admission.Defaulter[*kargo.Stage](stages{a}))},
		{"freight", "freights", true, false, all,
			admission.WithValidator(a.scheme, admission.Validator[*kargo.Freight](freights{a}))},
		{"promotion", "promotions", false, false, all,
			admission.WithValidator(a.scheme, admission.Validator[*kargo.Promotion](promotions{a}))},
		{"stage", "stages", false, false, change,
			admission.WithValidator(a.scheme, admission.Validator[*kargo.Stage](stages{a}))},
	}
}

// name returns the webhook's name, which begins the message of a refusal.
func (w webhook) name() string { return w.kind + "." + kargo.GroupVersion.Group }

func (w webhook) path() string {
	action := "validate"
	if w.mutating {
		action = "mutate"
	}
	group := strings.ReplaceAll(kargo.GroupVersion.Group, ".", "-")
	return "/" + action + "-" + group + "-" + kargo.GroupVersion.Version + "-" + w.kind
}

// Webhooks returns the webhooks for a cluster in memory.
func (a *Admission) Webhooks() []memory.Webhook {
	var hooks []memory.Webhook
	for _, w := range a.webhooks() {
		hooks = append(hooks, memory.Webhook{
			Name:       w.name(),
			Resource:   schema.GroupResource{Group: kargo.GroupVersion.Group, Resource: w.plural},
			Status:     w.status,
			Operations: w.operations,
			Mutating:   w.mutating,
			Handler:    w.handler,
		})
	}
	return hooks
}

// Handler returns the webhooks as a handler of AdmissionReviews, to be served over HTTPS, which is all
// that an API server calls.
func (a *Admission) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, w := range a.webhooks() {
		mux.Handle("POST "+w.path(), &admission.Webhook{Handler: w.handler})
	}
	return mux
}

// Configurations returns the objects that make an API server call the Handler at url, such as
// "https://127.0.0.1:9443", whose certificate was signed by the PEM certificates in caBundle.
func (a *Admission) Configurations(url string, caBundle []byte) (
	*admissionregistrationv1.MutatingWebhookConfiguration, *admissionregistrationv1.ValidatingWebhookConfiguration,
) {
	mutating := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: configurationName}}
	validating := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: configurationName}}
	for _, w := range a.webhooks() {
		target := admissionregistrationv1.WebhookClientConfig{
			URL: new(strings.TrimSuffix(url, "/") + w.path()), CABundle: caBundle,
		}
		if w.mutating {
			mutating.Webhooks = append(mutating.Webhooks, admissionregistrationv1.MutatingWebhook{
				Name: w.name(), ClientConfig: target, Rules: w.rules(),
				FailurePolicy:           new(admissionregistrationv1.Fail),
				SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
				AdmissionReviewVersions: []string{"v1"},
			})
			continue
		}
		validating.Webhooks = append(validating.Webhooks, admissionregistrationv1.ValidatingWebhook{
			Name: w.name(), ClientConfig: target, Rules: w.rules(),
			FailurePolicy:           new(admissionregistrationv1.Fail),
			SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
			AdmissionReviewVersions: []string{"v1"},
		})
	}
	return mutating, validating
}

func (w webhook) rules() []admissionregistrationv1.RuleWithOperations {
	rule := admissionregistrationv1.RuleWithOperations{Rule: admissionregistrationv1.Rule{
		APIGroups: []string{kargo.GroupVersion.Group}, APIVersions: []string{kargo.GroupVersion.Version},
		Resources: []string{w.plural}, Scope: new(admissionregistrationv1.NamespacedScope),
	}}
	if w.status {
		rule.Resources = append(rule.Resources, w.plural+"/status")
	}
	for _, operation := range w.operations {
		rule.Operations = append(rule.Operations, admissionregistrationv1.OperationType(operation))
	}
	return []admissionregistrationv1.RuleWithOperations{rule}
}
