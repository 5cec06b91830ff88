package github

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// languagePattern is what may stand beside the fence of a quote.
var languagePattern = regexp.MustCompile(`^[A-Za-z0-9+#-]{1,30}$`)

// leastFence is the shortest fence in Markdown, in backquotes.
const leastFence = 3

// quote is a block of code, in which everything stands for itself. It implements lines.
type quote struct {
	language string
	rows     []string
	// lengths has for each number of rows what they come to, line breaks included, and fences how many
	// backquotes it takes to fence them.
	lengths, fences []int
}

func newQuote(text, language string) quote {
	q := quote{lengths: []int{0}, fences: []int{leastFence}}
	if languagePattern.MatchString(language) {
		q.language = language
	}
	if text = strings.TrimRight(cleanQuote(text), "\n"); strings.TrimSpace(text) == "" {
		return q
	}
	q.rows = strings.Split(text, "\n")
	length, fence := 0, leastFence
	for _, row := range q.rows {
		length += utf8.RuneCountInString(row) + 1
		fence = max(fence, backquotes(row)+1)
		q.lengths, q.fences = append(q.lengths, length), append(q.fences, fence)
	}
	return q
}

func (q quote) count() int { return len(q.rows) }

func (q quote) length(n int) int { return 2*q.fences[n] + len(q.language) + 1 + q.lengths[n] }

func (q quote) text(n int) string {
	fence := strings.Repeat("`", q.fences[n])
	return fence + q.language + "\n" + strings.Join(q.rows[:n], "\n") + "\n" + fence
}

// cleanQuote is clean for what keeps its tabs.
func cleanQuote(text string) string {
	parts := strings.Split(text, "\t")
	for i, part := range parts {
		parts[i] = clean(part)
	}
	return strings.Join(parts, "\t")
}

// backquotes returns the length of the longest run of them.
func backquotes(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
