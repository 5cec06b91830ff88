package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// history lists what was promoted to an environment.
func (b *Bot) history(ctx context.Context, r Request, c chatops.History) (Answer, error) {
	target, err := b.Library.Find(ctx, c.Service, c.Environment)
	if err != nil {
		return Answer{}, err
	}
	history, err := b.Library.History(ctx, target)
	if err != nil {
		return Answer{}, err
	}
	command := "/history " + c.Service + " " + c.Environment
	return Answer{Card: cards.History(history, paging(r, c.Page, command), b.Links, b.Now()), Data: history}, nil
}
