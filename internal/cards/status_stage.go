package cards

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// mostIssues is how many of a Stage's issues are shown.
	mostIssues = 5
	// mostQueued is how many of those that wait in its queue are.
	mostQueued = 5
	// maxSaid is how much is repeated of what Kargo says, in characters.
	maxSaid = 300
)

// stageCard says of one service in one environment all that there is to say.
func stageCard(project, service string, s answers.StageStatus, links Links, now time.Time) chatops.Card {
	card := chatops.Card{
		Title: service + " in " + s.Environment, State: chatops.StateInfo, Links: links.stage(project, s.Stage),
	}
	if s.Stage == "" {
		card.Title, card.Links = fmt.Sprintf("There is no %s in %s", service, s.Environment), nil
		return card
	}
	if s.Unpromotable {
		card.Body = append(card.Body, plain("It has no promotion steps: it only passes Freight on."))
		return card
	}
	if len(s.Running) == 0 {
		card.Facts = append(card.Facts, plain("nothing runs there yet"))
	}
	for _, f := range s.Running {
		fact := chatops.Line(chatops.Bold(f.Version))
		if !f.Since.IsZero() {
			fact = append(fact, chatops.Plain(", "+Age(now.Sub(f.Since))))
		}
		card.Facts = append(card.Facts, fact)
		if f.Alias != "" {
			card.Facts = append(card.Facts, chatops.Line(chatops.Plain("Freight "), chatops.Code(f.Alias)))
		}
	}
	if word := healthSign(s.Health); word != "" {
		card.Facts = append(card.Facts, plain(word))
	}
	card.Body = append(card.Body, issues(s)...)
	card.Body = append(card.Body, verification(s, now)...)
	card.Body = append(card.Body, promotions(project, s, now)...)
	card.Body = append(card.Body, next(links.word(project, service), s)...)
	card.Actions = stageActions(links.word(project, service), service, s)
	return card
}

func issues(s answers.StageStatus) []chatops.Text {
	var out []chatops.Text
	for i, issue := range s.Issues {
		if i == mostIssues {
			out = append(out, plain(fmt.Sprintf("and %s", chatops.Count(len(s.Issues)-i, "more issue"))))
			break
		}
		out = append(out, kargoSays(issue))
	}
	return out
}

func kargoSays(message string) chatops.Text {
	return chatops.Line(chatops.Plain("Kargo says: "), chatops.Code(chatops.Shorten(message, maxSaid)))
}

func verification(s answers.StageStatus, now time.Time) []chatops.Text {
	v := s.Verification
	switch {
	case v == nil || v.Phase == "":
		return nil
	case v.Phase == "Successful":
		return []chatops.Text{plain("✓ verified" + ago(v.FinishedAt, now))}
	case !v.Over():
		text := "▸ It is being verified"
		if !v.StartedAt.IsZero() {
			text += ", for " + Age(now.Sub(v.StartedAt))
		}
		return []chatops.Text{plain(text + ".")}
	}
	out := []chatops.Text{plain("✗ Its verification " + verificationWord(v.Phase) + ago(v.FinishedAt, now) + ".")}
	if v.Message != "" {
		out = append(out, kargoSays(v.Message))
	}
	return out
}

// promotions tells of the Promotion that runs, of those that wait, and of the last one.
func promotions(project string, s answers.StageStatus, now time.Time) []chatops.Text {
	var out []chatops.Text
	if p := s.Promotion; p != nil {
		line := chatops.Line(chatops.Plain("▸ "), chatops.Bold(p.Freight.Version), chatops.Plain(" is being promoted: "+stepOf(*p)))
		if p.StepName != "" {
			line = append(line, chatops.Plain(", "), chatops.Code(p.StepName))
		}
		if !p.StepStartedAt.IsZero() {
			line = append(line, chatops.Plain(" for "+Age(now.Sub(p.StepStartedAt))))
		}
		out = append(out, append(line, chatops.Plain(".")))
		if p.Message != "" {
			out = append(out, kargoSays(p.Message))
		}
	}
	for i, p := range s.Queued {
		if i == mostQueued {
			out = append(out, plain(fmt.Sprintf("and %d more", len(s.Queued)-i)))
			break
		}
		out = append(out, chatops.Line(chatops.Plain("· "), chatops.Bold(p.Freight.Version), chatops.Plain(" waits in the Stage's queue.")))
	}
	if s.Last == nil {
		return out
	}
	return append(out, lastPromotion(project, s, now)...)
}

func lastPromotion(project string, s answers.StageStatus, now time.Time) []chatops.Text {
	last := s.Last
	sign, word := outcome(last.Phase)
	text := sign + " Last promotion: " + last.Freight.Version + " " + word
	if last.StepName != "" && last.Phase != "Succeeded" {
		text += " at " + last.StepName
	}
	text += ago(last.FinishedAt, now)
	if took := took(last.StartedAt, last.FinishedAt); took != "" {
		text += ", after " + took
	}
	out := []chatops.Text{plain(text + ".")}
	if last.Phase == "Succeeded" || last.Message == "" {
		return out
	}
	out = append(out, kargoSays(last.Message))
	if fix := hint(project, s.Stage, last.Message); fix != nil {
		out = append(out, fix)
	}
	return out
}

// next tells what can go there, and what will.
func next(word string, s answers.StageStatus) []chatops.Text {
	var out []chatops.Text
	for _, f := range s.Waiting {
		out = append(out, chatops.Line(chatops.Plain("→ "), chatops.Bold(f.Version), chatops.Plain(" is newer, and can go there.")))
	}
	for _, f := range s.Soaking {
		out = append(out, chatops.Line(chatops.Plain("→ "), chatops.Bold(f.Version),
			chatops.Plain(" has to run upstream for a while first: it can go at "+moment(f.Until)+".")))
	}
	for _, h := range s.Holds {
		text := "Auto-promotion is held"
		if !h.Since.IsZero() {
			text += " since " + moment(h.Since)
		}
		if h.By != "" {
			text += ", by " + h.By
		}
		out = append(out, chatops.Line(chatops.Plain(text+". "),
			chatops.Code(fmt.Sprintf("/resume %s %s", word, s.Environment)), chatops.Plain(" lets Kargo go on.")))
	}
	if s.AutoPromotion && len(s.Holds) == 0 {
		out = append(out, plain("Kargo promotes to it by itself."))
	}
	return out
}

func stageActions(word, service string, s answers.StageStatus) []chatops.Action {
	switch {
	case s.Promotion != nil || len(s.Queued) > 0:
		return []chatops.Action{{
			Label: "Abort", Command: fmt.Sprintf("/abort %s %s", word, s.Environment), Style: chatops.StyleDanger,
			Confirm: fmt.Sprintf("Stop what is being promoted to %s in %s?", service, s.Environment),
		}}
	case len(s.Waiting) == 1:
		return promoteActions(word, service, s.Environment, s.Waiting[0], true)
	default:
		return nil
	}
}

// promoteActions are what to do about Freight that can go somewhere.
func promoteActions(word, service, environment string, f answers.Freight, diff bool) []chatops.Action {
	// A version may be that of several Freight, as after a tag was moved; an alias or a name is of one.
	freight := cmp.Or(f.Alias, f.Name)
	actions := []chatops.Action{{
		Label: "Promote " + chatops.Fit(f.Version, 40), Command: fmt.Sprintf("/promote %s %s %s", word, environment, freight),
		Style: chatops.StylePrimary, Confirm: fmt.Sprintf("Promote %s %s to %s?", service, f.Version, environment),
	}}
	if diff {
		actions = append(actions, chatops.Action{Label: "Show diff", Command: fmt.Sprintf("/diff %s %s %s", word, environment, freight)})
	}
	return actions
}

// outcome puts Kargo's word for the phase of a Promotion in a sign and a word.
func outcome(phase string) (sign, word string) {
	switch phase {
	case "Succeeded":
		return "✓", "succeeded"
	case "Failed", "Errored":
		return "✗", "failed"
	case "Aborted":
		return "■", "aborted"
	case "Running":
		return "▸", "running"
	default:
		return "·", "waiting"
	}
}

// took writes how long something took, or nothing if that is not known.
func took(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	return elapsed(&metav1.Time{Time: from}, &metav1.Time{Time: to})
}

// moment writes a time for people everywhere.
func moment(t time.Time) string { return t.UTC().Format("15:04 UTC on 2 January") }
