package demo

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// The channel of the demo.
const (
	channelID   = "C01"
	channelName = "deploys"
)

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

// typedLine is a command as somebody typed it. Slack shows it to nobody; the page does.
type typedLine struct {
	number int
	author string
	text   string
	at     time.Time
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
	w.remember(as, text)
	_, err := w.driver.SlashCommand(ctx, slackfake.SlashCommand{
		User: as.slackID, Channel: channelID, Command: name, Text: strings.TrimSpace(rest),
	})
	return err
}

func (w *workspace) remember(as person, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	if len(w.typed) == maxTyped {
		w.typed = slices.Delete(w.typed, 0, 1)
	}
	w.typed = append(w.typed, typedLine{w.count, as.login, text, w.now()})
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
