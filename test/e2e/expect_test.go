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

// phases writes how the services of a Shipment stand, each in the last Stage of its path.
func phases(s shipment) string {
	var parts []string
	for _, item := range s.Status.Items {
		parts = append(parts, item.Service+": "+string(item.Stages[len(item.Stages)-1].Phase))
	}
	return strings.Join(parts, "; ")
}

// runs returns when a Stage runs a version, and is not being promoted to.
func runs(t *testing.T, w *harness.World, stage, version string) {
	t.Helper()
	w.Stages.AwaitOne(t, stage+" to run "+version, patience, func(s *kargoapi.Stage) bool {
		if s.Name != stage || s.Status.CurrentPromotion != nil || s.Status.Current() == nil {
			return false
		}
		for _, reference := range s.Status.Current().Freight {
			if len(reference.Images) > 0 && reference.Images[0].Tag == version {
				return true
			}
		}
		return false
	})
}

// freightOf returns the Freight with a version of a service.
func freightOf(t *testing.T, w *harness.World, service, version string) *kargoapi.Freight {
	t.Helper()
	return w.Freight.AwaitOne(t, service+" "+version, patience, func(f *kargoapi.Freight) bool {
		return f.Origin.Name == service && f.Images[0].Tag == version
	})
}

// ofAction returns the Shipment with an action when it is in a final phase.
func ofAction(t *testing.T, w *harness.World, action v1alpha1.ShipmentAction, want v1alpha1.ShipmentPhase) shipment {
	t.Helper()
	s := w.Shipments.AwaitOne(t, "a Shipment that is to "+string(action)+" to end", patience, func(s shipment) bool {
		return s.Spec.Action == action && s.Status.Phase.IsTerminal()
	})
	if s.Status.Phase != want {
		t.Errorf("%s ended %s (%s); want %s", s.Spec.Summary, s.Status.Phase, s.Status.Message, want)
	}
	return s
}

// awaitFreight returns when the bot would promote a version: it learns of Freight in its own time.
func awaitFreight(t *testing.T, w *harness.World, what, version string) {
	t.Helper()
	untilTold(t, w, "promote "+what+" --dry-run", version)
}

// untilTold asks again and again, for what changes nothing, until the answer says something.
func untilTold(t *testing.T, w *harness.World, line, says string) string {
	t.Helper()
	for ctx := soon(t); ; {
		text := w.Slack.Ask(t, harness.Octocat, harness.Random, line)
		if strings.Contains(text, says) {
			return text
		}
		if ctx.Err() != nil {
			t.Fatalf("the answer to %q does not come to say %q:\n%s", line, says, text)
		}
	}
}

func hasName[O client.Object](name string) func(O) bool {
	return func(o O) bool { return o.GetName() == name }
}
