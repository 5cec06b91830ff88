package chatops

import "strings"

// MaxCommandsPerComment bounds what one comment can ask for.
const MaxCommandsPerComment = 10

// CommandLines returns the lines of a Markdown comment that are commands: lines that begin with a
// slash and a letter, outside of code blocks, quotes and HTML comments. Whether there is such a
// command is for Parse to say: "/lgtm" is a line that begins so and belongs to somebody else.
func CommandLines(comment string) []string {
	var (
		lines   []string
		blocks  markdownBlocks
		isQuote bool
	)
	for line := range strings.Lines(comment) {
		line = strings.TrimRight(line, "\r\n")
		if blocks.skips(line) {
			isQuote = false
			continue
		}
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(trimmed, ">"):
			isQuote = true
			continue
		case strings.TrimSpace(line) == "":
			isQuote = false
			continue
		case isQuote:
			// A line right below a quote still belongs to it in Markdown.
			continue
		}
		if len(line) > 1 && line[0] == '/' && isLetter(line[1]) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// markdownBlocks follows what is open: a fenced code block, an HTML comment, or an HTML block that
// shows code or a quote.
type markdownBlocks struct {
	fence string
	until string
}

// skips takes the next line and reports whether it belongs to a block that holds no commands.
func (b *markdownBlocks) skips(line string) bool {
	trimmed := strings.TrimLeft(line, " ")
	indent := len(line) - len(trimmed)
	switch {
	case b.fence != "":
		run := fenceRun(trimmed)
		if indent < 4 && strings.HasPrefix(run, b.fence) && strings.TrimSpace(trimmed[len(run):]) == "" {
			b.fence = ""
		}
		return true
	case b.until == "":
		if run := fenceRun(trimmed); indent < 4 && opensFence(run, trimmed[len(run):]) {
			b.fence = run
			return true
		}
	}
	inside := b.until != ""
	b.followHTML(strings.ToLower(line))
	return inside || b.until != ""
}

// opensFence reports whether a run of backticks or tildes begins a code block. After backticks there
// must be no other: "```code```" is code within a line.
func opensFence(run, info string) bool {
	return len(run) >= 3 && (run[0] == '~' || !strings.Contains(info, "`"))
}

// followHTML goes through a line in lower case and notes which HTML block is open at its end.
func (b *markdownBlocks) followHTML(line string) {
	for {
		if b.until == "" {
			if line, b.until = openHTML(line); b.until == "" {
				return
			}
		}
		_, rest, found := strings.Cut(line, b.until)
		if !found {
			return
		}
		line, b.until = rest, ""
	}
}

// openHTML finds the first block that a line opens, and returns what follows and what ends it.
func openHTML(line string) (rest, until string) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '`':
			// What stands between backticks is shown and opens nothing.
			run := fenceRun(line[i:])
			i += len(run) - 1
			if end := strings.Index(line[i+1:], run); end >= 0 {
				i += end + len(run)
			}
		case '<':
			for _, block := range htmlBlocks() {
				rest, found := strings.CutPrefix(line[i:], block.open)
				// "<prefix>" is no <pre>.
				if found && (block.open == "<!--" || rest == "" || !isLetter(rest[0])) {
					return rest, block.closing
				}
			}
		}
	}
	return "", ""
}

// htmlBlocks are the beginnings and ends of HTML that shows nothing, code, or somebody else's words.
func htmlBlocks() [5]struct{ open, closing string } {
	return [...]struct{ open, closing string }{
		{"<!--", "-->"}, {"<pre", "</pre>"}, {"<code", "</code>"}, {"<blockquote", "</blockquote>"}, {"<script", "</script>"},
	}
}

// fenceRun returns the run of backticks or tildes that a line begins with.
func fenceRun(line string) string {
	if line == "" || line[0] != '`' && line[0] != '~' {
		return ""
	}
	return line[:len(line)-len(strings.TrimLeft(line, line[:1]))]
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Known reports whether a command line begins with a command of ours, so that an unknown one on
// GitHub, where other bots listen too, can be left alone.
func Known(line string) bool {
	words, _ := splitWords(line[:min(len(line), MaxLine)])
	if len(words) == 0 {
		return false
	}
	name := commandName(words[0])
	_, ok := lookUp(name)
	return ok || name == umbrella
}
