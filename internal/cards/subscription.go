package cards

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Told is what a person is told in one project, in the words of commands.
type Told struct {
	Project string
	// Services and Environments are names; none for all.
	Services, Environments []string
	// On are outcomes; none for all but "started" and "credentialRotated".
	On   []string
	Mine bool
}

// Subscribed says what somebody has subscribed to just now. again says that it was that already, and instead that it
// takes the place of something else.
func Subscribed(told []Told, again, instead bool) chatops.Card {
	card := chatops.Card{Title: "From now on, I tell you in direct messages what happens.", State: chatops.StateSucceeded, Body: tell(told)}
	switch {
	case again:
		card.Title = "I tell you that already."
	case instead:
		card.Body = append(card.Body, plain("It takes the place of what you had subscribed to before."))
	}
	card.Body = append(card.Body, chatops.Line(chatops.Code("/unsubscribe"), chatops.Plain(" ends it.")))
	return card
}

// Unsubscribed says that somebody has subscribed to nothing any more, or never had.
func Unsubscribed(had bool) chatops.Card {
	if !had {
		return noSubscription()
	}
	return chatops.Card{
		Title: "I don't tell you any more what happens.", State: chatops.StateSucceeded,
		Body: []chatops.Text{plain("What you ask for is still answered.")},
	}
}

// Subscriptions says what somebody has subscribed to.
func Subscriptions(told []Told) chatops.Card {
	if len(told) == 0 {
		return noSubscription()
	}
	return chatops.Card{
		Title: "I tell you in direct messages what happens.", State: chatops.StateInfo,
		Body: append(tell(told), chatops.Line(chatops.Code("/unsubscribe"), chatops.Plain(" ends it."))),
	}
}

func noSubscription() chatops.Card {
	return chatops.Card{
		Title: "You have not subscribed to anything.", State: chatops.StateInfo,
		Body: []chatops.Text{chatops.Line(chatops.Plain("To be told what happens in production: "), chatops.Code("/subscribe production"))},
	}
}

// tell says what somebody is told, a line for each project.
func tell(told []Told) []chatops.Text {
	var out []chatops.Text
	for _, t := range told {
		said := "all services"
		if len(t.Services) > 0 {
			said = names(t.Services, Paging{Page: 1})
		}
		if len(t.Environments) > 0 {
			said += " in " + strings.Join(t.Environments, ", ")
		}
		if len(t.On) > 0 {
			said += " · " + strings.Join(t.On, ", ")
		}
		if t.Mine {
			said += " · only what you have asked for or released"
		}
		out = append(out, chatops.Line(chatops.Bold(t.Project), chatops.Plain(": "+said)))
	}
	return out
}
