package freightdiff

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bounds of the Shipment's schema: entries, and characters.
const (
	maxHighlights = 5
	maxLine       = 256
	maxReason     = 1024
	maxURL        = 2048
)

// Contents sums up what changes in the code of a service, as a Shipment keeps it.
func Contents(service string, code []answers.CodeChange) v1alpha1.Contents {
	out := v1alpha1.Contents{Service: service}
	var changes []answers.Change
	for _, c := range code {
		if !c.Known() {
			out.Unknown, out.Transient = chatops.Fit(c.Unknown, maxReason), out.Transient || c.Transient
			continue
		}
		out.Added, out.Removed = counted(out.Added, c.Added), counted(out.Removed, c.Removed)
		changes = append(append(changes, c.Added.Changes()...), c.Removed.Changes()...)
	}
	if len(code) == 1 {
		out.URL = bounded(code[0].URL)
	}
	// Of equals, the newest come first, as before.
	slices.SortStableFunc(changes, func(a, b answers.Change) int { return rank(a.Commit) - rank(b.Commit) })
	for _, c := range changes[:min(len(changes), maxHighlights)] {
		out.Highlights = append(out.Highlights, highlight(c))
	}
	return out
}

// rank says how much a commit matters to those who use the service: the lower, the more.
func rank(c answers.Commit) int {
	switch {
	case c.Breaking:
		return 0
	case c.Type == "feat", c.Type == "fix", c.Type == "perf", c.Type == "revert", c.Type == "":
		return 1
	default:
		return 2
	}
}

// counted adds commits to a count, which is nil as long as there are none.
func counted(to *v1alpha1.CommitCounts, c answers.Commits) *v1alpha1.CommitCounts {
	if c.Total == 0 && c.Unseen == 0 {
		return to
	}
	if to == nil {
		to = &v1alpha1.CommitCounts{}
	}
	to.Commits += c.Total
	to.PullRequests += c.PullRequests
	to.Breaking += c.Breaking
	to.More = to.More || c.Unseen > 0
	return to
}

func highlight(c answers.Change) v1alpha1.CommitLine {
	line := v1alpha1.CommitLine{
		Title: chatops.Fit(c.Says(), maxLine), Author: chatops.Fit(c.Author, maxLine), Breaking: c.Breaking, URL: bounded(c.URL),
	}
	if c.Commits > 1 {
		line.Commits = c.Commits
	}
	if c.PullRequest != nil {
		line.PullRequest, line.PullRequestURL = c.PullRequest.Number, bounded(c.PullRequest.URL)
	}
	return line
}

// bounded returns a URL if it fits: half of one leads nowhere.
func bounded(url string) string {
	if len(url) > maxURL {
		return ""
	}
	return url
}
