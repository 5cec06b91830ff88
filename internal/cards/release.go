package cards

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Release says how far a release is: what it brings, where it runs, and what somebody has to do.
func Release(r *v1alpha1.Release, links Links) chatops.Card {
	card := chatops.Card{
		Title: releaseTitle(r), State: releaseState(r), Status: releaseStatus(r), Facts: releaseFacts(r),
		Body:    []chatops.Text{course(r)},
		Actions: releaseActions(r, links), Links: releaseLinks(r, links),
	}
	card.Body = append(card.Body, releaseTrouble(r)...)
	card.Body = append(card.Body, whatShips(r.Status.Contents)...)
	if by := r.Status.SupersededBy; by != "" && r.Status.Phase != v1alpha1.ReleaseSuperseded && r.Status.Phase != v1alpha1.ReleaseLive {
		card.Body = append(card.Body, plain("There is a newer release: "+by+"."))
	}
	if r.Status.Notes != "" {
		card.Sections = []chatops.Section{releaseSection(answers.ReleaseNotes{
			Version: r.Spec.Version, Tag: "All of it", Notes: r.Status.Notes, URL: r.Status.URL,
		}, "")}
	}
	return card
}

// ReleaseLine says how far a release is in one line, among others.
func ReleaseLine(r *v1alpha1.Release) chatops.Text {
	line := chatops.Line(chatops.Bold(releaseName(r)), chatops.Plain(releaseStands(r)))
	if by := r.Status.Author; by != "" && r.Status.Phase != v1alpha1.ReleaseLive {
		line = append(line, chatops.Plain(" · by "+chatops.Fit(by, maxName)))
	}
	return line
}

// ReleaseAlert says of one thing that happened to a release what it is, why, and what to do.
func ReleaseAlert(r *v1alpha1.Release, h v1alpha1.Happening, links Links) chatops.Card {
	card := chatops.Card{Links: releaseLinks(r, links)}
	switch h.Outcome {
	case v1alpha1.OutcomeOverdue:
		card.Title, card.State = releaseName(r)+": its image did not appear", chatops.StateFailed
		card.Body = append([]chatops.Text{plain(h.Message)}, findings(r.Status.Findings)...)
		if len(r.Status.Findings) == 0 {
			card.Body = append(card.Body, plain("The doctor finds nothing wrong with its Warehouse: look whether the build has pushed the image."))
		}
		card.Actions = []chatops.Action{
			{Label: "Look again", Command: "/refresh " + links.word(r.Namespace, r.Spec.Service), InThread: true},
			{Label: "Ask the doctor", Command: "/doctor " + links.word(r.Namespace, r.Spec.Service)},
		}
	case v1alpha1.OutcomeWaiting:
		card.Title, card.State = releaseName(r)+" is waiting for "+h.Environment, chatops.StatePending
		for i := range r.Status.Stages {
			if at := &r.Status.Stages[i]; at.Environment == h.Environment {
				card.Body = append(card.Body, chatops.Line(standsAt(at)...))
			}
		}
		card.Actions = releaseActions(r, links)
	default:
		card.Title, card.State = releaseName(r)+" released", chatops.StateInfo
		if h.Message != "" {
			card.Body = append(card.Body, plain(h.Message))
		}
	}
	card.Title = chatops.Fit(card.Title, maxTitle)
	return card
}

const (
	// maxTitle is how long a title may be, in characters: that of a header in Slack.
	maxTitle = 150
	// maxName is how much is shown of a foreign name, in characters.
	maxName = 100
)

func releaseName(r *v1alpha1.Release) string {
	return chatops.Fit(r.Spec.Service, maxName/2) + " " + chatops.Fit(r.Spec.Version, maxName/2)
}

func releaseTitle(r *v1alpha1.Release) string {
	return chatops.Fit(releaseName(r)+releaseStands(r), maxTitle)
}

// releaseStands completes a sentence that begins with the release's name.
func releaseStands(r *v1alpha1.Release) string {
	s := &r.Status
	switch s.Phase {
	case v1alpha1.ReleaseOverdue:
		return ": its image did not appear"
	case v1alpha1.ReleaseWaiting:
		if at := releaseIn(r, v1alpha1.ReleaseStageWaiting); at != nil {
			return " is waiting for " + at.Environment
		}
	case v1alpha1.ReleaseFailed:
		if at := releaseIn(r, v1alpha1.ReleaseStageFailed); at != nil {
			if isUnverified(at) {
				return " failed its verification in " + at.Environment
			}
			return " failed in " + at.Environment + atStageStep(at)
		}
	case v1alpha1.ReleaseLive:
		if n := len(s.Stages); n > 0 && s.Stages[n-1].Phase == v1alpha1.ReleaseStageLive {
			return " is live in " + s.Stages[n-1].Environment
		} else if n > 0 {
			return " was live in " + s.Stages[n-1].Environment
		}
	case v1alpha1.ReleaseSuperseded:
		return " is superseded by " + s.SupersededBy
	default:
		if at := takenBack(r); at != nil {
			return " was taken back in " + at.Environment
		}
	}
	return " released"
}

// releaseIn returns the last Stage in which a release is so; nil if it is in none.
func releaseIn(r *v1alpha1.Release, phases ...v1alpha1.ReleaseStagePhase) *v1alpha1.ReleaseStage {
	for i := len(r.Status.Stages) - 1; i >= 0; i-- {
		if slices.Contains(phases, r.Status.Stages[i].Phase) {
			return &r.Status.Stages[i]
		}
	}
	return nil
}

// takenBack returns the Stage in which something older took the place of a release that is on no other way.
func takenBack(r *v1alpha1.Release) *v1alpha1.ReleaseStage {
	at := releaseIn(r, v1alpha1.ReleaseStageReplaced)
	moves := releaseIn(r, v1alpha1.ReleaseStagePromoting, v1alpha1.ReleaseStageVerifying, v1alpha1.ReleaseStageQueued)
	if at == nil || at.Message == "" || moves != nil {
		return nil
	}
	return at
}

func releaseState(r *v1alpha1.Release) chatops.State {
	switch r.Status.Phase {
	case v1alpha1.ReleaseOverdue, v1alpha1.ReleaseFailed:
		return chatops.StateFailed
	case v1alpha1.ReleaseLive:
		return chatops.StateSucceeded
	case v1alpha1.ReleaseSuperseded:
		return chatops.StateInfo
	case v1alpha1.ReleaseProgressing:
		if takenBack(r) != nil {
			return chatops.StateAborted
		}
		return chatops.StateRunning
	default:
		return chatops.StatePending
	}
}

// releaseStatus is what goes on, in a few words.
func releaseStatus(r *v1alpha1.Release) string {
	switch r.Status.Phase {
	case "", v1alpha1.ReleaseAwaitingImage:
		return "image awaited"
	case v1alpha1.ReleaseProgressing, v1alpha1.ReleaseWaiting:
	default:
		return ""
	}
	at := releaseIn(r, v1alpha1.ReleaseStagePromoting, v1alpha1.ReleaseStageVerifying)
	switch {
	case at == nil:
		return ""
	case at.Phase == v1alpha1.ReleaseStageVerifying:
		return "verifying in " + at.Environment
	case at.Steps > 0:
		return fmt.Sprintf("promoting to %s · %d of %d", at.Environment, at.StepNumber, at.Steps)
	default:
		return "promoting to " + at.Environment
	}
}

// releaseFacts are who released it, of what, and its Freight.
func releaseFacts(r *v1alpha1.Release) []chatops.Text {
	var facts []chatops.Text
	if r.Status.Author != "" {
		facts = append(facts, plain("by "+chatops.Fit(r.Status.Author, maxName)))
	}
	if s := r.Spec.Source; s != nil {
		facts = append(facts, chatops.Line(chatops.Plain("tag "), link(chatops.Fit(s.Tag, maxName), r.Status.URL)))
	}
	if r.Status.Alias != "" {
		facts = append(facts, chatops.Line(chatops.Plain("Freight "), chatops.Code(r.Status.Alias)))
	}
	return facts
}

// releaseLinks lead to what a release is at, and to its page.
func releaseLinks(r *v1alpha1.Release, links Links) []chatops.Link {
	var out []chatops.Link
	at := releaseIn(r, v1alpha1.ReleaseStagePromoting, v1alpha1.ReleaseStageFailed, v1alpha1.ReleaseStageVerifying)
	switch n := len(r.Status.Stages); {
	case at != nil && at.Promotion != "":
		out = links.Promotion(r.Namespace, at.Promotion)
	case at != nil:
		out = links.stage(r.Namespace, at.Stage)
	case n > 0:
		out = links.stage(r.Namespace, r.Status.Stages[n-1].Stage)
	}
	if r.Status.URL != "" {
		out = append(out, chatops.Link{Label: "Release page", URL: r.Status.URL})
	}
	return out
}
