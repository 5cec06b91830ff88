package slack

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// FuzzRender checks that any card becomes a message that Slack takes, with no markup of anybody else.
func FuzzRender(f *testing.F) {
	f.Add("Promote red", "3 of 5", "3.1.0 → 3.2.0", "https://kargo.acme.dev", uint8(1), uint16(3))
	f.Add("<!channel>", "\x00\xff", strings.Repeat("`*_~&<>", 90), "javascript:alert(1)", uint8(3), uint16(60))
	f.Add("", " \n\t", "\u202e\u2028", strings.Repeat("http://a.example/", 170), uint8(255), uint16(7))
	f.Add(strings.Repeat("é", 151), strings.Repeat("\"\\", 200), "\U0001F680", "https://[::1", uint8(4), uint16(45))
	f.Add("T01", "", "S0123", "https://kargo.acme.dev", uint8(2), uint16(2))
	f.Fuzz(func(t *testing.T, title, status, text, url string, kind uint8, n uint16) {
		card := anyCard(title, status, text, url, kind, int(n)%100)
		mention := chatops.Actor{Source: chatops.SourceSlack, ID: title + "/" + text, Name: text}
		for _, m := range []rendered{
			renderCard(card, note{}),
			renderCard(card, noteHere("kargo-bot")),
			renderResult(card, mention, noteElsewhere("C8", "kargo-bot", false)),
			renderCalling(card, mention, note{}),
		} {
			checkLimits(t, m)
			called, _ := mentionOf(mention)
			allowed := strings.ReplaceAll(strings.TrimPrefix(m.text, called.markup), "<#C8>", "")
			if strings.ContainsAny(allowed, "<>") {
				t.Fatalf("the text has markup of somebody else: %q", m.text)
			}
		}
	})
}

// anyCard makes a card of foreign strings, as long and as crooked as they are.
func anyCard(title, status, text, url string, kind uint8, n int) chatops.Card {
	states := []chatops.State{
		chatops.StateInfo, chatops.StatePending, chatops.StateRunning, chatops.StateSucceeded,
		chatops.StateFailed, chatops.StateAborted, chatops.StateRefused, chatops.State(title),
	}
	stepStates := []chatops.StepState{
		chatops.StepWaiting, chatops.StepRunning, chatops.StepSucceeded, chatops.StepFailed, chatops.StepSkipped,
	}
	card := chatops.Card{Title: title, Status: status, State: states[int(kind)%len(states)], Table: &chatops.Table{}}
	for i := range n {
		span := chatops.Span{
			Kind: chatops.SpanKind((int(kind) + i) % 6), Text: text, URL: url,
			Actor: chatops.Actor{Source: chatops.SourceSlack, ID: title, Name: status},
		}
		line := chatops.Text{span, chatops.Plain(title), chatops.Code(status)}
		card.Facts = append(card.Facts, line)
		card.Body = append(card.Body, append(chatops.Text{}, line...))
		card.Body[0] = append(card.Body[0], span)
		card.Links = append(card.Links, chatops.Link{Label: text, URL: url})
		action := chatops.Action{Label: title, Command: "/" + text, Confirm: status, Plan: title, Style: chatops.ActionStyle(status)}
		if i%3 == 0 {
			action.Command, action.Style = url, chatops.StyleDanger
		}
		card.Actions = append(card.Actions, action)
		card.Table.Columns = append(card.Table.Columns, status)
		card.Table.Rows = append(card.Table.Rows, []chatops.Text{line, {span}, nil, line}[:1+i%4])
		if i < 6 {
			card.Sections = append(card.Sections, anySection(title, status, text, line, (int(kind)+i)*7%40))
		}
		card.Steps = append(card.Steps, chatops.Step{Name: text, State: stepStates[(int(kind)+i/3)%len(stepStates)]})
	}
	return card
}

func anySection(title, status, text string, line chatops.Text, n int) chatops.Section {
	s := chatops.Section{Title: title, Quote: strings.Repeat(status+text+"\n", n%50), Language: status}
	for range n {
		s.Lines = append(s.Lines, line)
	}
	return s
}

// TestAnyCardFits is the same for some twenty cards more, the same in every run.
func TestAnyCardFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"red", " ", "\n", "<!channel>", "&amp;", "`", "*", "\"", "\\", "é", "\U0001F680", "\u202e", "\x00", "\xff", "https://a.example/?a=b", "|"}
	text := func(most int) string {
		var b strings.Builder
		for range random.IntN(most) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 20 {
		card := anyCard(text(80), text(60), text(400), "https://a.example/"+text(40), uint8(random.IntN(256)), random.IntN(30))
		checkLimits(t, renderCard(card, noteHere("kargo-bot")))
		checkLimits(t, renderResult(card, octocat(), noteElsewhere("C8", "kargo-bot", true)))
		checkLimits(t, renderCalling(card, platform(), note{}))
	}
}
