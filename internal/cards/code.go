package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// mostBreaking is how many commits that break something are named before everything else.
	mostBreaking = 5
	// mostCommits is how many commits a card shows, for surfaces where a person would have to scroll.
	mostCommits = 100
)

// codeBody says in short what changes in the source code: how much, and what breaks.
func codeBody(code []answers.CodeChange) []chatops.Text {
	var body []chatops.Text
	for _, c := range code {
		lead := ""
		if len(code) > 1 {
			lead = lastWord(c.Artifacts[0]) + ": "
		}
		body = append(body, codeSummary(lead, c))
		for _, commits := range []answers.Commits{c.Added, c.Removed} {
			body = append(body, breaking(commits)...)
		}
		for _, remark := range c.Remarks {
			body = append(body, plain(remark))
		}
	}
	return body
}

// codeSummary says in one line how much changes: "4 commits · 3 pull requests · 1 breaking · compare".
func codeSummary(lead string, c answers.CodeChange) chatops.Text {
	counts := func(commits answers.Commits) chatops.Text {
		return commitCounts(commits.Total, commits.Unseen > 0, commits.PullRequests, commits.Breaking)
	}
	line := chatops.Line(chatops.Plain(lead))
	switch {
	case !c.Known():
		line = append(line, chatops.Plain(c.Unknown))
	case c.Relation == relationIdentical:
		line = append(line, chatops.Plain("Both are built from the same commit."))
	case c.Relation == relationDiverged:
		line = append(line, chatops.Plain("The two have diverged. "), chatops.Bold("Comes:"), chatops.Plain(" "))
		line = append(append(line, counts(c.Added)...), chatops.Plain("; "), chatops.Bold("is taken away:"), chatops.Plain(" "))
		line = append(line, counts(c.Removed)...)
	case c.Relation == relationBehind:
		line = append(append(line, chatops.Bold("Takes away"), chatops.Plain(" ")), counts(c.Removed)...)
	default:
		line = append(line, counts(c.Added)...)
	}
	if c.URL != "" {
		line = append(line, chatops.Plain(" · "), chatops.LinkTo("compare", c.URL))
	}
	return line
}

// Relations of commits, as answers.CodeChange has them.
const (
	relationIdentical = "identical"
	relationBehind    = "behind"
	relationDiverged  = "diverged"
)

// commitCounts writes how many commits there are and what of them is worth a word.
func commitCounts(commits int, more bool, pullRequests, breaking int) chatops.Text {
	line := chatops.Line(chatops.Plain(chatops.Count(commits, "commit")))
	if more {
		line = chatops.Line(chatops.Plain("at least " + chatops.Count(commits, "commit")))
	}
	if pullRequests > 0 {
		line = append(line, chatops.Plain(" · "+chatops.Count(pullRequests, "pull request")))
	}
	if breaking > 0 {
		line = append(line, chatops.Plain(" · "), chatops.Bold(fmt.Sprintf("%d breaking", breaking)))
	}
	return line
}

// breaking names the commits that break something.
func breaking(commits answers.Commits) []chatops.Text {
	var body []chatops.Text
	for _, c := range commits.Changes() {
		if !c.Breaking {
			continue
		}
		if len(body) == mostBreaking {
			return append(body, plain(fmt.Sprintf("and %d more that break something", commits.Breaking-mostBreaking)))
		}
		body = append(body, append(chatops.Line(chatops.Bold("Breaking:"), chatops.Plain(" ")), changeLine(c)...))
	}
	return body
}

// changeLine writes a change as people know it: "feat(red)!: drop /v1 (#214, hubot)".
func changeLine(c answers.Change) chatops.Text {
	line := highlight{title: c.Says(), url: c.URL, author: c.Author}
	if c.PullRequest != nil {
		line.pull, line.pullURL = c.PullRequest.Number, c.PullRequest.URL
	}
	text := line.text()
	if c.Commits > 1 {
		text = append(text, chatops.Plain(" · "+chatops.Count(c.Commits, "commit")))
	}
	return text
}

// highlight is a commit in one line.
type highlight struct {
	title, url, author string
	// pull is the number of the pull request that it came with, if that is known.
	pull    int
	pullURL string
}

func (h highlight) text() chatops.Text {
	line := chatops.Line(link(h.title, h.url))
	if h.pull == 0 && h.author == "" {
		return line
	}
	line = append(line, chatops.Plain(" ("))
	if h.pull != 0 {
		line = append(line, link(fmt.Sprintf("#%d", h.pull), h.pullURL))
	}
	switch {
	case h.pull != 0 && h.author != "":
		line = append(line, chatops.Plain(", "+h.author))
	case h.author != "":
		line = append(line, chatops.Plain(h.author))
	}
	return append(line, chatops.Plain(")"))
}

// link leads to a URL, if there is one.
func link(label, url string) chatops.Span {
	if url == "" {
		return chatops.Plain(label)
	}
	return chatops.LinkTo(label, url)
}

// codeSections list the commits and the release notes, to be unfolded.
func codeSections(code []answers.CodeChange) []chatops.Section {
	var sections []chatops.Section
	for _, c := range code {
		of := ""
		if len(code) > 1 {
			of = " of " + lastWord(c.Artifacts[0])
		}
		sections = append(sections, commitSections(c, of)...)
		for _, r := range c.Releases {
			sections = append(sections, releaseSection(r, of))
		}
	}
	return sections
}

func commitSections(c answers.CodeChange, of string) []chatops.Section {
	var sections []chatops.Section
	for _, part := range []struct {
		commits answers.Commits
		what    string
	}{{c.Added, ""}, {c.Removed, " that would be taken away"}} {
		if part.commits.Total == 0 && part.commits.Elsewhere == 0 && part.commits.Unseen == 0 {
			continue
		}
		section := chatops.Section{Title: chatops.Count(part.commits.Total, "commit") + of + part.what}
		changes := part.commits.Changes()
		shown := changes[:min(len(changes), mostCommits)]
		for _, change := range shown {
			section.Lines = append(section.Lines, changeLine(change))
		}
		section.Lines = append(section.Lines, notListed(part.commits, len(changes)-len(shown), c.URL)...)
		sections = append(sections, section)
	}
	return sections
}

// notListed says which commits are not in the list, besides so many of its kind.
func notListed(commits answers.Commits, more int, url string) []chatops.Text {
	var lines []chatops.Text
	if more > 0 {
		lines = append(lines, plain(fmt.Sprintf("and %d more", more)))
	}
	if commits.Elsewhere > 0 {
		lines = append(lines, plain(fmt.Sprintf("%s in between touch none of its files.", chatops.Count(commits.Elsewhere, "commit"))))
	}
	if commits.Unseen > 0 {
		line := plain(fmt.Sprintf("%s before these were not looked at. ", chatops.Count(commits.Unseen, "commit")))
		if url != "" {
			line = append(line, chatops.LinkTo("All of them", url))
		}
		lines = append(lines, line)
	}
	return lines
}
