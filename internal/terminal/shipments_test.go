package terminal_test

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// at returns the moment so many seconds after noon.
func at(seconds int) *metav1.Time {
	t := metav1.NewTime(time.Date(2026, time.May, 4, 12, 0, seconds, 0, time.UTC))
	return &t
}

// asked is a Shipment that nobody has looked at yet: red and blue to production, blue by way of staging.
func asked() *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{
		Action: v1alpha1.ActionPromote, Summary: "red, blue to production", Reason: "weekly release",
		Items: []v1alpha1.ShipmentItem{
			{
				Service: "red", Environment: "production", Path: []string{"red-production"}, Freight: "e72fb09c1d4f",
				Alias: "rafting-starfish", Version: "3.2.0", From: "2873e6b6a1c3", FromVersion: "3.1.0",
			},
			{Service: "blue", Environment: "production", Path: []string{"blue-staging", "blue-production"}, Freight: "77aa31000000", Version: "3.3.3"},
		},
		RequestedBy: v1alpha1.Actor{Source: "terminal", ID: "octocat@acme.dev", Name: "octocat@acme.dev", Username: "octocat@acme.dev"},
	}}
	s.Namespace, s.Name, s.UID, s.ResourceVersion = "microsvcs", "promote-red-production-7f3c9a1b2c3d", "1", "1"
	s.CreationTimestamp = *at(0)
	return s
}

// standing is the Shipment when its Stages are in these phases.
func standing(overall, red, staging, production v1alpha1.ShipmentPhase) *v1alpha1.Shipment {
	s := asked()
	s.Status = v1alpha1.ShipmentStatus{Phase: overall, StartedAt: at(1), Items: []v1alpha1.ItemStatus{
		{Service: "red", Stages: []v1alpha1.StageStatus{{Stage: "red-production", Phase: red, Promotion: "red-production.01kqwz.e72fb09"}}},
		{Service: "blue", Stages: []v1alpha1.StageStatus{{Stage: "blue-staging", Phase: staging}, {Stage: "blue-production", Phase: production}}},
	}}
	return s
}

// failed is the Shipment at its end, which was not good.
func failed() *v1alpha1.Shipment {
	s := standing(v1alpha1.PhaseFailed, v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed, v1alpha1.PhaseNotReached)
	s.Status.Progress, s.Status.Message, s.Status.FinishedAt = "2/2 done", "blue-staging: the build is on fire", at(61)
	s.Status.Items[0].Stages[0].StartedAt, s.Status.Items[0].Stages[0].FinishedAt, s.Status.Items[0].Stages[0].Health = at(2), at(30), "Healthy"
	s.Status.Items[1].Stages[0].Message = "the build\nis on \x1b[31mfire"
	return s
}
