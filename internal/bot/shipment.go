package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Bounds of the Shipment's schema, in characters, groups and items. Who is in more groups was permitted
// by all of them; the record has the first.
const (
	maxSummary = 256
	maxReason  = 1024
	maxGroups  = 256
	maxItems   = 200
)

// newShipment writes down what was asked, with every choice made.
func newShipment(o order, d draft, targets []kargo.Target) *v1alpha1.Shipment {
	by, items := d.going[0].decision, d.items()
	s := &v1alpha1.Shipment{
		Spec: v1alpha1.ShipmentSpec{
			Action:  o.action,
			Summary: chatops.Fit(o.summarize(items), maxSummary),
			Items:   items,
			RequestedBy: v1alpha1.Actor{
				Source: string(o.request.Actor.Source), ID: o.request.Actor.ID, Name: o.request.Actor.Name,
				Username: by.Subject.Username, Groups: by.Subject.Groups[:min(len(by.Subject.Groups), maxGroups)], Role: by.Role,
			},
			Origin:        o.request.Origin,
			RequestDigest: digest(o.request),
			Reason:        chatops.Fit(o.mutation.Reason, maxReason),
		},
	}
	s.Namespace = targets[0].Namespace
	s.Name = shipmentName(o, targets)
	s.Annotations = o.request.Annotations
	return s
}

// newItem returns an item about a target, without anything to do yet.
func newItem(t kargo.Target) v1alpha1.ShipmentItem {
	return v1alpha1.ShipmentItem{Service: t.Service, Environment: t.Environment, Path: []string{t.Stage.Name}}
}

// holds reports whether moving Freight to a target keeps Kargo from promoting there by itself.
func (b *Bot) holds(ctx context.Context, t kargo.Target, f *kargoapi.Freight) bool {
	if !t.Stage.Status.AutoPromotionEnabled {
		return false
	}
	candidate, err := b.Catalogue.Candidate(ctx, t, f.Origin, b.Now())
	return err == nil && candidate.Name != f.Name
}

// moving returns the item that moves Freight to a target.
func moving(t kargo.Target, f *kargoapi.Freight) v1alpha1.ShipmentItem {
	item := newItem(t)
	item.Freight, item.Alias = f.Name, f.Alias
	item.Version = kargo.Version(kargo.Reference(f), t.Service)
	var runs []kargoapi.FreightReference
	if current := t.Stage.Status.Current(); current != nil {
		if ref, ok := current.Freight[f.Origin.String()]; ok {
			item.From, item.FromVersion = ref.Name, kargo.Version(ref, t.Service)
			runs = append(runs, ref)
		}
	}
	item.Changes = freightdiff.Compare(runs, []kargoapi.FreightReference{kargo.Reference(f)}).Record()
	return item
}

// change writes what an item changes: "red 3.1.0 → 3.2.0".
func change(item v1alpha1.ShipmentItem) string {
	if item.FromVersion == "" {
		return item.Service + " " + item.Version
	}
	return fmt.Sprintf("%s %s → %s", item.Service, item.FromVersion, item.Version)
}

// enumerate writes the items one by one, as far as a summary holds them.
func enumerate(items []v1alpha1.ShipmentItem, word func(v1alpha1.ShipmentItem) string) string {
	const room = maxSummary - 60 // for what else the summary says
	var b strings.Builder
	for i, item := range items {
		next := word(item)
		if i > 0 {
			next = ", " + next
		}
		if i > 0 && b.Len()+len(next) > room {
			return fmt.Sprintf("%s and %d more", b.String(), len(items)-i)
		}
		b.WriteString(next)
	}
	return b.String()
}
