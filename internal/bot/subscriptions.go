package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/cards"
)

// unsubscribe has a person told nothing any more.
func (b *Bot) unsubscribe(ctx context.Context, r Request) (Answer, error) {
	who, err := subscriberOf(r.Actor)
	if err != nil {
		return Answer{}, err
	}
	everywhere, err := b.Library.Scope(ctx, nil, "")
	if err != nil {
		return Answer{}, err
	}
	ended := false
	for _, p := range everywhere.Projects() {
		had, _, err := b.setSubscription(ctx, p.Namespace, who, nil)
		if err != nil {
			return Answer{}, err
		}
		ended = ended || had
	}
	return Answer{Card: cards.Unsubscribed(ended)}, nil
}

// subscriptions tells what a person is told.
func (b *Bot) subscriptions(ctx context.Context, r Request) (Answer, error) {
	who, err := subscriberOf(r.Actor)
	if err != nil {
		return Answer{}, err
	}
	everywhere, err := b.Library.Scope(ctx, nil, "")
	if err != nil {
		return Answer{}, err
	}
	var told []cards.Told
	for _, p := range everywhere.Projects() {
		found, err := b.subscriptionOf(ctx, p.Namespace, who)
		if err != nil {
			return Answer{}, err
		}
		if found != nil && found.Spec.Personal != nil {
			told = append(told, toldOf(p.Project, found.Spec.Personal))
		}
	}
	return Answer{Card: cards.Subscriptions(told)}, nil
}
