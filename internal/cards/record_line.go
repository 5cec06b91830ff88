package cards

import (
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bounds of what stands on a line among others, in characters.
const (
	maxLineVersion = 60
	maxLineActor   = 60
)

// RecordLine says in one line how a Promotion stands: "red 3.1.0 → 3.2.0 production · succeeded · by octocat".
func RecordLine(p *v1alpha1.PromotionRecord) chatops.Text {
	line := became(p.Spec.Service, p.Spec.FromVersion, p.Spec.Version)
	return append(line, chatops.Plain(" "+joined(p.Spec.Environment, standOf(p).word(p), "by "+promotedBy(p))))
}

// became writes what became another version: "red 3.1.0 → 3.2.0".
func became(service, from, to string) chatops.Text {
	lead := service + " "
	if from != "" && from != to {
		lead += chatops.Fit(from, maxLineVersion) + " → "
	}
	return chatops.Line(chatops.Plain(lead), chatops.Bold(chatops.Fit(to, maxLineVersion)))
}

// promotedBy is who asked for a Promotion.
func promotedBy(p *v1alpha1.PromotionRecord) string {
	if p.Spec.By == "" {
		return "Kargo itself"
	}
	return chatops.Fit(p.Spec.By, maxLineActor)
}

// shortMoment writes a time for people: "25 Nov 12:04 UTC".
func shortMoment(t time.Time) string { return t.UTC().Format("2 Jan 15:04 MST") }

// within is a time as it is in a place; no place is UTC.
func within(t time.Time, in *time.Location) time.Time {
	if in == nil {
		in = time.UTC
	}
	return t.In(in)
}
