package slack

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Channels of the test's workspace: the bot is in the first only.
const (
	inChannel  = "C7"
	outChannel = "C8"
	hidden     = "C9" // private, and the bot isn't in it
)

// stepClock is a clock that tests move.
type stepClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a Slack and the bot's side of it.
type world struct {
	slack  *slackfake.Slack
	clock  *stepClock
	client *Client
	sealer *Sealer
	sink   *Sink
}

func newWorld(t *testing.T, change ...func(*slackfake.Config)) *world {
	t.Helper()
	clock := &stepClock{now: time.Date(2025, 11, 22, 12, 0, 0, 0, time.UTC)}
	config := slackfake.Config{
		Now: clock.Now,
		Users: []slackfake.User{
			{ID: "U42", Name: "octocat", Email: "octocat@acme.dev"},
			{ID: "U43", Name: "hubot", Email: "hubot@acme.dev"},
		},
		Channels: []slackfake.Channel{
			{ID: inChannel, Name: "deploys", BotIn: true},
			{ID: outChannel, Name: "random"},
			{ID: hidden, Name: "secret-plans", Private: true},
		},
	}
	for _, c := range change {
		c(&config)
	}
	fake, err := slackfake.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(fake)
	fake.SetURL(server.URL)
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	w := &world{slack: fake, clock: clock}
	w.client, err = NewClient(ClientOptions{
		URL: fake.APIURL(), Token: secret.NewText(fake.Config().App.BotToken), Now: clock.Now,
		Transport: server.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sealer, err = NewSealer([]secret.Text{secret.NewText(fake.Config().App.SigningSecret)}, fake.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	w.sink, err = NewSink(SinkOptions{Client: w.client, Sealer: w.sealer})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// command types a command in a channel and returns what the reporter would say about it.
func (w *world) command(t *testing.T, channel string) notify.Message {
	t.Helper()
	driver := w.slack.Driver(slackfake.Endpoints{Commands: "http://bot.invalid/slack/commands"})
	delivery, err := driver.NewSlashCommand(slackfake.SlashCommand{
		User: "U42", Channel: channel, Command: "/promote", Text: "red production",
	})
	if err != nil {
		t.Fatal(err)
	}
	origin := v1alpha1.SlackOrigin{Team: "T01", Channel: channel, User: "U42"}
	sealed, err := w.sealer.Seal(delivery.ResponseURL, origin, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return notify.Message{
		Target:      notify.Target{Origin: v1alpha1.Origin{Slack: &origin}},
		Part:        v1alpha1.PartCard,
		Marker:      "kargo-bot:shipment:1:Card",
		Since:       w.clock.Now(),
		Card:        runningCard(),
		SealedReply: sealed,
	}
}

// result returns the message at the end of what a card is about.
func result(m notify.Message, card string) notify.Message {
	m.Part, m.Marker, m.ReplyTo = v1alpha1.PartResult, "kargo-bot:shipment:1:Result", card
	m.Card = chatops.Card{Title: "red 3.2.0 is live in production", State: chatops.StateSucceeded, Status: "1:57 · healthy"}
	m.Mention = octocat()
	return m
}

func octocat() chatops.Actor {
	return chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42", Name: "octocat"}
}

// noMistakes fails the test if Slack refused anything that the test did not ask for.
func (w *world) noMistakes(t *testing.T, expected ...string) {
	t.Helper()
	for _, refusal := range w.slack.Refused() {
		known := refusal.Injected
		for _, code := range expected {
			known = known || refusal.Code == code
		}
		if !known {
			t.Errorf("Slack refused %s: %s (%s)", refusal.Method, refusal.Code, refusal.Detail)
		}
	}
}

// post posts a message when the channel can have another.
func (w *world) post(t *testing.T, m notify.Message) string {
	t.Helper()
	w.clock.step(postInterval)
	id, err := w.sink.Post(t.Context(), m)
	if err != nil {
		t.Fatalf("Post: %v", err)
	}
	return id
}

// said returns the messages of a channel as people read them.
func (w *world) said(channel string) []string {
	var texts []string
	for _, m := range w.slack.Messages(channel) {
		texts = append(texts, w.slack.PlainText(m))
	}
	return texts
}

// soon bounds what must not hang.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
