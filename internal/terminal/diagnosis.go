package terminal

import (
	"encoding/json"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// RenderDiagnosis returns what is wrong as lines of text: of each finding all there is to say, with the command that
// mends it as it is to be typed; then what was not looked at.
func RenderDiagnosis(d answers.Diagnosis, colour bool) string {
	p := pen{colour: colour}
	card := cards.DoctorHead(d)
	parts := []string{line(p.in(bold, flat(card.Title))) + line(flat(card.Status))}
	for _, f := range d.Findings {
		parts = append(parts, renderFinding(p, d, f))
	}
	if len(d.NotLooked) > 0 {
		lines := []string{line(p.in(bold, "Not looked at"))}
		for _, n := range d.NotLooked {
			of := n.Check
			if n.Project != "" && len(d.Projects) > 1 {
				of += " (" + n.Project + ")"
			}
			lines = append(lines, line("  "+flat(of+": "+n.Why)))
		}
		parts = append(parts, join("", lines...))
	}
	return join("\n", parts...)
}

func renderFinding(p pen, d answers.Diagnosis, f answers.Finding) string {
	colour := map[answers.Severity]style{answers.SeverityError: red, answers.SeverityWarning: yellow, answers.SeverityInfo: cyan}[f.Severity]
	subject := f.Subject
	if len(d.Projects) > 1 && f.Project != "" {
		subject = f.Project + " " + subject
	}
	text := line(p.in(colour, cards.SeveritySign(f.Severity)) + "  " + flat(subject+"  ("+f.Check+")"))
	text += line("  " + flat(f.What))
	text += line("  Looked at: " + flat(f.Looked) + ".")
	text += line("  Why it matters: " + flat(f.Why))
	text += line("  Fix: " + flat(f.Fix))
	if f.Fixable {
		text += line("  `bot doctor --fix` can do it.")
	}
	// As it is to be typed: a here-document ends with a line that has no space before it.
	return text + line(cleanCommand(f.Command))
}

// DiagnosisJSON returns what is wrong as a JSON document.
func DiagnosisJSON(d answers.Diagnosis) ([]byte, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the diagnosis: %w", err)
	}
	return append(text, '\n'), nil
}

// Plain makes a foreign text fit for one line on a terminal.
func Plain(text string) string { return flat(text) }
