package bot

import (
	"context"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// freight lists the Freight of a service.
func (b *Bot) freight(ctx context.Context, r Request, c chatops.Freight) (Answer, error) {
	now := b.Now()
	list, err := b.Library.FreightList(ctx, c.Service, c.Environment, now)
	if err != nil {
		return Answer{}, err
	}
	command := strings.TrimSpace("/freight " + c.Service + " " + c.Environment)
	return Answer{Card: cards.Freight(list, paging(r, c.Page, command), now), Data: list}, nil
}
