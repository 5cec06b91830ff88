package chatops

import (
	_ "embed" // the introduction of the reference
	"fmt"
	"strings"
)

//go:embed reference.md
var referenceIntroduction string

// Reference returns the documentation of all commands in Markdown: docs/commands.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceIntroduction)
	for _, d := range definitions() {
		fmt.Fprintf(&b, "| [`/%s%s`](#%s) | %s |\n", d.name, d.words(), d.name, d.summary)
	}
	for _, d := range definitions() {
		d.document(&b)
	}
	return b.String()
}

// document writes the section about one command.
func (d definition) document(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n```\n%s\n```\n", d.name, d.summary, strings.Join(d.usages(), "\n"))
	for _, paragraph := range d.details {
		fmt.Fprintf(b, "\n%s\n", paragraph)
	}
	if len(d.options) > 0 {
		b.WriteString("\n")
	}
	for _, o := range d.options {
		name := "--" + o.name
		if o.value != "" {
			name += " " + o.value
		}
		fmt.Fprintf(b, "- `%s`: %s\n", name, o.about)
	}
	b.WriteString("\nFor example:\n\n")
	for _, e := range d.examples {
		fmt.Fprintf(b, "- `%s`\n", e)
	}
}
