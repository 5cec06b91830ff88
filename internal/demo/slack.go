package demo

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// The channel of the demo.
const (
	channelID   = "C01"
	channelName = "deploys"
)

// directChannel is where somebody gets direct messages.
func directChannel(p person) string { return "D" + p.slackID }

// maxTyped is how many typed commands are remembered, to be shown on the page.
const maxTyped = 200

// workspace is the fake Slack with what was typed in it.
type workspace struct {
	fake   *slackfake.Slack
	driver *slackfake.Driver // set before anything is typed
	now    func() time.Time

	mu    sync.Mutex
	typed []typedLine
	// count numbers what was typed.
	count int
}

// typedLine is a command as somebody typed it, or the label of a button that somebody clicked. Slack shows
// it to nobody; the page does.
type typedLine struct {
	number  int
	author  string
	text    string
	clicked bool
	at      time.Time
}

func newWorkspace(url string, now func() time.Time) (*workspace, error) {
	config := slackfake.Config{
		URL:      url,
		Channels: []slackfake.Channel{{ID: channelID, Name: channelName, BotIn: true}},
		Now:      now,
	}
	for _, p := range people() {
		config.Users = append(config.Users, slackfake.User{
			ID: p.slackID, Name: p.login, Email: p.email, EmailUnconfirmed: !p.confirmed,
		})
	}
	fake, err := slackfake.New(config)
	if err != nil {
		return nil, err
	}
	return &workspace{fake: fake, now: now}, nil
}

// registered are the slash commands of the app.
var registered = [...]string{"/promote", "/rollback", "/kargo"}

// command has Slack send a slash command to the bot, and shows the answer in the channel. What Slack does not send at all is a page.Refusal
// in Slack's words; any other error Slack has told the person.
func (w *workspace) command(ctx context.Context, as person, text string) error {
	name, rest, _ := strings.Cut(text, " ")
	if !slices.Contains(registered[:], name) {
		return page.Refuse("%s is not a valid command. The app's commands are %s.", name, strings.Join(registered[:], ", "))
	}
	w.remember(typedLine{author: as.login, text: text})
	_, err := w.driver.SlashCommand(ctx, slackfake.SlashCommand{
		User: as.slackID, Channel: channelID, Command: name, Text: strings.TrimSpace(rest),
	})
	return err
}

// click has Slack send a click on a button to the bot, which answers in the channel by itself. That
// there is no such button for this person is a page.Refusal, and so is that the bot did not take it.
func (w *workspace) click(ctx context.Context, as person, message, action string) error {
	channel := w.channelOf(as, message)
	delivery, err := w.driver.NewButtonClick(slackfake.ButtonClick{User: as.slackID, Channel: channel, TS: message, ActionID: action})
	if err != nil {
		return page.Refuse("There is no such button for %s any more.", as.login)
	}
	w.remember(typedLine{author: as.login, text: w.label(channel, message, action), clicked: true})
	reply, err := w.driver.Send(ctx, delivery)
	if err != nil {
		return err
	}
	if reply.Status != http.StatusOK {
		return page.Refuse("Slack shows a warning beside the button: the app answered %d.", reply.Status)
	}
	return nil
}

// channelOf returns where somebody sees a message.
func (w *workspace) channelOf(as person, message string) string {
	direct := directChannel(as)
	if slices.ContainsFunc(w.fake.Messages(direct), func(m slackfake.Message) bool { return m.TS == message }) {
		return direct
	}
	return channelID
}

// label returns what a button says.
func (w *workspace) label(channel, message, action string) string {
	for _, m := range w.fake.Messages(channel) {
		for _, b := range blockkit.Buttons(m.Blocks) {
			if m.TS == message && b.ActionID == action {
				return b.Text
			}
		}
	}
	return action
}

func (w *workspace) remember(line typedLine) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	if len(w.typed) == maxTyped {
		w.typed = slices.Delete(w.typed, 0, 1)
	}
	line.number, line.at = w.count, w.now()
	w.typed = append(w.typed, line)
}

// name returns the name of the user with that ID.
func (w *workspace) name(id string) string {
	for _, p := range people() {
		if p.slackID == id {
			return p.login
		}
	}
	return id
}

// lines returns what was typed, oldest first.
func (w *workspace) lines() []typedLine {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.typed)
}
