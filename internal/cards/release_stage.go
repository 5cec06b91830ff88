package cards

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Signs of how far a release is in a Stage, always beside words.
const (
	signReached = "●"
	signAhead   = "○"
)

// course is the way of a release in one line: "● built  ● staging since 4 May 12:04 UTC, verified  ○ production".
func course(r *v1alpha1.Release) chatops.Text {
	line := chatops.Line(chatops.Plain(signAhead + " image awaited"))
	if r.Status.Freight != "" {
		line = chatops.Line(chatops.Plain(signReached + " built"))
	} else if r.Status.Phase == v1alpha1.ReleaseOverdue {
		line = chatops.Line(chatops.Plain(chatops.StepFailed.Sign() + " no image"))
	}
	for _, at := range r.Status.Stages {
		if at.Phase == v1alpha1.ReleaseStageWaiting && r.Status.SupersededBy != "" {
			// Nobody waits for it any more.
			at.Phase = v1alpha1.ReleaseStageNotYet
		}
		line = append(append(line, chatops.Plain("   ")), standsAt(&at)...)
	}
	return line
}

// standsAt says how a release stands in a Stage.
func standsAt(at *v1alpha1.ReleaseStage) chatops.Text {
	return chatops.Line(chatops.Plain(stageSign(at)+" "), chatops.Bold(at.Environment), chatops.Plain(inStage(at)))
}

func stageSign(at *v1alpha1.ReleaseStage) string {
	switch at.Phase {
	case v1alpha1.ReleaseStageReplaced:
		if at.Message != "" {
			return chatops.StepSkipped.Sign()
		}
		return signReached
	case v1alpha1.ReleaseStageLive:
		return signReached
	case v1alpha1.ReleaseStagePromoting, v1alpha1.ReleaseStageVerifying:
		return chatops.StepRunning.Sign()
	case v1alpha1.ReleaseStageFailed:
		return chatops.StepFailed.Sign()
	case v1alpha1.ReleaseStageSkipped:
		return chatops.StepSkipped.Sign()
	default:
		return signAhead
	}
}

// inStage completes a sentence that begins with the name of the environment.
func inStage(at *v1alpha1.ReleaseStage) string {
	switch at.Phase {
	case v1alpha1.ReleaseStageLive:
		return live(at)
	case v1alpha1.ReleaseStageVerifying:
		return " verifying" + byWhom(at)
	case v1alpha1.ReleaseStagePromoting:
		words := " promoting"
		if at.Steps > 0 {
			words += fmt.Sprintf(", at %s (step %d of %d)", at.Step, at.StepNumber, at.Steps)
		}
		return words + byWhom(at)
	case v1alpha1.ReleaseStageQueued:
		return " queued" + byWhom(at)
	case v1alpha1.ReleaseStageFailed:
		if isUnverified(at) {
			return " failed its verification" + byWhom(at)
		}
		return " failed" + atStageStep(at) + byWhom(at)
	case v1alpha1.ReleaseStageReplaced:
		if at.Message != "" {
			return " " + at.Message
		}
		return " was replaced" + byVersion(at)
	case v1alpha1.ReleaseStageSkipped:
		return " runs " + cmp.Or(at.Running, "something newer") + " already"
	case v1alpha1.ReleaseStageSoaking:
		return " has to wait" + untilWhen(at.Until) + running(at)
	case v1alpha1.ReleaseStageWaiting:
		return " waits for a promotion" + running(at)
	default:
		return running(at)
	}
}

// live says since when a release runs somewhere.
func live(at *v1alpha1.ReleaseStage) string {
	words := sinceWhen(at.Since)
	if at.Verified {
		words += ", verified"
	}
	switch at.Health {
	case "", "Healthy", "NotApplicable":
	default:
		words += ", " + health(at.Health)
	}
	return words + byWhom(at)
}

func byWhom(at *v1alpha1.ReleaseStage) string {
	if at.By == "" {
		return ""
	}
	return ", by " + chatops.Fit(at.By, maxName)
}

func byVersion(at *v1alpha1.ReleaseStage) string {
	if at.Running == "" {
		return ""
	}
	return " by " + at.Running
}

// running says what runs there instead, as " (3.1.0 since 29 Apr 09:00 UTC)".
func running(at *v1alpha1.ReleaseStage) string {
	if at.Running == "" {
		return ""
	}
	return " (" + at.Running + sinceWhen(at.RunningSince) + ")"
}

// atStageStep says at which step a Promotion failed, as " at argocd-update (step 5 of 5)".
func atStageStep(at *v1alpha1.ReleaseStage) string {
	switch {
	case at.Step == "":
		return ""
	case at.Steps == 0:
		return " at " + at.Step
	default:
		return fmt.Sprintf(" at %s (step %d of %d)", at.Step, at.StepNumber, at.Steps)
	}
}

func sinceWhen(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return " since " + onDay(t.Time)
}

func untilWhen(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return " until " + onDay(t.Time)
}

// onDay writes a point in time, the same whenever it is read.
func onDay(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

// ReleaseDeployed says on a release's own page where it runs, since when, and who promoted it there.
func ReleaseDeployed(r *v1alpha1.Release, links Links) chatops.Card {
	card := chatops.Card{
		Title: "Deployed to", State: releaseState(r), Table: &chatops.Table{Columns: []string{"Environment", "State", "By"}}, Links: releaseLinks(r, links),
	}
	// The page need not lead to itself.
	if n := len(card.Links); n > 0 && r.Status.URL != "" {
		card.Links = card.Links[:n-1]
	}
	for i := range r.Status.Stages {
		at := &r.Status.Stages[i]
		by := at.By
		if by == "" && at.Promotion != "" {
			by = kargoItself
		}
		card.Table.Rows = append(card.Table.Rows, []chatops.Text{chatops.Line(chatops.Bold(at.Environment)), plain(deployed(at)), plain(by)})
	}
	if len(r.Status.Stages) == 0 {
		card.Table = nil
		card.Body = []chatops.Text{plain("Nowhere yet.")}
	}
	return card
}

// deployed says in a cell how a release stands in a Stage.
func deployed(at *v1alpha1.ReleaseStage) string {
	sign := stageSign(at) + " "
	switch at.Phase {
	case v1alpha1.ReleaseStageLive:
		words := sign + "live" + sinceWhen(at.Since)
		if at.Verified {
			words += ", verified"
		}
		return words
	case v1alpha1.ReleaseStageVerifying:
		return sign + "being verified"
	case v1alpha1.ReleaseStagePromoting, v1alpha1.ReleaseStageQueued:
		return sign + "being promoted"
	case v1alpha1.ReleaseStageFailed:
		return sign + "failed" + atStageStep(at)
	case v1alpha1.ReleaseStageReplaced:
		return sign + cmp.Or(at.Message, "replaced"+byVersion(at)) + sinceWhen(at.RunningSince)
	case v1alpha1.ReleaseStageSkipped:
		return sign + "skipped, runs " + cmp.Or(at.Running, "something newer")
	default:
		return sign + "not yet" + running(at)
	}
}
