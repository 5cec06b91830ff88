package shipment

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/registry"
)

// asked makes a Shipment with that name and action, asked for where nobody is told.
func (sim *simulation) asked(t *testing.T, name string, action v1alpha1.ShipmentAction, item v1alpha1.ShipmentItem) {
	t.Helper()
	s := newShipment()
	s.Name, s.UID, s.CreationTimestamp, s.Annotations = name, "", metav1.Time{}, nil
	item.Service, item.Environment = "red", "production"
	s.Spec.Action, s.Spec.Origin, s.Spec.Items = action, v1alpha1.Origin{}, []v1alpha1.ShipmentItem{item}
	if err := sim.admin.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// named returns the Shipment of that name.
func (sim *simulation) named(t *testing.T, name string) *v1alpha1.Shipment {
	t.Helper()
	var s v1alpha1.Shipment
	if err := sim.admin.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// ends waits until the Shipment of that name is over, and returns the last Stage of its item.
func (sim *simulation) ends(t *testing.T, name string, phase v1alpha1.ShipmentPhase) v1alpha1.StageStatus {
	t.Helper()
	var s *v1alpha1.Shipment
	eventually(t, name+" ends", func() bool {
		s = sim.named(t, name)
		return s.Status.Phase.IsTerminal()
	})
	if s.Status.Phase != phase {
		t.Fatalf("%s ended %s: %s", name, s.Status.Phase, s.Status.Message)
	}
	stages := s.Status.Items[0].Stages
	return stages[len(stages)-1]
}

// release returns the Freight of red's release.
func (sim *simulation) release(t *testing.T, tag string) *kargoapi.Freight {
	t.Helper()
	var all kargoapi.FreightList
	if err := sim.admin.List(t.Context(), &all, client.InNamespace("microsvcs")); err != nil {
		t.Fatal(err)
	}
	for i := range all.Items {
		if all.Items[i].Images[0].Tag == tag {
			return &all.Items[i]
		}
	}
	t.Fatalf("no Freight %s", tag)
	return nil
}

func (sim *simulation) stage(t *testing.T, name string) *kargoapi.Stage {
	t.Helper()
	var stage kargoapi.Stage
	if err := sim.admin.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &stage); err != nil {
		t.Fatal(err)
	}
	return &stage
}

// released makes a release of red and asks the bot to look for it. Nothing is promoted by itself.
func (sim *simulation) released(t *testing.T, tag string) *kargoapi.Freight {
	t.Helper()
	var config kargoapi.ProjectConfig
	if err := sim.admin.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: "microsvcs"}, &config); err != nil {
		t.Fatal(err)
	}
	config.Spec.PromotionPolicies = nil
	if err := sim.admin.Update(t.Context(), &config); err != nil {
		t.Fatal(err)
	}
	eventually(t, "auto-promotion is off", func() bool { return !sim.stage(t, staging).Status.AutoPromotionEnabled })
	before := sim.release(t, "3.2.0")
	sim.Registry.Push("quay.io/davidaparicio/red", registry.Image{
		Tag: tag, Digest: "sha256:" + strings.Repeat("a", 64), CreatedAt: time.Now(),
	})
	sim.asked(t, "refresh-"+tag, v1alpha1.ActionRefresh, v1alpha1.ShipmentItem{Warehouse: "red-releases", From: before.Name})
	found := sim.ends(t, "refresh-"+tag, succeeded)
	freight := sim.release(t, tag)
	if found.Result != "found "+tag+" ("+freight.Alias+")" {
		t.Errorf("result %q", found.Result)
	}
	return freight
}

// soaking makes production take only what has run in staging for so long.
func soaking(soak time.Duration) func(*kargoapi.Stage) {
	return func(stage *kargoapi.Stage) {
		stage.Spec.RequestedFreight[0].Sources.RequiredSoakTime = &metav1.Duration{Duration: soak}
	}
}

func TestAReleaseGoesThroughItsStages(t *testing.T) {
	t.Parallel()
	sim := simulate(t, soaking(2*time.Second))
	freight := sim.released(t, "3.3.0")
	sim.asked(t, "through", v1alpha1.ActionPromote, v1alpha1.ShipmentItem{Path: []string{staging, productive}, Freight: freight.Name, Version: "3.3.0"})
	var waits v1alpha1.StageStatus
	eventually(t, "it waits", func() bool {
		if s := sim.named(t, "through"); len(s.Status.Items) > 0 {
			waits = s.Status.Items[0].Stages[1]
		}
		return waits.Phase == v1alpha1.PhaseWaiting && waits.AvailableAt != nil
	})
	sim.stop()
	sim.start(t)
	if last := sim.ends(t, "through", succeeded); last.Phase != succeeded || last.StartedAt.Time.Before(waits.AvailableAt.Time) {
		t.Errorf("available at %s, ended %+v", waits.AvailableAt, last)
	}
	for _, name := range []string{staging, productive} {
		if !sim.stage(t, name).Status.Current().Includes(freight.Name) {
			t.Errorf("%s runs something else", name)
		}
	}
	var made kargoapi.PromotionList
	mine := client.MatchingLabels{v1alpha1.LabelShipmentUID: string(sim.named(t, "through").UID)}
	if err := sim.admin.List(t.Context(), &made, mine); err != nil {
		t.Fatal(err)
	}
	if len(made.Items) != 2 {
		t.Errorf("%d Promotions", len(made.Items))
	}
}

func TestAReleaseThatWaitsIsAborted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, soaking(time.Hour))
	freight := sim.released(t, "3.3.0")
	sim.asked(t, "through", v1alpha1.ActionPromote, v1alpha1.ShipmentItem{Path: []string{staging, productive}, Freight: freight.Name})
	eventually(t, "it waits", func() bool {
		s := sim.named(t, "through")
		return len(s.Status.Items) > 0 && s.Status.Items[0].Stages[1].Phase == v1alpha1.PhaseWaiting
	})
	sim.asked(t, "abort", v1alpha1.ActionAbort, v1alpha1.ShipmentItem{Path: []string{productive}, Shipments: []string{"through"}})
	if got := sim.ends(t, "abort", succeeded).Result; got != "1 request stopped" {
		t.Errorf("result %q", got)
	}
	if last := sim.ends(t, "through", aborted); last.Message != "Stopped by octocat." {
		t.Errorf("message %q", last.Message)
	}
}

func TestPromotionsThatRunAndWaitAreAborted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.Outcomes.HangStep(production, 3)
	item := v1alpha1.ShipmentItem{Path: []string{productive}}
	var names []string
	for _, tag := range []string{"3.2.0", "3.0.0"} {
		name := "promote-" + tag
		item.Freight = sim.release(t, tag).Name
		sim.asked(t, name, v1alpha1.ActionPromote, item)
		eventually(t, name+" has a Promotion", func() bool {
			s := sim.named(t, name)
			return len(s.Status.Items) > 0 && s.Status.Items[0].Stages[0].Promotion != ""
		})
		names = append(names, sim.named(t, name).Status.Items[0].Stages[0].Promotion)
	}
	sim.asked(t, "abort", v1alpha1.ActionAbort, v1alpha1.ShipmentItem{Path: []string{productive}, Promotions: names, Shipments: []string{"promote-3.2.0", "promote-3.0.0"}})
	if got := sim.ends(t, "abort", succeeded).Result; got != "2 promotions aborted" {
		t.Errorf("result %q", got)
	}
	for _, tag := range []string{"3.2.0", "3.0.0"} {
		if last := sim.ends(t, "promote-"+tag, aborted); last.Message != "Aborted by octocat." {
			t.Errorf("message %q", last.Message)
		}
	}
}

func TestARollbackHoldsAutoPromotionUntilItIsResumed(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	older, newest := sim.release(t, "3.1.0"), sim.release(t, "3.2.0")
	sim.asked(t, "rollback", v1alpha1.ActionRollback, v1alpha1.ShipmentItem{Path: []string{staging}, Freight: older.Name})
	if last := sim.ends(t, "rollback", succeeded); !last.Held {
		t.Errorf("not held: %+v", last)
	}
	if !sim.stage(t, staging).Status.Current().Includes(older.Name) {
		t.Error("staging runs something else")
	}
	sim.asked(t, "resume", v1alpha1.ActionResume, v1alpha1.ShipmentItem{Path: []string{staging}, Origin: "Warehouse/red-releases"})
	if last := sim.ends(t, "resume", succeeded); last.Held || last.Result != "auto-promotion goes on" {
		t.Errorf("%+v", last)
	}
	stage := sim.stage(t, staging)
	if !stage.Status.Current().Includes(newest.Name) || len(stage.Status.EffectiveAutoPromotionHolds) > 0 {
		t.Errorf("staging: %+v", stage.Status)
	}
}

func TestAResumeWithoutACandidate(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.asked(t, "resume", v1alpha1.ActionResume, v1alpha1.ShipmentItem{Path: []string{staging}, Origin: "Warehouse/blue-releases"})
	if last := sim.ends(t, "resume", failed); !strings.Contains(last.Message, "no auto-promotion candidate found") {
		t.Errorf("message %q", last.Message)
	}
}

func TestAFailedVerificationIsRepeated(t *testing.T) {
	t.Parallel()
	for _, verification := range []struct {
		name  string
		phase kargoapi.VerificationPhase
		want  v1alpha1.ShipmentPhase
	}{
		{"and succeeds", kargoapi.VerificationPhaseSuccessful, succeeded},
		{"and fails again", kargoapi.VerificationPhaseFailed, failed},
	} {
		t.Run(verification.name, func(t *testing.T) {
			t.Parallel()
			sim := simulate(t, func(stage *kargoapi.Stage) {
				stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
			})
			sim.Outcomes.SetVerification(production, kargoapi.VerificationPhaseFailed, "too many errors")
			sim.asked(t, "promote", v1alpha1.ActionPromote, v1alpha1.ShipmentItem{Path: []string{productive}, Freight: sim.release(t, "3.2.0").Name})
			sim.ends(t, "promote", failed)
			sim.Outcomes.SetVerification(production, verification.phase, "too many errors")
			id := sim.stage(t, productive).Status.Current().VerificationHistory[0].ID
			sim.asked(t, "verify", v1alpha1.ActionVerify, v1alpha1.ShipmentItem{Path: []string{productive}, Verification: id})
			sim.ends(t, "verify", verification.want)
			if history := sim.stage(t, productive).Status.Current().VerificationHistory; len(history) != 2 {
				t.Errorf("verified %d times", len(history))
			}
		})
	}
}

func TestAVerificationOfAStageWithoutOneIsRepeated(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	id := sim.stage(t, productive).Status.Current().VerificationHistory[0].ID
	sim.asked(t, "verify", v1alpha1.ActionVerify, v1alpha1.ShipmentItem{Path: []string{productive}, Verification: id})
	if last := sim.ends(t, "verify", succeeded); last.Result != "verified again" || last.Health != "Healthy" {
		t.Errorf("%+v", last)
	}
}

func TestALookForArtifacts(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.asked(t, "refresh", v1alpha1.ActionRefresh, v1alpha1.ShipmentItem{Warehouse: "red-releases"})
	if got := sim.ends(t, "refresh", succeeded).Result; got != "nothing new" {
		t.Errorf("result %q", got)
	}
	var warehouse kargoapi.Warehouse
	key := types.NamespacedName{Namespace: "microsvcs", Name: "red-releases"}
	if err := sim.admin.Get(t.Context(), key, &warehouse); err != nil {
		t.Fatal(err)
	}
	warehouse.Spec.Subscriptions[0].Image.AllowTags = "^3"
	if err := sim.admin.Update(t.Context(), &warehouse); err != nil {
		t.Fatal(err)
	}
	sim.asked(t, "again", v1alpha1.ActionRefresh, v1alpha1.ShipmentItem{Warehouse: "red-releases"})
	if got := sim.ends(t, "again", failed).Message; !strings.HasPrefix(got, "Unable to discover artifacts: ") {
		t.Errorf("message %q", got)
	}
}

func TestFreightIsApprovedAndThenPromoted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	freight := sim.released(t, "3.3.0")
	item := v1alpha1.ShipmentItem{Path: []string{productive}, Freight: freight.Name}
	sim.asked(t, "too-early", v1alpha1.ActionPromote, item)
	if got := sim.ends(t, "too-early", failed).Message; !strings.Contains(got, "Freight is not available to this Stage") {
		t.Errorf("message %q", got)
	}
	sim.asked(t, "approve", v1alpha1.ActionApprove, item)
	if got := sim.ends(t, "approve", succeeded).Result; got != "approved" {
		t.Errorf("result %q", got)
	}
	sim.asked(t, "promote", v1alpha1.ActionPromote, item)
	sim.ends(t, "promote", succeeded)
}
