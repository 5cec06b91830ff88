package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// mostFindings is how many findings are shown at once.
const mostFindings = 12

// Doctor says what is wrong, why it matters and how to mend it.
func Doctor(d answers.Diagnosis, paging Paging) chatops.Card {
	card := chatops.Card{
		Title: doctorTitle(d), State: chatops.StateInfo,
		Status: strings.Join([]string{chatops.Count(d.Stages, "Stage"), chatops.Count(d.Warehouses, "Warehouse"), chatops.Count(len(d.Checks), "check")}, " · "),
	}
	if len(d.Findings) == 0 {
		card.Body = append(card.Body, plain("✓ Warehouses discover, Stages are healthy and verified, and nothing is stuck."))
		return card
	}
	shown := d.Findings
	if paging.Page > 0 && len(shown) > mostFindings {
		shown = shown[:mostFindings]
	}
	for _, f := range shown {
		sign := severitySign(f.Severity)
		if len(d.Projects) > 1 {
			sign += " " + f.Project
		}
		line := chatops.Line(
			chatops.Bold(sign+":"), chatops.Plain(" "+chatops.Shorten(f.What, 2*maxSaid)+" "+f.Why+" "), chatops.Bold("Fix:"), chatops.Plain(" "))
		card.Body = append(card.Body, append(line, withCode(f.Fix)...))
	}
	if rest := len(d.Findings) - len(shown); rest > 0 {
		card.Body = append(card.Body, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more. ", rest)),
			chatops.Code("/doctor <service>"), chatops.Plain(" looks at one service.")))
	}
	return card
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
		return of + ": nothing is wrong"
	}
	return of + ": " + strings.Join(parts, ", ")
}

func severitySign(s answers.Severity) string {
	switch s {
	case answers.SeverityError:
		return "✗ Error"
	case answers.SeverityWarning:
		return "▲ Warning"
	default:
		return "· Remark"
	}
}
