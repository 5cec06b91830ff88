package demo_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// One message tells of a release from its tag to production, and GitHub tells of it at the commit and at the tag.
func TestReleaseIsFollowedToProduction(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step, BuildTime: 1500 * time.Millisecond})
	s.post(t, "/api/release", `{"service":"red"}`)
	state := s.await(t, "the release", toldOf("red 3.2.1 released", "image awaited", "release-please"))
	card := messageWith(state, "red 3.2.1 released")
	if cell := inProduction(state, "red"); cell.Waits == "3.2.1" {
		t.Error("the image is there at once, as from no build")
	}
	state = s.await(t, "the button", toldOf("red 3.2.1 is waiting for production", "● built", "● ", "answer HEAD", "Promote to production"))
	waiting := messageWith(state, "red 3.2.1 is waiting for production")
	if waiting.ID != card.ID || waiting.Edited == nil {
		t.Errorf("that it waits is told by %s, its release by %s", waiting.ID, card.ID)
	}
	s.click(t, waiting, "Promote to production")
	state = s.await(t, "the release in production", func(state page.State) bool {
		m := find(state, card.ID)
		return saysAll(said(m), []string{"red 3.2.1 is live in production", "by octocat"}) &&
			environmentOf(state, "red-production").State == "success" && strings.Contains(pageOf(state, "red/3.2.1"), "**production** | ● live")
	})
	about := slices.DeleteFunc(slices.Clone(state.Slack.Messages), func(m page.Message) bool {
		return m.Thread != "" || !strings.Contains(said(m), "tag red/3.2.1")
	})
	if len(about) != 1 {
		t.Errorf("%d messages tell of the release: %+v", len(about), about)
	}
	state = s.await(t, "the answer to the click", func(state page.State) bool {
		replies := below(state, card.ID)
		return len(replies) == 2 && saysAll(said(replies[1]), []string{"U01", "red 3.2.1 is live in production"})
	})
	for _, m := range state.Slack.Messages {
		if m.From == page.FromApp && m.Thread == "" && m.OnlyTo == "" && m.ID != card.ID {
			t.Errorf("beside the release's message stands %s", said(m))
		}
	}
	staging, production := environmentOf(state, "red-staging"), environmentOf(state, "red-production")
	if staging.State != "success" || staging.Production || !production.Production || staging.Commit != production.Commit {
		t.Errorf("of staging GitHub tells %+v, and of production %+v", staging, production)
	}
}

// What failed is tried again from the same message, by the same person.
func TestReleaseIsRetriedFromItsMessage(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step, BuildTime: time.Second})
	s.post(t, "/api/mishap", `{"service":"red","mishap":"fails"}`)
	s.post(t, "/api/release", `{"service":"red"}`)
	waiting := []string{"red 3.2.1 is waiting for production", "Promote to production"}
	s.click(t, messageWith(s.await(t, "the button", toldOf(waiting...)), waiting...), "Promote to production")
	failed := []string{"red 3.2.1 failed in production", "Retry"}
	s.click(t, messageWith(s.await(t, "the failure", toldOf(failed...)), failed...), "Retry")
	state := s.await(t, "the release in production", toldOf("red 3.2.1 is live in production", "by octocat"))
	if len(state.Shipments) != 2 {
		t.Errorf("%d Shipments: %+v", len(state.Shipments), state.Shipments)
	}
}

// What somebody does in Kargo's UI is told, too: who it was, and whoever owns the service is called if it fails.
func TestPromotionInKargosUIIsTold(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	s.post(t, "/api/promote", `{"stage":"blue-production"}`)
	s.post(t, "/api/mishap", `{"service":"red","mishap":"fails"}`)
	s.await(t, "blue in production", toldOf("blue 3.3.3 is live in production", "promoted by admin@example.com"))

	s.post(t, "/api/promote", `{"stage":"red-production"}`)
	state := s.await(t, "the alert", func(state page.State) bool {
		return slices.ContainsFunc(state.Slack.Messages, func(m page.Message) bool {
			return m.Thread != "" && saysAll(said(m), []string{"U01", "Promotion of red to production failed at argocd-update", "authorized-stage"})
		})
	})
	alert := lastMessage(state)
	if card := find(state, alert.Thread); !strings.Contains(said(card), "promoted by admin@example.com") {
		t.Errorf("the alert stands below %q", said(card))
	}
}

// What secretsync tells of a credential is a message, which says so when it is well again.
func TestACredentialThatFailsIsTold(t *testing.T) {
	t.Parallel()
	s := serve(t, demo.Options{StepTime: step})
	s.post(t, "/api/credential", `{"works":false}`)
	state := s.await(t, "the failure", toldOf("Credential github-creds can't be renewed", "Vault at vault.example.com:8200 refuses the token"))
	card := messageWith(state, "Credential github-creds can't be renewed")
	if !state.Board.CredentialFails {
		t.Error("the board does not say that it fails")
	}
	s.await(t, "the alert", func(state page.State) bool { return len(below(state, card.ID)) == 1 })
	s.post(t, "/api/credential", `{"works":true}`)
	s.await(t, "the end of it", func(state page.State) bool {
		return saysAll(said(find(state, card.ID)), []string{"Credential github-creds works again"}) && len(below(state, card.ID)) == 2
	})
}

// toldOf returns a condition: that there is a message in the channel which says all that.
func toldOf(words ...string) func(page.State) bool {
	return func(state page.State) bool { return messageWith(state, words...).ID != "" }
}

// messageWith returns the first message in the channel that says all that.
func messageWith(state page.State, words ...string) page.Message {
	for _, m := range state.Slack.Messages {
		if m.Thread == "" && saysAll(said(m), words) {
			return m
		}
	}
	return page.Message{}
}

// find returns the message with an ID.
func find(state page.State, id string) page.Message {
	i := slices.IndexFunc(state.Slack.Messages, func(m page.Message) bool { return m.ID == id })
	if i < 0 {
		return page.Message{}
	}
	return state.Slack.Messages[i]
}

// below returns the replies to a message.
func below(state page.State, id string) []page.Message {
	return slices.DeleteFunc(slices.Clone(state.Slack.Messages), func(m page.Message) bool { return m.Thread != id })
}

// said returns the words of a message's blocks.
func said(m page.Message) string {
	var blocks any
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return m.Text
	}
	var words strings.Builder
	var read func(any)
	read = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				read(e)
			}
		case map[string]any:
			for _, name := range []string{"user_id", "text", "elements"} {
				read(v[name])
			}
		case string:
			words.WriteString(v)
		}
	}
	read(blocks)
	return words.String()
}

// click clicks a button of a message as octocat.
func (s *site) click(t *testing.T, m page.Message, label string) {
	t.Helper()
	var blocks []struct {
		Elements []struct {
			Type     string          `json:"type"`
			ActionID string          `json:"action_id"`
			Text     json.RawMessage `json:"text"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Type == "button" && strings.Contains(string(e.Text), label) {
				s.post(t, "/api/click", `{"as":"octocat","message":"`+m.ID+`","action":"`+e.ActionID+`"}`)
				return
			}
		}
	}
	t.Fatalf("there is no button %q in %s", label, m.Blocks)
}

func environmentOf(state page.State, name string) page.Environment {
	i := slices.IndexFunc(state.Repository.Environments, func(e page.Environment) bool { return e.Name == name })
	if i < 0 {
		return page.Environment{}
	}
	return state.Repository.Environments[i]
}

// pageOf returns what stands on the page of a release.
func pageOf(state page.State, tag string) string {
	i := slices.IndexFunc(state.Repository.Releases, func(r page.ReleasePage) bool { return r.Tag == tag })
	if i < 0 {
		return ""
	}
	return state.Repository.Releases[i].Notes
}
