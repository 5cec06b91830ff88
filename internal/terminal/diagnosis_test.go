package terminal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

func sick() answers.Diagnosis {
	return answers.Diagnosis{
		Projects: []string{"microsvcs"}, Stages: 12, Warehouses: 8, Checks: make([]string, 25),
		Findings: []answers.Finding{
			{
				Check: "argocd-authorization", Severity: answers.SeverityError, Project: "microsvcs", Subject: "Application/red", Looked: "the annotation",
				What: "It lacks the annotation.\x1b[31m", Why: "It is refused.", Fix: "Set it.", Command: "kubectl annotate\nkubectl label\x1b[2J", Fixable: true,
			},
			{Check: "soaking", Severity: answers.SeverityInfo, Project: "microsvcs", Subject: "Stage/red", Looked: "Freight", What: "It soaks.", Why: "So it says.", Fix: "Wait."},
		},
		NotLooked: []answers.NotLooked{{Check: "slack-app", Why: "Slack is not configured."}},
	}
}

func TestRenderDiagnosis(t *testing.T) {
	golden.Compare(t, "diagnosis.txt", terminal.RenderDiagnosis(sick(), false))
	if coloured := terminal.RenderDiagnosis(sick(), true); !strings.Contains(coloured, "\x1b[31m✗ Error\x1b[0m") || strings.Contains(coloured, "\x1b[2J") {
		t.Errorf("%q", coloured)
	}
}

func TestDiagnosisJSON(t *testing.T) {
	text, err := terminal.DiagnosisJSON(sick())
	if err != nil {
		t.Fatal(err)
	}
	var back answers.Diagnosis
	if err := json.Unmarshal(text, &back); err != nil || len(back.Findings) != 2 || back.NotLooked[0].Check != "slack-app" {
		t.Errorf("%v: %s", err, text)
	}
}

// TestACommandHasNoLinesOfOthers: what only some terminals take for a line break must not become one.
func TestACommandHasNoLinesOfOthers(t *testing.T) {
	d := sick()
	d.Findings[0].Command = "kubectl apply -f - <<'EOF'\nrepoURL: x\rEOF\u0085touch /tmp/x\u2028y\u2029z\nEOF"
	if got := terminal.RenderDiagnosis(d, false); !strings.Contains(got, "\nrepoURL: xEOFtouch /tmp/xyz\nEOF\n") {
		t.Errorf("%q", got)
	}
}
