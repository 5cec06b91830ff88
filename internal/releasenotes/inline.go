package releasenotes

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxURL is how long a link may be, in bytes: https://docs.slack.dev/reference/block-kit takes 3,000.
const maxURL = 2000

// inline returns what stands in a block: one line, or more if lines are broken on purpose. Text is of that
// kind, plain or bold.
func (w *writer) inline(block ast.Node, kind chatops.SpanKind) []chatops.Text {
	r := reader{source: w.source, lines: make([]chatops.Text, 1)}
	r.children(block, kind, 0)
	return r.lines
}

// reader reads the spans of lines.
type reader struct {
	source []byte
	lines  []chatops.Text
}

func (r *reader) add(span chatops.Span) {
	last := len(r.lines) - 1
	r.lines[last] = append(r.lines[last], span)
}

func (r *reader) children(parent ast.Node, kind chatops.SpanKind, depth int) {
	if depth > maxDepth {
		return
	}
	for child := parent.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			r.text(n, kind)
		case *ast.String:
			r.add(chatops.Span{Kind: kind, Text: string(n.Value)})
		case *ast.CodeSpan:
			r.add(chatops.Code(words(n, r.source, 0)))
		case *ast.Emphasis:
			if n.Level > 1 {
				r.children(n, chatops.SpanBold, depth+1)
			} else {
				r.children(n, kind, depth+1)
			}
		case *ast.Link:
			r.link(words(n, r.source, 0), string(n.Destination), kind)
		case *ast.AutoLink:
			r.link(shortened(string(n.Label(r.source))), string(n.URL(r.source)), kind)
		case *extensions.TaskCheckBox:
			r.add(chatops.Plain(map[bool]string{true: "[x] ", false: "[ ] "}[n.IsChecked]))
		case *extensions.Strikethrough:
			r.children(n, kind, depth+1)
		case *ast.RawHTML:
			r.html(n)
		}
	}
}

func (r *reader) text(n *ast.Text, kind chatops.SpanKind) {
	r.add(chatops.Span{Kind: kind, Text: value(n, r.source)})
	switch {
	case n.HardLineBreak():
		r.lines = append(r.lines, nil)
	case n.SoftLineBreak():
		r.add(chatops.Span{Kind: kind, Text: " "})
	}
}

// html drops an element, but for the line break that it may be.
func (r *reader) html(n *ast.RawHTML) {
	if bytes.HasPrefix(bytes.ToLower(n.Segments.Value(r.source)), []byte("<br")) {
		r.lines = append(r.lines, nil)
	}
}

// link adds a link to a page of the web. Of one to anything else only the label is shown.
func (r *reader) link(label, target string, kind chatops.SpanKind) {
	label = strings.Join(strings.Fields(label), " ")
	switch {
	case label == "":
		// It was an image, such as a badge.
	case isWebURL(target):
		r.add(chatops.LinkTo(label, target))
	default:
		r.add(chatops.Span{Kind: kind, Text: label})
	}
}

// reference and comparison are addresses that GitHub shows in short.
var (
	reference  = regexp.MustCompile(`^https://github\.com/[\w.-]+/[\w.-]+/(?:pull|issues)/(\d+)$`)
	comparison = regexp.MustCompile(`^https://github\.com/[\w.-]+/[\w.-]+/compare/([^/?#]+)$`)
)

// shortened returns an address that somebody wrote as GitHub shows it: "#214", "v3.1.0...v3.2.0".
func shortened(address string) string {
	if found := reference.FindStringSubmatch(address); found != nil {
		return "#" + found[1]
	}
	if found := comparison.FindStringSubmatch(address); found != nil {
		return found[1]
	}
	return address
}

func isWebURL(s string) bool {
	if len(s) > maxURL {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// words returns the text in a node without any form. Images and HTML have none.
func words(parent ast.Node, source []byte, depth int) string {
	if depth > maxDepth {
		return ""
	}
	var b strings.Builder
	for child := parent.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			b.WriteString(value(n, source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.Image, *ast.RawHTML:
		default:
			b.WriteString(words(n, source, depth+1))
		}
	}
	return b.String()
}

// value returns what a text says: in code, what is written, and elsewhere what backslashes and entities
// stand for.
func value(n *ast.Text, source []byte) string {
	text := n.Value(source)
	if _, isCode := n.Parent().(*ast.CodeSpan); isCode || n.IsRaw() {
		return strings.ReplaceAll(string(text), "\n", " ")
	}
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(text))))
}
