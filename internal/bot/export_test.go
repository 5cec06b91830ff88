package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Query is what Handle does with a command that changes nothing.
func (b *Bot) Query(ctx context.Context, r Request) (Answer, bool, error) {
	command, problem := chatops.Parse(r.Line)
	if problem != nil {
		return Answer{}, false, problem
	}
	return b.query(ctx, r, command)
}
