package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestPromoteIsRecordedWithEveryChoiceMade(t *testing.T) {
	w := newWorld(t)
	w.permissions.decision.Role = "promoter-prod"
	request := ask(`/promote red prod 3.2 --reason "weekly release"`, "trigger-1")
	request.Origin.Slack.Thread = "1763812800.000100"
	w.wantAccepted(t, w.Handle(t.Context(), request))

	if diff := cmp.Diff([]string{"red", "prod", "3.2"}, w.catalogue.asked); diff != "" {
		t.Errorf("asked of the catalogue: -want +got\n%s", diff)
	}
	question := access.Question{Verb: "promote", Namespace: "microsvcs", Stage: "red-production"}
	if diff := cmp.Diff([]access.Question{question}, w.permissions.asked); diff != "" {
		t.Errorf("asked for permission: -want +got\n%s", diff)
	}
	all := w.shipments(t)
	if len(all) != 1 {
		t.Fatalf("%d Shipments", len(all))
	}
	want := v1alpha1.ShipmentSpec{
		Action:  v1alpha1.ActionPromote,
		Summary: "red 3.1.0 → 3.2.0 to production",
		Items: []v1alpha1.ShipmentItem{{
			Service: "red", Environment: "production", Path: []string{"red-production"},
			Freight: "e72fb09c1d4f", Alias: "rafting-starfish", Version: "3.2.0", From: "2873e6b6a1c3", FromVersion: "3.1.0",
			Changes: changing("3.1.0", "3.2.0"),
		}},
		RequestedBy: v1alpha1.Actor{
			Source: "slack", ID: "T01/U42", Name: "octocat", Username: "octocat@acme.dev", Groups: []string{"acme:web"}, Role: "promoter-prod",
		},
		Origin:        v1alpha1.Origin{Slack: &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42", Thread: "1763812800.000100"}},
		RequestDigest: all[0].Spec.RequestDigest,
		Reason:        "weekly release",
	}
	if diff := cmp.Diff(want, all[0].Spec); diff != "" {
		t.Errorf("spec: -want +got\n%s", diff)
	}
	if got := all[0].Annotations[v1alpha1.AnnotationSlackResponse]; all[0].Namespace != "microsvcs" || got != "sealed" {
		t.Errorf("metadata: %+v", all[0].ObjectMeta)
	}
	if status := all[0].Status; status.Phase != "" || len(status.Items) > 0 {
		t.Errorf("the bot wrote a status: %+v", status)
	}
}

func TestTheFirstFreightOfAStageHasNoPredecessor(t *testing.T) {
	w := newWorld(t)
	w.catalogue.target.Stage.Status.FreightHistory = nil
	s := w.wantAccepted(t, w.Handle(t.Context(), ask(line, "1")))
	if item := s.Spec.Items[0]; item.From != "" || item.FromVersion != "" || s.Spec.Summary != "red 3.2.0 to production" {
		t.Errorf("summary %q, item %+v", s.Spec.Summary, item)
	}
}

func TestARecordKeepsWithinTheBoundsOfItsSchema(t *testing.T) {
	w := newWorld(t)
	w.people.subject.Groups = make([]string, 1000)
	w.catalogue.freight.Images[0].Tag = strings.Repeat("9", 250)
	s := w.wantAccepted(t, w.Handle(t.Context(), ask("/promote red production --reason "+strings.Repeat("ö", 1500), "1")))
	if got := len([]rune(s.Spec.Reason)); got != 1024 || !strings.HasSuffix(s.Spec.Reason, "ö…") {
		t.Errorf("the reason has %d characters", got)
	}
	if got := len([]rune(s.Spec.Summary)); got > 256 {
		t.Errorf("the summary has %d characters", got)
	}
	if got := len(s.Spec.RequestedBy.Groups); got != 256 {
		t.Errorf("%d groups", got)
	}
}

func TestAnUnhealthyStageTakesWhatIsNamed(t *testing.T) {
	w := newWorld(t)
	makeUnhealthy(w)
	w.wantAccepted(t, w.Handle(t.Context(), ask("/promote red production 3.2.0", "1")))
}

func TestADryRunMakesNothing(t *testing.T) {
	w := newWorld(t)
	answer := w.Handle(t.Context(), ask("/promote red production --dry-run", "1"))
	if answer.Problem != nil || answer.Shipment != nil || len(w.shipments(t)) > 0 {
		t.Errorf("answer %+v, %d Shipments", answer, len(w.shipments(t)))
	}
	if want := "Dry run: red 3.2.0 would go to production"; answer.Card.Title != want {
		t.Errorf("says %q, want %q", answer.Card.Title, want)
	}
	w.wantAccepted(t, w.Handle(t.Context(), ask(line, "2")))
}

func TestHelpAsksNobody(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"", "/help", "/kargo", "/help promote"} {
		answer := w.Handle(t.Context(), ask(line, "1"))
		if answer.Problem != nil || answer.Shipment != nil || answer.Card.State != chatops.StateInfo {
			t.Errorf("%q: %+v", line, answer)
		}
	}
	if len(w.permissions.asked)+len(w.catalogue.asked)+len(w.shipments(t)) > 0 {
		t.Error("help did more than help")
	}
}
