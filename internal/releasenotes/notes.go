// Package releasenotes turns the release notes of others into lines that every surface can show.
package releasenotes

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bounds of what is read and returned. Notes as people and their tools write them reach none of these.
const (
	// maxInput is how much of the notes is read, in bytes.
	maxInput = 64 << 10
	// MaxLines is how many lines are returned at most.
	MaxLines = 400
	// MaxRunes is how long a line is at most, in characters.
	MaxRunes = 500
	// maxDepth is how deep blocks, and what stands in a line, may be in each other.
	maxDepth = 40
	// maxLevel is how deep a list is shown in others.
	maxLevel = 5
)

// Lines returns release notes, in the Markdown of GitHub, line by line: headings in bold, the items of lists
// with a chatops.Bullet, code and the rows of tables each on its own line. Links to the web stay links;
// emphasis, HTML and images are dropped, and so is a heading at the beginning that only says the version.
// Nobody is mentioned. If there is more than the bounds allow, the last line is an ellipsis.
func Lines(markdown string) []chatops.Text {
	source, isCut := readable(markdown)
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify, extension.TaskList)).Parser()
	w := writer{source: source}
	w.blocks(parser.Parse(text.NewReader(source)), 0)
	if isCut || len(w.lines) > MaxLines {
		w.lines = append(w.lines[:min(len(w.lines), MaxLines-1)], chatops.Line(chatops.Plain("…")))
	}
	return w.lines
}

// readable returns as many whole lines as are read, and whether there are more.
func readable(markdown string) (source []byte, isCut bool) {
	if isCut = len(markdown) > maxInput; isCut {
		markdown = markdown[:maxInput]
		if end := strings.LastIndexByte(markdown, '\n'); end > 0 {
			markdown = markdown[:end]
		}
	}
	markdown = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(markdown, "\uFFFD"))
	return []byte(markdown), isCut
}
