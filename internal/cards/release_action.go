package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostPromotes is to how many environments a card offers to promote.
const mostPromotes = 4

// releaseActions are what can be asked for from a release's card: to promote it, to try again what failed, and to
// see what it changes. What is superseded is not promoted by a slip. The message has the same button again after a
// Promotion was aborted, or failed twice: that is another attempt.
func releaseActions(r *v1alpha1.Release, links Links) []chatops.Action {
	word := links.word(r.Namespace, r.Spec.Service)
	command := func(name string, at *v1alpha1.ReleaseStage) string {
		return fmt.Sprintf("/%s %s %s %s", name, word, at.Environment, r.Spec.Version)
	}
	var out []chatops.Action
	for i := range r.Status.Stages {
		at := &r.Status.Stages[i]
		if r.Status.SupersededBy != "" || len(out) >= mostPromotes {
			break
		}
		switch {
		case at.Phase == v1alpha1.ReleaseStageWaiting:
			out = append(out, chatops.Action{
				Label: "Promote to " + chatops.Fit(at.Environment, 50), Style: chatops.StylePrimary, Command: command("promote", at),
				Confirm: "Promote " + releaseName(r) + " to " + at.Environment + "?", InThread: true, Attempt: at.Promotion,
			})
		case isUnverified(at):
			out = append(out, chatops.Action{Label: "Verify again", Command: "/verify " + word + " " + at.Environment, InThread: true, Attempt: at.Promotion})
		case at.Phase == v1alpha1.ReleaseStageFailed:
			out = append(out, chatops.Action{
				Label: "Retry", Command: command("promote", at),
				Confirm: "Promote " + releaseName(r) + " to " + at.Environment + " again?", InThread: true, Attempt: at.Promotion,
			})
		}
	}
	if at := yetToCome(r); at != nil && r.Status.Freight != "" {
		out = append(out, chatops.Action{Label: "Show diff", Command: command("diff", at)})
	}
	return out
}

// isUnverified reports whether a release runs in a Stage and did not pass its verification: had its Promotion failed,
// there would be a step at which, or something else that runs.
func isUnverified(at *v1alpha1.ReleaseStage) bool {
	return at.Phase == v1alpha1.ReleaseStageFailed && at.Step == "" && at.Running == ""
}

// yetToCome is the last environment, if something else runs there that the release would change; nil otherwise.
func yetToCome(r *v1alpha1.Release) *v1alpha1.ReleaseStage {
	if len(r.Status.Stages) == 0 {
		return nil
	}
	at := &r.Status.Stages[len(r.Status.Stages)-1]
	switch at.Phase {
	case v1alpha1.ReleaseStageLive, v1alpha1.ReleaseStageVerifying, v1alpha1.ReleaseStageSkipped, v1alpha1.ReleaseStageReplaced:
		return nil
	default:
		return at
	}
}

// releaseTrouble says what went wrong with a release, and how to mend it.
func releaseTrouble(r *v1alpha1.Release) []chatops.Text {
	var body []chatops.Text
	for i := range r.Status.Stages {
		at := &r.Status.Stages[i]
		if at.Phase != v1alpha1.ReleaseStageFailed || at.Message == "" {
			continue
		}
		body = append(body, plain(chatops.Shorten(at.Message, maxFailure)))
		if fix := hint(r.Namespace, at.Stage, at.Message); fix != nil {
			body = append(body, fix)
		}
	}
	if r.Status.Phase == v1alpha1.ReleaseOverdue && r.Status.Message != "" {
		body = append(append(body, plain(r.Status.Message)), findings(r.Status.Findings)...)
	}
	return body
}

// maxFailure is how much is shown of what Kargo says of a failure, in characters.
const maxFailure = 600

// findings are the doctor's, a paragraph each: what is wrong, and how to mend it.
func findings(all []string) []chatops.Text {
	var body []chatops.Text
	for _, finding := range all {
		what, fix, found := strings.Cut(finding, " Fix: ")
		line := plain(what)
		if found {
			line = append(append(line, chatops.Plain(" "), chatops.Bold("Fix:"), chatops.Plain(" ")), withCode(fix)...)
		}
		body = append(body, line)
	}
	return body
}
