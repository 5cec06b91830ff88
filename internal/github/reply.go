package github

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// reply is the answer to a command that made no Shipment: help, a refusal, a dry run.
type reply struct {
	// line is the command's place in the comment.
	line int
	card chatops.Card
}

// reply reacts to a comment and writes the answers to its commands below it, each once: those that
// an earlier delivery wrote are recognised by their markers. The error is a *notify.Undeliverable if
// it is of no use to try again.
func (c *Client) reply(ctx context.Context, event *commentEvent, replies []reply) error {
	if len(replies) == 0 {
		return nil
	}
	where, err := conversationOf(event.origin(0))
	if err != nil {
		return err
	}
	for _, with := range reactions(replies) {
		if err := c.react(ctx, where, event.Comment.ID, with); err != nil {
			return undeliverable(err)
		}
	}
	if event.isByOutsider() {
		// Everybody can comment on a public repository. Who does not belong to it is not told what there
		// is, nor can they make the bot write.
		return nil
	}
	written, err := c.markers(ctx, where, event.Comment.CreatedAt)
	if err != nil {
		return undeliverable(err)
	}
	for _, reply := range replies {
		marker := replyMarker(event.Comment.ID, reply.line)
		if _, isWritten := written[marker]; isWritten {
			continue
		}
		if _, err := c.comment(ctx, where, markdown(reply.card, marker)); err != nil {
			return undeliverable(err)
		}
	}
	return nil
}

// reactions returns what to react with, each once.
func reactions(replies []reply) []reaction {
	var isRefused, isAnswered bool
	for _, reply := range replies {
		if reply.card.State == chatops.StateRefused || reply.card.State == chatops.StateFailed {
			isRefused = true
		} else {
			isAnswered = true
		}
	}
	var all []reaction
	if isAnswered {
		all = append(all, reactEyes)
	}
	if isRefused {
		all = append(all, reactDown)
	}
	return all
}
