package cards

import (
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/releasenotes"
)

// releaseSection has the notes of one version.
func releaseSection(r answers.ReleaseNotes, of string) chatops.Section {
	section := chatops.Section{Title: "Release notes" + of + ": " + r.Version, Lines: releasenotes.Lines(r.Notes)}
	if r.URL != "" {
		section.Lines = append(section.Lines, chatops.Line(chatops.LinkTo(r.Tag, r.URL)))
	}
	return section
}
