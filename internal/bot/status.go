package bot

import (
	"context"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// status tells what runs where.
func (b *Bot) status(ctx context.Context, r Request, c chatops.Status) (Answer, error) {
	scope, err := b.Library.Scope(ctx, c.Services, c.Environment)
	if err != nil {
		return Answer{}, err
	}
	now := b.Now()
	status, err := b.Library.Overview(ctx, scope, now)
	if err != nil {
		return Answer{}, err
	}
	command := strings.Join(strings.Fields("/status "+strings.Join(c.Services, ",")+" "+c.Environment), " ")
	return Answer{Card: cards.Status(status, paging(r, c.Page, command), b.Links, now), Data: status}, nil
}
