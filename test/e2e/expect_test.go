package e2e_test

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// patience is how long a test waits for what takes seconds: the machine may be busy.
const patience = 60 * time.Second

type (
	promotion = *kargoapi.Promotion
	shipment  = *v1alpha1.Shipment
)

// mustSay fails the test unless the text has all of the words.
func mustSay(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("it does not say %q:\n%s", word, text)
		}
	}
}

// listShipments asks the API server, not a watch, what is there now.
func listShipments(t *testing.T, p *harness.Project) []v1alpha1.Shipment {
	t.Helper()
	var list v1alpha1.ShipmentList
	if err := cluster.Client.List(t.Context(), &list, client.InNamespace(p.Name)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// listPromotions asks the API server for the Promotions that the bot made.
func listPromotions(t *testing.T, p *harness.Project) []kargoapi.Promotion {
	t.Helper()
	var list kargoapi.PromotionList
	if err := cluster.Client.List(t.Context(), &list, client.InNamespace(p.Name), client.HasLabels{v1alpha1.LabelShipmentUID}); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func summaries(shipments []v1alpha1.Shipment) []string {
	var out []string
	for i := range shipments {
		out = append(out, shipments[i].Spec.Summary)
	}
	return out
}

// awaitPhase returns the only Shipment when it is in a phase and said to be so where it was asked for.
func awaitPhase(t *testing.T, p *harness.Project, phase v1alpha1.ShipmentPhase) shipment {
	t.Helper()
	return p.Shipments.AwaitOne(t, "a Shipment that is "+string(phase), patience, func(s shipment) bool { return s.Status.Phase == phase })
}

func hasName[O client.Object](name string) func(O) bool {
	return func(o O) bool { return o.GetName() == name }
}
