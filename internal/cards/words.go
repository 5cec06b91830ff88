package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// words are how an action is spoken of.
type words struct {
	// doing is the title while it is under way, and plan that of a dry run; noun is what may have failed.
	doing, plan, noun string
	// done is the title of a good end.
	done string
}

// wordsOf speaks of one item of a Shipment.
func wordsOf(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem) words {
	to := item.Service + " to " + item.Environment
	in := " in " + item.Environment
	switch s.Spec.Action {
	case v1alpha1.ActionRollback:
		return words{
			doing: "Roll back " + item.Service + in, plan: item.Service + " would go back to " + version(item) + in,
			noun: "Rollback of " + item.Service + in, done: called(item) + " is live again" + in,
		}
	case v1alpha1.ActionResume:
		return words{
			doing: "Resume auto-promotion of " + to, plan: "auto-promotion of " + to + " would go on, with " + version(item),
			noun: "Resuming auto-promotion of " + to, done: "Auto-promotion of " + to + " goes on",
		}
	case v1alpha1.ActionAbort:
		return words{
			doing: "Abort promotions of " + to, plan: "promotions of " + to + " would be aborted",
			noun: "Aborting promotions of " + to, done: "Aborting promotions of " + to + " is done",
		}
	case v1alpha1.ActionVerify:
		return words{
			doing: "Verify " + called(item) + in, plan: called(item) + " would be verified again" + in,
			noun: "Verification of " + called(item) + in, done: called(item) + " is verified" + in,
		}
	case v1alpha1.ActionRefresh:
		return words{
			doing: "Look for new artifacts of " + item.Service, plan: "new artifacts of " + item.Service + " would be looked for",
			noun: "Looking for new artifacts of " + item.Service, done: "Looked for new artifacts of " + item.Service,
		}
	case v1alpha1.ActionApprove:
		return words{
			doing: "Approve " + called(item) + " for " + item.Environment, plan: called(item) + " would be approved for " + item.Environment,
			noun: "Approval of " + called(item) + " for " + item.Environment, done: called(item) + " is approved for " + item.Environment,
		}
	default:
		return words{
			doing: "Promote " + to, plan: called(item) + " would go to " + item.Environment,
			noun: "Promotion of " + to, done: called(item) + " is live" + in,
		}
	}
}

// wordsOfAll speaks of a Shipment of several services.
func wordsOfAll(s *v1alpha1.Shipment) words {
	services := map[string]bool{}
	for _, item := range s.Spec.Items {
		services[item.Service] = true
	}
	if len(services) == 1 {
		// Several Warehouses of one service: they are spoken of as one.
		return wordsOf(s, s.Spec.Items[0])
	}
	all := s.Spec.Items[0]
	all.Service, all.Version = fmt.Sprintf("%d services", len(services)), ""
	w := wordsOf(s, all)
	w.done = strings.Replace(w.done, " is ", " are ", 1)
	if s.Spec.Action == v1alpha1.ActionRollback {
		w.plan = all.Service + " would be rolled back in " + all.Environment
	}
	return w
}

// Question asks whether to go on with a Shipment, and names what it is about: a tap on a phone may be a
// slip.
func Question(s *v1alpha1.Shipment) string {
	const most = 280 // of the 300 characters of a Slack dialog
	item := s.Spec.Items[0]
	if len(s.Spec.Items) == 1 {
		return chatops.Fit(wordsOf(s, item).doing+": "+changed(item)+"?", most)
	}
	var names []string
	for _, item := range s.Spec.Items {
		names = append(names, called(item))
	}
	return chatops.Fit(fmt.Sprintf("%s: %s?", wordsOfAll(s).doing, strings.Join(names, ", ")), most)
}

func called(item v1alpha1.ShipmentItem) string {
	if item.Version == "" {
		return item.Service
	}
	return item.Service + " " + item.Version
}

func version(item v1alpha1.ShipmentItem) string {
	if item.Version == "" {
		return "other Freight"
	}
	return item.Version
}

// changed writes what an item changes, on one line: "3.1.0 → 3.2.0".
func changed(item v1alpha1.ShipmentItem) string {
	if item.FromVersion == "" {
		return item.Version
	}
	return item.FromVersion + " → " + item.Version
}
