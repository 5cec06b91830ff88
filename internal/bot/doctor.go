package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// examine tells what is wrong.
func (b *Bot) examine(ctx context.Context, r Request, c chatops.Doctor) (Answer, error) {
	diagnosis, err := b.Doctor.Examine(ctx, c.Service)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Card: cards.Doctor(diagnosis, paging(r, 1, "/doctor")), Data: diagnosis}, nil
}
