package githubfake

import "slices"

// addComment stores a comment.
func (w *world) addComment(i *issue, author *account, via *app, body string) *comment {
	now := w.moment()
	added := &comment{id: w.id(0), issue: i, author: author, via: via, body: body, created: now, updated: now}
	i.comments = append(i.comments, added)
	i.updated = now
	w.comments[added.id] = added
	return added
}

// commentCount leaves out deleted comments.
func (i *issue) commentCount() int { return len(i.comments) - i.deleted }

// deleteComment hides a comment; it stays for those who observe the fake.
func (w *world) deleteComment(c *comment) {
	c.deleted = true
	c.issue.deleted++
	c.issue.updated = w.moment()
}

// editComment changes the text of a comment and remembers what it was.
func (w *world) editComment(c *comment, by *account, body string) {
	if len(c.edits) >= keptEdits {
		c.edits = slices.Delete(c.edits, 0, 1)
	}
	c.edits = append(c.edits, Edit{At: w.now(), By: by.login, Before: c.body})
	c.body, c.updated = body, w.moment()
	c.issue.updated = c.updated
}

// react stores a reaction, once for each person and content.
func (w *world) react(c *comment, by *account, content string) (reacted *reaction, isNew bool) {
	for _, r := range c.reactions {
		if r.user == by && r.content == content {
			return r, false
		}
	}
	reacted = &reaction{id: w.id(0), user: by, content: content, created: w.moment()}
	c.reactions = append(c.reactions, reacted)
	return reacted, true
}
