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
		case trimmed == "":
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

// markdownBlocks follows what is open: a fenced code block, an HTML comment, a <pre> block.
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
	case b.until != "":
		if strings.Contains(strings.ToLower(line), b.until) {
			b.until = ""
		}
		return true
	}
	if run := fenceRun(trimmed); indent < 4 && len(run) >= 3 {
		b.fence = run
		return true
	}
	for _, block := range []struct{ open, closing string }{{"<!--", "-->"}, {"<pre", "</pre>"}, {"<script", "</script>"}} {
		_, rest, found := strings.Cut(strings.ToLower(line), block.open)
		if found && !strings.Contains(rest, block.closing) {
			b.until = block.closing
			return true
		}
	}
	return false
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
