package cards

import "github.com/davidaparicio/kargo-bot/internal/chatops"

// PullOfNoService says on a pull request of which more was said before that there is nothing to say any more.
func PullOfNoService() chatops.Card {
	return chatops.Card{
		Title: "This pull request changes no service any more", State: chatops.StateInfo,
		Body: []chatops.Text{plain("It is for another branch now, or touches none of their files.")},
	}
}
