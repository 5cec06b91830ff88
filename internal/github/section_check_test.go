package github

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

var (
	summaryPattern = regexp.MustCompile(`^<details><summary>(.+)</summary>$`)
	fencePattern   = regexp.MustCompile("^(`{3,})([^`]*)$")
	itemPattern    = regexp.MustCompile(`^((?:  )*)- (.*)$`)
	// shownPattern is what in HTML stands for a character of the text.
	shownPattern = regexp.MustCompile(`<span>\$</span>|&(?:lt|gt|amp|#\d{2,3});|[@#]&#8203;|&#8203;`)
	// linkPattern is what GitHub makes a link, an emoji or a mention of, in HTML as anywhere.
	linkPattern = regexp.MustCompile(`(?i)[<>&@#$\\` + "`" + `*_\[\]|~!]|://|www\.(?:[^\x{200b}]|$)|gh-\d|:[\w+-]+:`)
)

// withoutSections takes out of a comment what folds its sections: the HTML around them, the marks of lists
// in them, and blocks of code with what is in them. It complains of any of these elsewhere, of what is half
// open, and of what ends a block before its time.
func withoutSections(complain func(string, ...any), card chatops.Card, text string) string {
	lines := strings.Split(text, "\n")
	at := func(i int) string {
		if i < 0 || i >= len(lines) {
			return ""
		}
		return lines[i]
	}
	var out []string
	seen, isOpen, level := 0, false, -1
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		before, after := at(i-1), at(i+1)
		fence := fencePattern.FindStringSubmatch(line)
		item := itemPattern.FindStringSubmatch(line)
		isFrame := strings.HasPrefix(line, "<details") || strings.HasPrefix(line, "</details")
		if isFrame && (before != "" || after != "") {
			complain("no empty line beside %q", short(line))
		}
		if item == nil {
			level = -1
		}
		switch {
		case isFrame && !isOpen:
			found := summaryPattern.FindStringSubmatch(line)
			if found == nil {
				complain("a section begins %q", short(line))
				continue
			}
			checkSummary(complain, found[1])
			seen++
			isOpen = true
		case isFrame:
			if line != "</details>" {
				complain("a section within a section: %q", short(line))
			}
			isOpen = false
		case fence != nil:
			if !isOpen || before != "" {
				complain("code begins at %q", short(line))
			}
			end := closingFence(complain, lines, i, fence[1])
			if at(end+1) != "" {
				complain("code goes on: %q", short(at(end+1)))
			}
			i = end
		case item != nil && isOpen:
			depth := len(item[1]) / 2
			if depth > level+1 || item[2] == "" || level < 0 && before != "" {
				complain("an item after %q: %q", short(before), short(line))
			}
			level = depth
			out = append(out, wholeLine(complain, item[2]))
		case isOpen:
			out = append(out, wholeLine(complain, line))
		default:
			out = append(out, line)
		}
	}
	if isOpen {
		complain("a section is not closed")
	}
	if seen > len(card.Sections) {
		complain("%d sections of %d", seen, len(card.Sections))
	}
	return strings.Join(out, "\n")
}

// closingFence returns the line that ends the code which begins at a line.
func closingFence(complain func(string, ...any), lines []string, begin int, fence string) int {
	for i := begin + 1; i < len(lines); i++ {
		ticks := strings.TrimSpace(lines[i])
		if strings.HasPrefix(ticks, fence) && strings.Trim(ticks, "`") == "" {
			if lines[i] != fence {
				complain("code is ended by %q", short(lines[i]))
			}
			return i
		}
		if strings.ContainsFunc(lines[i], func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
			complain("control characters in %q", short(lines[i]))
		}
	}
	complain("code is not closed: %q", short(lines[begin]))
	return len(lines)
}

// wholeLine complains of a line of which a code span goes on in the next.
func wholeLine(complain func(string, ...any), line string) string {
	if strings.Contains(regexp.MustCompile(`\\.`).ReplaceAllString(withoutCode(line), ""), "`") {
		complain("a code span is not closed in its line: %q", short(line))
	}
	return line
}

// checkSummary complains of what means something in HTML, or to GitHub after that.
func checkSummary(complain func(string, ...any), summary string) {
	if found := linkPattern.FindString(shownPattern.ReplaceAllString(summary, "\u200b")); found != "" {
		complain("%q in the title of a section: %q", found, short(summary))
	}
}
