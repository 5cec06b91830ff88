package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// manifestSections have the diff of rendered manifests.
func manifestSections(m *answers.Manifests) []chatops.Section {
	if m == nil {
		return nil
	}
	section := chatops.Section{Title: "Manifests: " + manifestsTitle(m), Language: "diff"}
	if m.Note != "" {
		section.Lines = append(section.Lines, plain(m.Note))
	}
	var diff strings.Builder
	added, removed := 0, 0
	for _, c := range m.Changed {
		name := c.Name
		if c.Namespace != "" {
			name = c.Namespace + "/" + c.Name
		}
		fmt.Fprintf(&diff, "--- %s %s\n+++ %s %s\n%s", c.Kind, name, c.Kind, name, c.Diff)
		if !strings.HasSuffix(c.Diff, "\n") && c.Diff != "" {
			diff.WriteByte('\n')
		}
		added, removed = added+c.Added, removed+c.Removed
	}
	section.Quote = diff.String()
	if m.Commit != "" && len(m.Changed)+m.Unchanged > 0 {
		section.Lines = append(section.Lines, chatops.Line(
			chatops.Plain("kustomize build "), chatops.Code(m.Path), chatops.Plain(" of "+m.Repository+" at "), chatops.Code(shortHash(m.Commit)),
			chatops.Plain(fmt.Sprintf(", +%d −%d lines", added, removed))))
	}
	return []chatops.Section{section}
}

func manifestsTitle(m *answers.Manifests) string {
	switch {
	case len(m.Changed) > 0 && m.Unchanged > 0:
		return fmt.Sprintf("%s changed, %d not", chatops.Count(len(m.Changed), "resource"), m.Unchanged)
	case len(m.Changed) > 0:
		return chatops.Count(len(m.Changed), "resource") + " changed"
	case m.Commit == "" || m.Unchanged == 0:
		return "not rendered"
	default:
		return "nothing changes"
	}
}
