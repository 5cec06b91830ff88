package cards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostFindings is how many findings are shown at once.
const mostFindings = 12

// Doctor says what is wrong, why it matters and how to mend it.
func Doctor(d answers.Diagnosis, paging Paging) chatops.Card {
	card := DoctorHead(d)
	if len(d.Findings) == 0 {
		card.Body = append(card.Body, plain("✓ Warehouses discover, Stages are healthy and verified, and nothing is stuck."))
	}
	shown := d.Findings
	if paging.Page > 0 && len(shown) > mostFindings {
		shown = shown[:mostFindings]
	}
	for _, f := range shown {
		sign := SeveritySign(f.Severity)
		if len(d.Projects) > 1 && f.Project != "" {
			sign += " " + f.Project
		}
		line := chatops.Line(
			chatops.Bold(sign+":"), chatops.Plain(" "+chatops.Shorten(f.What, 2*maxSaid)+" "+f.Why+" "), chatops.Bold("Fix:"), chatops.Plain(" "))
		line = append(line, withCode(f.Fix)...)
		card.Body = append(card.Body, append(line, command(f)...))
	}
	if rest := len(d.Findings) - len(shown); rest > 0 {
		card.Body = append(card.Body, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more. ", rest)),
			chatops.Code("/doctor <service>"), chatops.Plain(" looks at one service.")))
	}
	if len(d.NotLooked) > 0 {
		card.Sections = append(card.Sections, notLooked(d))
	}
	return card
}

// DoctorHead is the beginning of what Doctor says: how much is wrong, and how much was looked at.
func DoctorHead(d answers.Diagnosis) chatops.Card {
	status := []string{chatops.Count(d.Stages, "Stage"), chatops.Count(d.Warehouses, "Warehouse"), chatops.Count(len(d.Checks), "check")}
	undone := map[string]bool{}
	for _, n := range d.NotLooked {
		undone[n.Check] = true
	}
	if len(undone) > 0 {
		status = append(status, fmt.Sprintf("%d of them not done, or not wholly", len(undone)))
	}
	return chatops.Card{Title: doctorTitle(d), State: chatops.StateInfo, Status: strings.Join(status, " · ")}
}

// mostCommand is how long a command may be that is shown beside other text, in characters.
const mostCommand = 240

// command is what to type in a shell, if it has the room.
func command(f answers.Finding) chatops.Text {
	switch {
	case f.Command == "":
		return nil
	case strings.Contains(f.Command, "\n") || len(f.Command) > mostCommand || strings.Contains(f.Command, "`"):
		return chatops.Line(chatops.Plain(" What to type: "), chatops.Code("bot doctor"), chatops.Plain(" in a terminal."))
	default:
		return chatops.Line(chatops.Plain(" "), chatops.Code(f.Command))
	}
}

// notLooked says what was not looked at, and why: each reason once, with the checks that it was in the way of.
func notLooked(d answers.Diagnosis) chatops.Section {
	var reasons []string
	checks := map[string][]string{}
	for _, n := range d.NotLooked {
		if checks[n.Why] == nil {
			reasons = append(reasons, n.Why)
		}
		if !slices.Contains(checks[n.Why], n.Check) {
			checks[n.Why] = append(checks[n.Why], n.Check)
		}
	}
	section := chatops.Section{Title: "Not looked at"}
	for _, why := range reasons {
		line := chatops.Line(chatops.Bold(strings.Join(checks[why], ", ")+":"), chatops.Plain(" "))
		section.Lines = append(section.Lines, append(line, withCode(why)...))
	}
	return section
}

// withCode sets what stands between backticks as code: commands to type.
func withCode(s string) chatops.Text {
	var text chatops.Text
	for i, part := range strings.Split(s, "`") {
		switch {
		case part == "":
		case i%2 == 1:
			text = append(text, chatops.Code(part))
		default:
			text = append(text, chatops.Plain(part))
		}
	}
	return text
}

func doctorTitle(d answers.Diagnosis) string {
	of := strings.Join(d.Projects, ", ")
	switch {
	case d.Service != "":
		of = d.Service
	case len(d.Projects) > 3:
		of = chatops.Count(len(d.Projects), "project")
	}
	counts := map[answers.Severity]int{}
	for _, f := range d.Findings {
		counts[f.Severity]++
	}
	var parts []string
	for _, kind := range []struct {
		severity answers.Severity
		noun     string
	}{{answers.SeverityError, "error"}, {answers.SeverityWarning, "warning"}, {answers.SeverityInfo, "remark"}} {
		if n := counts[kind.severity]; n > 0 {
			parts = append(parts, chatops.Count(n, kind.noun))
		}
	}
	if len(parts) == 0 {
		if len(d.NotLooked) > 0 {
			return of + ": nothing is wrong, as far as was looked"
		}
		return of + ": nothing is wrong"
	}
	return of + ": " + strings.Join(parts, ", ")
}

// SeveritySign is a sign and a word for how bad a finding is.
func SeveritySign(s answers.Severity) string {
	switch s {
	case answers.SeverityError:
		return "✗ Error"
	case answers.SeverityWarning:
		return "▲ Warning"
	default:
		return "· Remark"
	}
}
