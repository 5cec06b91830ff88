package cards

import (
	"fmt"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Kargo's words for the health of a Stage.
const (
	healthyWord     = "Healthy"
	unhealthyWord   = "Unhealthy"
	progressingWord = "Progressing"
	unknownWord     = "Unknown"
)

// cell says in a few words what a Stage runs, how that is, and what is about to change:
// "3.1.0 ✓ healthy → 3.2.0 waits". It is empty if there is no such Stage.
func cell(s answers.StageStatus, now time.Time) chatops.Text {
	switch {
	case s.Stage == "":
		return nil
	case s.Unpromotable:
		return plain("– passes Freight on")
	}
	words := []string{"nothing yet"}
	if len(s.Running) > 0 {
		words = []string{versions(s)}
		if word := healthSign(s.Health); word != "" {
			words = append(words, word)
		}
	}
	words = append(words, verifying(s, now)...)
	words = append(words, coming(s, now)...)
	text := strings.Join(words, " ")
	if len(s.Holds) > 0 {
		text += " · auto-promotion held"
	}
	return plain(text)
}

// versions names what a Stage runs.
func versions(s answers.StageStatus) string {
	var names []string
	for _, f := range s.Running {
		names = append(names, f.Version)
	}
	return strings.Join(names, " + ")
}

// healthSign says how a Stage is; a Stage without health checks has nothing to say.
func healthSign(word string) string {
	switch word {
	case healthyWord:
		return "✓ healthy"
	case unhealthyWord:
		return "✗ unhealthy"
	case progressingWord:
		return "▸ progressing"
	case unknownWord:
		return "· health unknown"
	default:
		return ""
	}
}

// verifying says how a verification is, unless all is well.
func verifying(s answers.StageStatus, now time.Time) []string {
	v := s.Verification
	switch {
	case v == nil || v.Phase == "Successful" || v.Phase == "":
		return nil
	case !v.Over():
		return []string{"· ▸ verifying"}
	default:
		return []string{"· ✗ verification " + verificationWord(v.Phase) + ago(v.FinishedAt, now)}
	}
}

// verificationWord puts Kargo's word for how a verification ended in a sentence.
func verificationWord(phase string) string {
	switch phase {
	case "Failed":
		return "failed"
	case "Error":
		return "could not be carried out"
	case "Successful":
		return "succeeded"
	default:
		return "ended " + strings.ToLower(phase)
	}
}

// coming says what is about to change.
func coming(s answers.StageStatus, now time.Time) []string {
	var words []string
	if p := s.Promotion; p != nil {
		words = append(words, fmt.Sprintf("→ %s, %s", p.Freight.Version, stepOf(*p)))
	}
	switch len(s.Queued) {
	case 0:
	case 1:
		words = append(words, "→ "+s.Queued[0].Freight.Version+" queued")
	default:
		words = append(words, fmt.Sprintf("→ %s and %d more queued", s.Queued[0].Freight.Version, len(s.Queued)-1))
	}
	if failure(s) {
		words = append(words, fmt.Sprintf("· ✗ %s failed%s", s.Last.Freight.Version, ago(s.Last.FinishedAt, now)))
	}
	for _, f := range s.Waiting {
		words = append(words, "→ "+f.Version+" waits")
	}
	if len(s.Waiting) == 0 {
		for _, f := range s.Soaking {
			words = append(words, "→ "+f.Version+" in "+Age(f.Until.Sub(now)))
		}
	}
	return words
}

// failure reports whether the last promotion failed and nobody has tried again.
func failure(s answers.StageStatus) bool {
	return s.Last != nil && s.Last.Failed() && s.Promotion == nil && len(s.Queued) == 0
}

// stepOf says how far a running Promotion is.
func stepOf(p answers.PromotionStatus) string {
	if p.Step == 0 || p.Steps == 0 {
		// Kargo tells how far it is only when a step has to wait.
		return "running"
	}
	return fmt.Sprintf("%d of %d", p.Step, p.Steps)
}

// since says how long a Stage has been running the newest of what it runs.
func since(s answers.StageStatus, now time.Time) string {
	var last time.Time
	for _, f := range s.Running {
		if f.Since.After(last) {
			last = f.Since
		}
	}
	if last.IsZero() {
		return ""
	}
	return Age(now.Sub(last))
}

// ago says how long ago something was, or nothing if that is not known.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " " + Age(now.Sub(t)) + " ago"
}
