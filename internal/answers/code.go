package answers

import "time"

// CodeChange is what changes in the source code that artifacts are built from.
type CodeChange struct {
	// Artifacts are those that are built from it, by the names that they have among what differs.
	Artifacts []string `json:"artifacts"`
	// Repository is where the code is, as in "acme/microsvcs"; empty if that is not known.
	Repository string `json:"repository,omitempty"`
	// Paths are the folders and files of the repository that the service is made of; none for all of it.
	Paths []string `json:"paths,omitempty"`
	// From and To are commits, as full hashes; empty if they are not known.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Relation is how To stands to From: identical, ahead, behind or diverged; empty if that is not known.
	Relation string `json:"relation,omitempty"`
	// Added is what comes with To, and Removed what of From it lacks.
	Added   Commits `json:"added,omitzero"`
	Removed Commits `json:"removed,omitzero"`
	// Releases are the versions in between, newest first: those that come, or that are taken away if there
	// is nothing that comes.
	Releases []ReleaseNotes `json:"releases,omitempty"`
	// URL shows the comparison to people; empty if there is none.
	URL string `json:"url,omitempty"`
	// Unknown says in a sentence why the commits are not known, and what would help; empty if they are.
	Unknown string `json:"unknown,omitempty"`
	// Transient says that what is unknown may well be known if it is asked for again.
	Transient bool `json:"transient,omitempty"`
	// Remarks say in a sentence each what is left out.
	Remarks []string `json:"remarks,omitempty"`
}

// Known reports whether it is known what changes.
func (c CodeChange) Known() bool { return c.Unknown == "" }

// Commits are those between two commits that concern a service.
type Commits struct {
	// Total is how many there are, of those that were looked at.
	Total int `json:"total"`
	// Elsewhere is how many others are in between, which touch none of its paths.
	Elsewhere int `json:"elsewhere,omitempty"`
	// Unseen is how many were too many to be looked at.
	Unseen int `json:"unseen,omitempty"`
	// PullRequests is how many different ones the commits came from, as far as that is known.
	PullRequests int `json:"pullRequests"`
	// Breaking is how many of them break something for those who use the service.
	Breaking int `json:"breaking"`
	// List has all that were counted in Total, newest first.
	List []Commit `json:"list,omitempty"`
}

// Change is a commit, or all of those that came with one pull request.
type Change struct {
	Commit

	// Commits is how many.
	Commits int
}

// Changes folds the commits of each pull request whose title is known into one, which says what the pull
// request does: that is what people agreed on, where its commits are the steps of one of them.
func (c Commits) Changes() []Change {
	var out []Change
	at := map[int]int{}
	for _, commit := range c.List {
		pull := commit.PullRequest
		if pull == nil || pull.Title == "" {
			out = append(out, Change{commit, 1})
			continue
		}
		i, known := at[pull.Number]
		if !known {
			i = len(out)
			at[pull.Number] = i
			out = append(out, Change{Commit: Commit{
				SHA: commit.SHA, Title: pull.Title, Author: commit.Author, PullRequest: pull, At: commit.At, URL: commit.URL,
			}})
		}
		out[i].Commits++
		out[i].Breaking = out[i].Breaking || commit.Breaking
	}
	return out
}

// Commit is one commit. Its strings are foreign.
type Commit struct {
	SHA string `json:"sha"`
	// Title is the first line of the message, without what Type, Scope and PullRequest say.
	Title string `json:"title"`
	// Type and Scope are those of a Conventional Commit, as in "feat" and "red"; empty for any other.
	Type  string `json:"type,omitempty"`
	Scope string `json:"scope,omitempty"`
	// Breaking says that the commit breaks something for those who use the service.
	Breaking bool `json:"breaking,omitempty"`
	// Author is the login of whoever wrote it, or the name that the commit has.
	Author string `json:"author,omitempty"`
	// PullRequest is the one that brought it in; nil if that is not known.
	PullRequest *PullRequest `json:"pullRequest,omitempty"`
	At          time.Time    `json:"at,omitzero"`
	URL         string       `json:"url,omitempty"`
}

// Says writes what the commit does, as Conventional Commits are written: "feat(red)!: drop /v1".
func (c Commit) Says() string {
	switch {
	case c.Title == "" && c.Type == "":
		return c.SHA[:min(len(c.SHA), 7)]
	case c.Type == "":
		return c.Title
	}
	says := c.Type
	if c.Scope != "" {
		says += "(" + c.Scope + ")"
	}
	if c.Breaking {
		says += "!"
	}
	return says + ": " + c.Title
}

// PullRequest is a pull request that was merged.
type PullRequest struct {
	Number int    `json:"number"`
	Title  string `json:"title,omitempty"`
	URL    string `json:"url,omitempty"`
}

// ReleaseNotes are what was written of a version when it was published.
type ReleaseNotes struct {
	Version string `json:"version"`
	Tag     string `json:"tag"`
	// Notes is Markdown, as people wrote it.
	Notes       string    `json:"notes,omitempty"`
	URL         string    `json:"url,omitempty"`
	PublishedAt time.Time `json:"publishedAt,omitzero"`
}
