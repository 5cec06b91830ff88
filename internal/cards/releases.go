package cards

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// releaseSection has the notes of one version.
func releaseSection(r answers.ReleaseNotes, of string) chatops.Section {
	section := chatops.Section{Title: "Release notes" + of + ": " + r.Version}
	for line := range strings.Lines(r.Notes) {
		section.Lines = append(section.Lines, plain(strings.TrimSpace(line)))
	}
	if r.URL != "" {
		section.Lines = append(section.Lines, chatops.Line(chatops.LinkTo(r.Tag, r.URL)))
	}
	return section
}
