package freightdiff

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxTitle is how much of a commit's first line is kept, in characters.
const maxTitle = 200

var (
	// conventional is the first line of a Conventional Commit: https://www.conventionalcommits.org/en/v1.0.0/
	conventional = regexp.MustCompile(`^([A-Za-z]+)(?:\(([^()\n]{1,100})\))?(!)?: +(\S.*)$`)
	// breakingFooter is how the footer of a Conventional Commit says that it breaks something.
	breakingFooter = regexp.MustCompile(`(?m)^BREAKING[ -]CHANGE: `)
	// squashed is how GitHub ends the first line of a squashed pull request.
	squashed = regexp.MustCompile(`^(.*\S) \(#([1-9]\d{0,8})\)$`)
	// merged is how GitHub begins the message of a merge.
	merged = regexp.MustCompile(`^Merge pull request #([1-9]\d{0,8}) from `)
)

// readCommit takes a commit apart.
func readCommit(raw RawCommit) answers.Commit {
	commit := answers.Commit{
		SHA: raw.SHA, Author: cmp.Or(raw.Login, raw.Author), At: raw.At, URL: raw.URL,
		Breaking: breakingFooter.MatchString(raw.Message),
	}
	title, _, _ := strings.Cut(raw.Message, "\n")
	title = strings.TrimSpace(title)
	if m := squashed.FindStringSubmatch(title); m != nil {
		title = m[1]
		commit.PullRequest = &answers.PullRequest{Number: number(m[2])}
	}
	if m := conventional.FindStringSubmatch(title); m != nil {
		commit.Type, commit.Scope, title = strings.ToLower(m[1]), m[2], m[4]
		commit.Breaking = commit.Breaking || m[3] == "!"
	}
	commit.Title = chatops.Fit(title, maxTitle)
	return commit
}

// mergedPull returns the pull request that a merge brought in, as GitHub writes such merges; nil for any
// other commit. The second line with a text is the pull request's title.
func mergedPull(raw RawCommit) *answers.PullRequest {
	if len(raw.Parents) < 2 {
		return nil
	}
	first, rest, _ := strings.Cut(raw.Message, "\n")
	m := merged.FindStringSubmatch(first)
	if m == nil {
		return nil
	}
	title, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	return &answers.PullRequest{Number: number(m[1]), Title: chatops.Fit(strings.TrimSpace(title), maxTitle)}
}

// number reads digits that a pattern has matched.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		// No more than nine digits match.
		panic(err)
	}
	return n
}
