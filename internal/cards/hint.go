package cards

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// hint says how to mend a failure that is well known, or nothing. A sentence is all that Kargo gives
// to know it by.
func hint(project, stage, message string) chatops.Text {
	// The first is what Kargo 1.11 says in the Promotion, the second what older ones said.
	unauthorized := strings.Contains(message, "Argo CD Application") && strings.Contains(message, "is not authorized") ||
		strings.Contains(message, "does not permit mutation by Kargo Stage")
	if !unauthorized {
		return nil
	}
	return chatops.Line(
		chatops.Bold("Fix:"), chatops.Plain(" add the annotation "),
		chatops.Code("kargo.akuity.io/authorized-stage: "+project+":"+stage),
		chatops.Plain(" to the Application, or to the template of its ApplicationSet."),
	)
}
