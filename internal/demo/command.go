package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// Command is something that somebody types.
type Command struct {
	// On is page.OnSlack or page.OnGitHub.
	On string
	// As is the login of one of the demo's people.
	As string
	// Text is the command: "/promote red production".
	Text string
}

// Outcome is how a command ended.
type Outcome string

// The outcomes of a command.
const (
	// Succeeded: it was accepted, and what it asked for came about.
	Succeeded Outcome = "succeeded"
	// Answered: it was a question.
	Answered Outcome = "answered"
	// Refused: nothing was done, for a reason that the person was told.
	Refused Outcome = "refused"
	// Failed: it was accepted and went wrong, or could not be taken at all.
	Failed Outcome = "failed"
	// Aborted: it was accepted and somebody stopped it.
	Aborted Outcome = "aborted"
	// Ignored: the bot did not take it for a command.
	Ignored Outcome = "ignored"
)

// OK reports whether the command did what it was meant to do.
func (o Outcome) OK() bool { return o == Succeeded || o == Answered }

// Check reports what is wrong with a command before it is typed.
func (c Command) Check() error {
	_, err := personCalled(c.As)
	switch {
	case err != nil:
		var logins []string
		for _, p := range people() {
			logins = append(logins, p.login)
		}
		return fmt.Errorf("there is nobody called %q in the demo: there are %s", c.As, strings.Join(logins, ", "))
	case c.On != page.OnSlack && c.On != page.OnGitHub:
		return fmt.Errorf("there is no %q in the demo: commands are typed on %s or on %s", c.On, page.OnSlack, page.OnGitHub)
	case !strings.HasPrefix(c.Text, "/"):
		return fmt.Errorf("%q is no command: one begins with a slash, as in %q", c.Text, "/promote red production")
	case strings.ContainsAny(c.Text, "\n\r"):
		return errors.New("a command is one line")
	}
	return nil
}

// Do types a command and follows it to its end as a person would: by what they see. It writes what
// they see to out. The error says that the end was not seen before ctx was done.
func (d *Demo) Do(ctx context.Context, c Command, out io.Writer) (Outcome, error) {
	if err := c.Check(); err != nil {
		return Refused, err
	}
	as, err := personCalled(c.As)
	if err != nil {
		return Refused, err
	}
	if c.On == page.OnGitHub {
		return d.onGitHub(ctx, as, c.Text, &transcript{out: out})
	}
	return d.onSlack(ctx, as, c.Text, &transcript{out: out})
}

// onSlack types a slash command. The answer to it, which only the person sees, tells whether it was
// accepted; then the card in the channel and the reply below it tell how it ended.
func (d *Demo) onSlack(ctx context.Context, as person, text string, t *transcript) (Outcome, error) {
	before := map[string]bool{}
	for _, m := range d.slack.fake.Messages(channelID) {
		before[m.TS] = true
	}
	t.typed(as.login+" in #"+channelName, text)
	err := d.slack.command(ctx, as, text)
	if refusal, refused := errors.AsType[*page.Refusal](err); refused {
		t.said("Slack", refusal.Text)
		return Refused, nil
	}
	if err != nil {
		d.log.ErrorContext(ctx, "slash command failed", "error", err)
	}
	for {
		changed := d.changed.wait()
		messages := slices.DeleteFunc(d.slack.fake.Messages(channelID), func(m slackfake.Message) bool {
			return before[m.TS] || m.EphemeralTo != "" && m.EphemeralTo != as.slackID
		})
		if outcome, over := d.readChannel(messages, t); over {
			return outcome, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Failed, fmt.Errorf("the end of %s was not seen: %w", text, context.Cause(ctx))
		}
	}
}

// readChannel shows what is new among the messages since a command, and tells whether it is over.
func (d *Demo) readChannel(messages []slackfake.Message, t *transcript) (Outcome, bool) {
	var answer, card state
	replied := false
	// What the person alone was told comes first: it is the answer, whatever was faster.
	slices.SortStableFunc(messages, func(a, b slackfake.Message) int { return strings.Compare(b.EphemeralTo, a.EphemeralTo) })
	for _, m := range messages {
		text := d.slack.fake.PlainText(m)
		switch {
		case m.EphemeralTo != "":
			t.show(m.TS, "only to "+d.slack.name(m.EphemeralTo), text)
			answer = stateOf(text)
			if m.User == slackfake.SlackbotID {
				return Failed, true
			}
		case m.ThreadTS == "":
			t.show(m.TS, "", text)
			card = stateOf(text)
		case card.final():
			t.show(m.TS, "in the thread", text)
			replied = true
		}
	}
	if answer == "" || answer.final() {
		return answer.outcome(), len(messages) > 0
	}
	return card.outcome(), card.final() && replied
}

// onGitHub writes a comment. GitHub waits for the bot's answer to the webhook; after that the bot's
// comment and its reactions tell how it ended.
func (d *Demo) onGitHub(ctx context.Context, as person, text string, t *transcript) (Outcome, error) {
	before := map[int64]bool{}
	for _, c := range d.github.fake.Comments(repository, releaseIssue) {
		before[c.ID] = true
	}
	t.typed(fmt.Sprintf("%s on %s#%d", as.login, repository, releaseIssue), text)
	asked, delivery, err := d.github.fake.Comment(ctx, repository, releaseIssue, as.login, text)
	switch {
	case err != nil:
		return Failed, err
	case !delivery.OK():
		t.said("GitHub", "the webhook was not taken: "+delivery.Status)
		return Failed, nil
	case strings.HasPrefix(string(delivery.ResponseBody), "no command"):
		t.said("GitHub", "the bot did not take this for a command")
		return Ignored, nil
	}
	for {
		changed := d.changed.wait()
		comments := slices.DeleteFunc(d.github.fake.Comments(repository, releaseIssue), func(c githubfake.Comment) bool { return before[c.ID] })
		if outcome, over := readThread(comments, asked.ID, t); over {
			return outcome, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Failed, fmt.Errorf("the end of %s was not seen: %w", text, context.Cause(ctx))
		}
	}
}

// readThread shows what is new among the comments since a command, and tells whether it is over.
func readThread(comments []githubfake.Comment, asked int64, t *transcript) (Outcome, bool) {
	var reactions []string
	answered, card := false, state("")
	for _, c := range comments {
		if c.ID == asked {
			for _, r := range c.Reactions {
				reactions = append(reactions, r.Content)
			}
			t.reactions(reactions)
			continue
		}
		text := plainMarkdown(c.Body)
		t.show(fmt.Sprint(c.ID), "", text)
		answered, card = true, stateOf(text)
	}
	switch {
	case !answered:
		return "", false
	case card == "" || card == stateRefused:
		return card.outcome(), true
	default:
		told := slices.Contains(reactions, "rocket") || slices.Contains(reactions, "-1")
		return card.outcome(), card.final() && told
	}
}
