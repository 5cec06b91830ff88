package harness

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// People and places in Slack.
const (
	// Octocat may promote; Hubot may not; Ghost is nobody to Kubernetes.
	Octocat = "U42"
	Hubot   = "U43"
	Ghost   = "U44"
	// Deploys is a channel that the bot is in, Random one that it is not in.
	Deploys = "C7"
	Random  = "C8"
)

// Emails of the people who have one.
const (
	OctocatEmail = "octocat@acme.dev"
	HubotEmail   = "hubot@acme.dev"
)

// Slack is a Slack that one test has for itself.
type Slack struct {
	*slackfake.Slack
	// Driver sends what people type to the bot.
	Driver *slackfake.Driver

	holder holder
}

// HoldAnswer keeps the answer to the next call of a method back: the call has had its effect, and the
// bot does not know.
func (s *Slack) HoldAnswer(method string) *Held {
	return s.holder.next(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/api/"+method) })
}

// NewSlack starts a Slack whose slash commands go to the ingress. What the bot sends that Slack
// would not take fails the test.
func NewSlack(t testing.TB, ingress *Ingress, change ...func(*slackfake.Config)) *Slack {
	t.Helper()
	config := slackfake.Config{
		App: slackfake.App{BotToken: SlackToken, SigningSecret: SlackSigningSecret},
		Users: []slackfake.User{
			{ID: Octocat, Name: "octocat", RealName: "Mona Octocat", Email: OctocatEmail},
			{ID: Hubot, Name: "hubot", Email: HubotEmail},
			{ID: Ghost, Name: "ghost"},
		},
		Channels: []slackfake.Channel{{ID: Deploys, Name: "deploys", BotIn: true}, {ID: Random, Name: "random"}},
	}
	for _, c := range change {
		c(&config)
	}
	fake, err := slackfake.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s := &Slack{Slack: fake}
	server := httptest.NewServer(s.holder.wrap(fake))
	fake.SetURL(server.URL)
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	t.Cleanup(func() {
		for _, refusal := range fake.Refused() {
			if !refusal.Injected && !isExpected(refusal) {
				t.Errorf("Slack did not accept %s: %s %s", refusal.Method, refusal.Code, refusal.Detail)
			}
		}
	})
	s.Driver = fake.Driver(slackfake.Endpoints{
		Commands: ingress.URL + "/slack/commands", Interactivity: ingress.URL + "/slack/interactions",
	})
	return s
}

// isExpected says that a refusal is how the bot learns something: that it is not in a channel, or that
// it is to slow down.
func isExpected(r slackfake.Refusal) bool {
	return r.Code == "not_in_channel" || r.Code == "ratelimited"
}

// Type is a person typing a command in a channel: "/promote", "red production".
func (s *Slack) Type(t testing.TB, user, channel, command, text string, options ...slackfake.Option) *slackfake.Reply {
	t.Helper()
	reply, err := s.Driver.SlashCommand(t.Context(), slackfake.SlashCommand{User: user, Channel: channel, Command: command, Text: text}, options...)
	if err != nil {
		t.Fatalf("%s %s: %v", command, text, err)
	}
	return reply
}

// AwaitMessages returns the messages of a channel as soon as they are as wanted.
func (s *Slack) AwaitMessages(t testing.TB, channel string, within time.Duration, wanted func([]slackfake.Message) bool) []slackfake.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	messages, err := s.Await(ctx, channel, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}
