package releasenotes

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensions "github.com/yuin/goldmark/extension/ast"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// betweenCells separates the cells of a row.
const betweenCells = " · "

// writer writes the lines of blocks.
type writer struct {
	source []byte
	lines  []chatops.Text
	// mark stands before the next line, and then indent before each.
	mark, indent string
	// level is how many lists are around.
	level int
}

// isFull reports whether more lines are there than are shown.
func (w *writer) isFull() bool { return len(w.lines) > MaxLines }

// blocks writes the blocks in another.
func (w *writer) blocks(parent ast.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for child := parent.FirstChild(); child != nil && !w.isFull(); child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Heading:
			w.heading(n)
		case *ast.Paragraph, *ast.TextBlock:
			w.paragraph(n)
		case *ast.List:
			w.list(n, depth)
		case *ast.Blockquote:
			w.blocks(n, depth+1)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			w.code(n)
		case *extensions.Table:
			w.table(n)
		}
	}
}

// say writes a line, if there is anything in it.
func (w *writer) say(line chatops.Text) {
	line = tidy(line)
	if len(line) == 0 || w.isFull() {
		return
	}
	prefix := w.indent
	if w.mark != "" {
		prefix, w.mark = w.mark, ""
	}
	if prefix != "" {
		line = merged(append(chatops.Line(chatops.Plain(prefix)), line...))
	}
	w.lines = append(w.lines, cut(line, MaxRunes))
}

func (w *writer) heading(n *ast.Heading) {
	for _, line := range w.inline(n, chatops.SpanBold) {
		if len(w.lines) > 0 || !isVersion(line.String()) {
			w.say(line)
		}
	}
}

// alert is what GitHub shows a quote with, as a note or a warning.
var alert = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*`)

func (w *writer) paragraph(n ast.Node) {
	for _, line := range w.inline(n, chatops.SpanPlain) {
		line = merged(line)
		if len(line) > 0 && line[0].Kind == chatops.SpanPlain {
			if found := alert.FindStringSubmatch(line[0].Text); found != nil {
				line[0].Text = line[0].Text[len(found[0]):]
				kind := found[1][:1] + strings.ToLower(found[1][1:]) + ":"
				line = append(chatops.Line(chatops.Bold(kind), chatops.Plain(" ")), line...)
			}
		}
		w.say(line)
	}
}

func (w *writer) list(n *ast.List, depth int) {
	around, number := w.indent, n.Start
	for item := n.FirstChild(); item != nil && !w.isFull(); item = item.NextSibling() {
		indent := strings.Repeat("  ", min(w.level, maxLevel))
		w.mark, w.indent = indent+chatops.Bullet, indent+"  "
		if n.IsOrdered() {
			w.mark += strconv.Itoa(number) + ". "
			number++
		}
		w.level++
		w.blocks(item, depth+1)
		w.level--
	}
	w.mark, w.indent = "", around
}

func (w *writer) code(n ast.Node) {
	rows := n.Lines()
	for i := 0; i < rows.Len() && !w.isFull(); i++ {
		row := rows.At(i)
		if text := strings.TrimRight(string(row.Value(w.source)), " \n"); text != "" {
			w.say(chatops.Line(chatops.Code(text)))
		}
	}
}

// table writes each row as a line, the first of them, which has the headings, in bold.
func (w *writer) table(n *extensions.Table) {
	for row := n.FirstChild(); row != nil && !w.isFull(); row = row.NextSibling() {
		kind := chatops.SpanPlain
		if _, isHead := row.(*extensions.TableHeader); isHead {
			kind = chatops.SpanBold
		}
		var line chatops.Text
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			for _, text := range w.inline(cell, kind) {
				if text = tidy(text); len(text) == 0 {
					continue
				}
				if len(line) > 0 {
					line = append(line, chatops.Plain(betweenCells))
				}
				line = append(line, text...)
			}
		}
		w.say(line)
	}
}
