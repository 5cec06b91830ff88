package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// contentsOf returns what ships with an item of a Shipment, if that was found out.
func contentsOf(s *v1alpha1.Shipment, i int) *v1alpha1.Contents {
	if i >= len(s.Status.Contents) || s.Status.Contents[i].Service != s.Spec.Items[i].Service {
		return nil
	}
	return &s.Status.Contents[i]
}

// contents says in short what ships with the one item of a Shipment.
func contents(s *v1alpha1.Shipment) []chatops.Text { return whatShips(contentsOf(s, 0)) }

// whatShips says in short what ships: how much, and what is worth knowing; nothing if that was not found out.
func whatShips(c *v1alpha1.Contents) []chatops.Text {
	if c == nil {
		return nil
	}
	line := counted(c)
	if c.Unknown != "" {
		if len(line) > 0 {
			line = append(line, chatops.Plain(" · "))
		}
		line = append(line, chatops.Plain(c.Unknown))
	}
	if c.URL != "" && len(line) > 0 {
		line = append(line, chatops.Plain(" · "), chatops.LinkTo("compare", c.URL))
	}
	if len(line) == 0 {
		return nil
	}
	body := []chatops.Text{line}
	more := commitsIn(c)
	for _, commit := range c.Highlights {
		more -= max(1, commit.Commits)
		text := highlight{
			title: commit.Title, url: commit.URL, author: commit.Author, pull: commit.PullRequest, pullURL: commit.PullRequestURL,
		}.text()
		if commit.Commits > 1 {
			text = append(text, chatops.Plain(" · "+chatops.Count(commit.Commits, "commit")))
		}
		if commit.Breaking {
			text = append(chatops.Line(chatops.Bold("Breaking:"), chatops.Plain(" ")), text...)
		}
		body = append(body, text)
	}
	if more > 0 && len(c.Highlights) > 0 {
		body = append(body, plain("and "+chatops.Count(more, "more commit")))
	}
	return body
}

// counted says how many commits come and go.
func counted(c *v1alpha1.Contents) chatops.Text {
	counts := func(n *v1alpha1.CommitCounts) chatops.Text {
		return commitCounts(n.Commits, n.More, n.PullRequests, n.Breaking)
	}
	switch {
	case c.Added != nil && c.Removed != nil:
		line := append(counts(c.Added), chatops.Plain("; "), chatops.Bold("takes away"), chatops.Plain(" "))
		return append(line, counts(c.Removed)...)
	case c.Removed != nil:
		return append(chatops.Line(chatops.Bold("Takes away"), chatops.Plain(" ")), counts(c.Removed)...)
	case c.Added != nil:
		return counts(c.Added)
	default:
		return nil
	}
}

func commitsIn(c *v1alpha1.Contents) int {
	n := 0
	for _, counts := range []*v1alpha1.CommitCounts{c.Added, c.Removed} {
		if counts != nil {
			n += counts.Commits
		}
	}
	return n
}
