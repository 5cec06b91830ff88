package demo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/demo"
	"github.com/davidaparicio/kargo-bot/internal/demo/page"
)

// step is long enough for the first message about a promotion to come before its end, and no longer
// than what passes until a message is edited.
const step = 150 * time.Millisecond

// edits is how often comments are edited where it does not matter how often.
const edits = 100 * time.Millisecond

// What somebody reads who tries the bot for the first time.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	// The card of a command waits a second after the reply to the one before: that is Slack's pace in a channel.
	d := start(t, demo.Options{StepTime: 2 * step})
	if err := d.Fail(t.Context(), "yellow"); err != nil {
		t.Fatal(err)
	}
	transcribe(t, d, []attempt{
		{"slack-diff", demo.Command{On: page.OnSlack, As: "octocat", Text: "/kargo diff red production"}, demo.Answered},
		{"slack-succeeded", demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote red production"}, demo.Succeeded},
		{"slack-again", demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote red production"}, demo.Refused},
		{"slack-failed", demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote yellow prod --reason \"weekly release\""}, demo.Failed},
		{"slack-failed-once", demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote yellow prod 2.0.0"}, demo.Succeeded},
		{"slack-not-permitted", demo.Command{On: page.OnSlack, As: "hubot", Text: "/promote blue production"}, demo.Refused},
		{"slack-permitted", demo.Command{On: page.OnSlack, As: "hubot", Text: "/promote blue staging 3.3.2"}, demo.Succeeded},
		{"slack-stranger", demo.Command{On: page.OnSlack, As: "monalisa", Text: "/promote blue production"}, demo.Refused},
		{"slack-no-service", demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote purple production"}, demo.Refused},
		{"slack-help", demo.Command{On: page.OnSlack, As: "octocat", Text: "/kargo help"}, demo.Answered},
		{"slack-no-command", demo.Command{On: page.OnSlack, As: "octocat", Text: "/deploy red"}, demo.Refused},
	})
}

func TestTranscriptsOfGitHub(t *testing.T) {
	t.Parallel()
	d := start(t, demo.Options{StepTime: step, EditInterval: edits})
	if err := d.Fail(t.Context(), "red"); err != nil {
		t.Fatal(err)
	}
	transcribe(t, d, []attempt{
		{"github-diff", demo.Command{On: page.OnGitHub, As: "octocat", Text: "/diff blue production"}, demo.Answered},
		{"github-succeeded", demo.Command{On: page.OnGitHub, As: "octocat", Text: "/promote green production"}, demo.Succeeded},
		{"github-not-permitted", demo.Command{On: page.OnGitHub, As: "hubot", Text: "/promote blue production"}, demo.Refused},
		{"github-stranger", demo.Command{On: page.OnGitHub, As: "monalisa", Text: "/promote blue production"}, demo.Refused},
		{"github-help", demo.Command{On: page.OnGitHub, As: "octocat", Text: "/help"}, demo.Answered},
		{"github-failed", demo.Command{On: page.OnGitHub, As: "octocat", Text: "/promote red production"}, demo.Failed},
	})
}

// attempt is a command, how it should end, and the name of its golden file.
type attempt struct {
	name string
	demo.Command
	want demo.Outcome
}

// transcribe types commands one after the other and compares what is seen.
func transcribe(t *testing.T, d *demo.Demo, attempts []attempt) {
	t.Helper()
	ready(t, d)
	for _, a := range attempts {
		outcome, seen := carryOut(t, d, a.Command, a.want)
		if outcome != a.want {
			t.Errorf("%s: %s, want %s", a.name, outcome, a.want)
		}
		golden(t, a.name, steady(seen))
	}
}

func TestCommandsThatAreNone(t *testing.T) {
	t.Parallel()
	good := demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote red production"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*demo.Command){
		"nobody called": func(c *demo.Command) { c.As = "defunkt" },
		`no "teams"`:    func(c *demo.Command) { c.On = "teams" },
		"is no command": func(c *demo.Command) { c.Text = "promote red" },
		"is one line":   func(c *demo.Command) { c.Text += "\n/promote blue production" },
	} {
		c := good
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", c, err, says)
		}
	}
}

func TestGivingUp(t *testing.T) {
	t.Parallel()
	d := start(t, demo.Options{StepTime: time.Hour})
	late := errors.New("late")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	// Somebody loses patience when the card is there.
	out := writer(func(text string) {
		if strings.Contains(text, "kargo-bot:") {
			cancel(late)
		}
	})
	outcome, err := d.Do(ctx, demo.Command{On: page.OnSlack, As: "octocat", Text: "/promote red production"}, out)
	if outcome != demo.Failed || !errors.Is(err, late) {
		t.Errorf("%s, %v", outcome, err)
	}
}

type writer func(text string)

// Write implements io.Writer.
func (w writer) Write(text []byte) (int, error) { w(string(text)); return len(text), nil }

func ExampleCommand_Check() {
	fmt.Println(demo.Command{On: page.OnSlack, As: "octocat", Text: "promote red"}.Check())
	// Output: "promote red" is no command: one begins with a slash, as in "/promote red production"
}

var _ io.Writer = writer(nil)
